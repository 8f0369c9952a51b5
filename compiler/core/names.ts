/**
 * Fresh names, the same ones every time: each compile owns its supply, and a name depends on
 * nothing but the hints asked for before it.
 */
export class Names {
  readonly #taken: Set<string>;
  readonly #isTaken: (name: string) => boolean;
  readonly #next = new Map<string, number>();

  /** `isTaken`: of names that are not worth a list. */
  constructor(taken: Iterable<string> = [], isTaken: (name: string) => boolean = () => false) {
    this.#taken = new Set(taken);
    this.#isTaken = isTaken;
  }

  /** `relu`, then `relu2`, `relu3`; a hint that ends in a digit gets `w1`, `w1_2`. */
  fresh(hint: string): string {
    const separator = /\d$/.test(hint) ? '_' : '';
    let count = this.#next.get(hint) ?? 1;
    let name = hint;
    while (this.#taken.has(name) || this.#isTaken(name)) name = `${hint}${separator}${++count}`;
    this.#next.set(hint, count);
    this.#taken.add(name);
    return name;
  }
}
