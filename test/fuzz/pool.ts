/** The tensors of a program so far, as its text names them, each with the shape it must have. */
import type { Hole } from '../../dsl/index.ts';
import type { Choices } from '../support/choices.ts';

/** Sizes in a pool stay small: bugs of shapes and subscripts show on three cells as on three hundred. */
export const mostCells = 400;

export interface Dims {
  readonly batch: readonly number[];
  readonly input: readonly number[];
  readonly output: readonly number[];
}

export interface Known {
  readonly name: string;
  readonly dims: Dims;
}

/** A right-hand side: `text` with a hole for each U+E000, and the shape of what it makes. */
export interface Made {
  /** Definitions that it needs. */
  readonly before?: string;
  readonly text: string;
  readonly holes?: readonly Hole[];
  readonly dims: Dims;
}

export const hole = '\u{E000}';

export const scalarDims: Dims = { batch: [], input: [], output: [] };

export function cells({ batch, input, output }: Dims): number {
  return [...batch, ...input, ...output].reduce((n, size) => n * size, 1);
}

/** Whether `small` broadcasts to `large`: each of its rows is the right end of the other's. */
export function broadcasts(small: Dims, large: Dims): boolean {
  return (['batch', 'input', 'output'] as const).every(row => {
    const end = large[row].slice(large[row].length - small[row].length);
    return small[row].length <= large[row].length && end.join() === small[row].join();
  });
}

const sizes = [3, 2, 4, 5, 3, 2, 1];

export class Pool {
  readonly choices: Choices;
  readonly #known: Known[] = [];
  #params = 0;

  constructor(choices: Choices) {
    this.choices = choices;
  }

  add(known: Known): void {
    this.#known.push(known);
  }

  get all(): readonly Known[] {
    return this.#known;
  }

  /** One that fits, the last ones more often; undefined when none does. */
  pick(fits: (k: Known) => boolean = () => true): Known | undefined {
    const fitting = this.#known.filter(fits);
    const recent = fitting.slice(-2);
    const [first, ...others] = this.choices.oneIn(2) ? recent : fitting;
    return first && this.choices.of([first, ...others]);
  }

  /** A fresh name for an inline definition. */
  param(): string {
    this.#params += 1;
    return `w${this.#params}`;
  }

  /** A size from 0 to 5; 1 is rare, because it hides mistakes, and 0 rarer, because it leaves nothing to go wrong. */
  size(): number {
    const answer = this.choices.below(sizes.length * 60);
    return answer < sizes.length * 59 ? (sizes[answer % sizes.length] ?? 1) : 0;
  }
}
