import fc from 'fast-check';

/**
 * A list of numbers read as answers to questions. What is built from it is always valid, and
 * shrinking the list shrinks what is built: an exhausted list answers 0 to everything.
 */
export class Choices {
  readonly #answers: readonly number[];
  #position = 0;

  constructor(answers: readonly number[]) {
    this.#answers = answers;
  }

  get isExhausted(): boolean {
    return this.#position >= this.#answers.length;
  }

  /** A number from 0 up to, not including, `count`. */
  below(count: number): number {
    const answer = this.#answers[this.#position++] ?? 0;
    return answer % count;
  }

  of<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  /** Once in `times`, and never when the list is exhausted. */
  oneIn(times: number): boolean {
    return this.below(times) === times - 1;
  }
}

export function choices(maxLength: number): fc.Arbitrary<readonly number[]> {
  return fc.array(fc.nat(2 ** 16), { maxLength, size: 'max' });
}
