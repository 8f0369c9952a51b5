import type { LoopVar } from '../core/index-expr.ts';
import type { Program } from './ir.ts';
import { givenArrays, localsOf } from './facts.ts';

/** Names of loops without the number that makes them unique. */
export function stemOf(loop: LoopVar): string {
  return loop.replace(/(?:_?\d+)+$/, '');
}

/**
 * Short names for loops in text. Inside the compiler every loop has a name of its own; a reader is
 * helped more by `for b`, `for o`, `for i` in every nest. A loop gets the first of `b`, `b2`, `b3`
 * that nothing around it is called.
 */
export class LoopNames {
  readonly #taken: Set<string>;
  readonly #short = new Map<LoopVar, string>();
  /** For each hint, the first number that may be free. */
  readonly #next = new Map<string, number>();

  /** `taken`: what text of the program calls by its own name everywhere. */
  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** Names for the text of a program, in which arrays and static indices keep their names. */
  static of(program: Program): LoopNames {
    const nodes = [...givenArrays(program), ...localsOf(program)];
    return new LoopNames([...nodes.map(n => n.name), ...program.symbols.map(s => s.loop)]);
  }

  nameOf(loop: LoopVar): string {
    return this.#short.get(loop) ?? loop;
  }

  /** The first of `at`, `at2`, `at3` that is free; no loop gets it from here on. */
  fresh(hint: string): string {
    let name = hint;
    let count = this.#next.get(hint) ?? 1;
    if (count > 1) name = `${hint}${count}`;
    while (this.#taken.has(name)) name = `${hint}${++count}`;
    this.#next.set(hint, count);
    this.#taken.add(name);
    return name;
  }

  /** The loop has its short name while `body` runs. */
  within(loop: LoopVar, body: (name: string) => void): void {
    const stem = stemOf(loop);
    const name = this.fresh(stem);
    this.#short.set(loop, name);
    body(name);
    this.#short.delete(loop);
    this.#taken.delete(name);
    this.#next.delete(stem);
  }
}
