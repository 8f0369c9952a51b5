/**
 * Subscripts whose axes hold digits of one number, as those of joined loops do: `a[i + (n / 24), (n % 24)]` of rows of 24
 * cells is the cell `n` places after `a[i, 0]`.
 */
import { type Digit, digitOf, type Index, isLoop, sameIndex, sumOf } from './index-expr.ts';

/**
 * Subscripts that have the same place in memory, row by row, without digits where these add up to the number: `a[i, n]`, whose last
 * subscript may exceed its axis. The same subscripts where there are no such digits.
 */
export function withoutDigits(
  subscript: readonly Index[],
  dims: readonly number[],
): readonly Index[] {
  if (!subscript.some(hasDigit)) return subscript;
  for (const [axis, index] of subscript.entries()) {
    for (const low of digitsOf(index)) {
      const found = highFor(low, axis, subscript, dims);
      if (found) return withoutDigits(summed(subscript, { ...low, axis }, found), dims);
    }
  }
  return subscript;
}

interface Scaled {
  readonly digit: Digit;
  readonly coeff: number;
}

interface Placed extends Scaled {
  readonly axis: number;
}

function hasDigit({ terms }: Index): boolean {
  return terms.some(term => !isLoop(term));
}

function digitsOf({ terms }: Index): readonly Scaled[] {
  return terms.flatMap(term => (isLoop(term) ? [] : [term]));
}

/** The next higher digit of the same number, where it counts as often in memory as this one wraps around. */
function highFor(
  { digit: { of, over, below }, coeff }: Scaled,
  axis: number,
  subscript: readonly Index[],
  dims: readonly number[],
): Placed | undefined {
  if (below === undefined) return undefined;
  let scale = 1;
  for (let a = axis; a >= 0; a--) {
    const high = digitsOf(subscript[a] ?? { terms: [], offset: 0 }).find(
      ({ digit, coeff: own }) =>
        digit.over === over * below && own * scale === coeff * below && sameIndex(digit.of, of),
    );
    if (high) return { ...high, axis: a };
    scale *= dims[a] ?? 1;
  }
  return undefined;
}

function summed(subscript: readonly Index[], low: Placed, high: Placed): readonly Index[] {
  const { of, over, below: lowest = 1 } = low.digit;
  const { below } = high.digit;
  const both = digitOf({ of, over, below: below === undefined ? undefined : lowest * below });
  return subscript.map((index, axis) =>
    sumOf([
      [1, index],
      ...(axis === low.axis
        ? ([
            [-low.coeff, asIndex(low)],
            [low.coeff, both],
          ] as const)
        : []),
      ...(axis === high.axis ? ([[-high.coeff, asIndex(high)]] as const) : []),
    ]),
  );
}

function asIndex({ digit }: Scaled): Index {
  return { terms: [{ coeff: 1, digit }], offset: 0 };
}
