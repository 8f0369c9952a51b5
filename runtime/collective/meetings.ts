/** Things that are done by several, once all of them have come. */

export interface Comer {
  readonly rank: number;
}

interface Meeting<C extends Comer> {
  readonly comers: C[];
  readonly done: Promise<void>;
  readonly end: (failure?: Error) => void;
}

export class Meetings<C extends Comer> {
  readonly #size: number;
  readonly #check: (name: string, all: readonly C[]) => void;
  readonly #open = new Map<string, Meeting<C>>();

  /** `check` throws when those who have come do not agree; each of them is then told. */
  constructor(size: number, check: (name: string, all: readonly C[]) => void = () => undefined) {
    this.#size = size;
    this.#check = check;
  }

  /** The last one to come does the work, for all of them in the order of their ranks. */
  come(name: string, comer: C, work: (all: readonly C[]) => void): Promise<void> {
    const meeting = this.#open.get(name) ?? newMeeting();
    this.#open.set(name, meeting);
    meeting.comers.push(comer);
    if (meeting.comers.length < this.#size) return meeting.done;
    this.#open.delete(name);
    try {
      const all = meeting.comers.toSorted((a, b) => a.rank - b.rank);
      this.#check(name, all);
      work(all);
      meeting.end();
    } catch (error) {
      meeting.end(error as Error);
    }
    return meeting.done;
  }
}

function newMeeting<C extends Comer>(): Meeting<C> {
  let end: Meeting<C>['end'] = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    end = failure => {
      if (failure === undefined) resolve();
      else reject(failure);
    };
  });
  return { comers: [], done, end };
}
