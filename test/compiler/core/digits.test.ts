/** Subscripts with digits put together, against the places in memory that they are of. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withoutDigits } from '../../../compiler/core/digits.ts';
import {
  at,
  digitOf,
  digitsIn,
  fixed,
  type Index,
  loopVar,
  plus,
  printIndex,
  sumOf,
  valueOf,
} from '../../../compiler/core/index-expr.ts';

const [i, n] = [loopVar('i'), loopVar('n')];
const digit = (over: number, below?: number, of = at(n)): Index => digitOf({ of, over, below });
const shown = (subscript: readonly Index[], dims: readonly number[]): string =>
  withoutDigits(subscript, dims)
    .map(ix => printIndex(ix))
    .join(', ');

describe('put together', () => {
  test.each<[title: string, subscript: readonly Index[], dims: readonly number[], place: string]>([
    ['rows and columns', [digit(24), digit(1, 24)], [3, 24], '0, n'],
    ['beside a loop', [plus(at(i), digit(24)), digit(1, 24)], [9, 24], 'i, n'],
    ['of three axes', [digit(12), digit(4, 3), digit(1, 4)], [2, 3, 4], '0, 0, n'],
    ['the last two of three', [digit(4, 3), digit(1, 4)], [3, 4], '0, (n % 12)'],
    ['with an axis between', [digit(8), fixed(0), digit(1, 8)], [4, 1, 8], '0, 0, n'],
    ['of every other row', [sumOf([[2, digit(8)]]), digit(1, 16)], [9, 8], '2*(n / 8), (n % 16)'],
    [
      'of every other row, as rows are half as long',
      [sumOf([[2, digit(16)]]), digit(1, 16)],
      [9, 8],
      '0, n',
    ],
    ['of longer digits', [digit(16), digit(1, 16)], [9, 8], '(n / 16), (n % 16)'],
  ])('%s', (_, subscript, dims, place) => {
    expect(shown(subscript, dims)).toBe(place);
  });
});

test('the place in memory stays', () => {
  const term = fc
    .tuple(
      fc.constantFrom(1, 1, 2, 3),
      fc.constantFrom(digit(1, 2), digit(2), digit(2, 3), digit(6), digit(1, 6), at(i), at(n)),
    )
    .map(([coeff, index]) => sumOf([[coeff, index]]));
  const axis = fc
    .array(term, { minLength: 1, maxLength: 2 })
    .map(terms => terms.reduce(plus, fixed(1)));
  let together = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(axis, fc.constantFrom(1, 2, 3, 6)), { minLength: 2, maxLength: 3 }),
      axes => {
        const [subscript, dims] = [axes.map(a => a[0]), axes.map(a => a[1])];
        const after = withoutDigits(subscript, dims);
        together += Number(after.flatMap(digitsIn).length < subscript.flatMap(digitsIn).length);
        for (let number = 0; number < 40; number++) {
          const placeOf = (indices: readonly Index[]): number =>
            indices.reduce((place, ix, a) => {
              const own = valueOf(ix, loop => (loop === n ? number : 5));
              return place * (dims[a] ?? 1) + own;
            }, 0);
          expect(placeOf(after)).toBe(placeOf(subscript));
        }
      },
    ),
    { numRuns: 1000 },
  );
  expect(together).toBeGreaterThan(20);
});
