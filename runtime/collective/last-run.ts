/** The last routine that this process ran, which other ranks are told if it does not reach a collective. */

interface Run {
  readonly routine: string;
  /** How many times it has been run, this time included. */
  readonly times: number;
}

let counted: Counted | undefined;

export interface Counted {
  readonly name: string;
  runs: number;
}

/** Called with every run, so it does next to nothing. */
export function noteRun(routine: Counted): void {
  routine.runs++;
  counted = routine;
}

export function lastRun(): Run | undefined {
  return counted && { routine: counted.name, times: counted.runs };
}
