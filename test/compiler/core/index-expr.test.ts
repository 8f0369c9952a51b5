import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asLoop,
  at,
  type Digit,
  digitOf,
  fixed,
  type Index,
  isLoop,
  type LoopVar,
  loopVar,
  printIndex,
  rangeOf,
  sameIndex,
  substitute,
  sumOf,
  valueOf as valueOfIndex,
} from '../../../compiler/core/index-expr.ts';

const [i, j, k] = ['i', 'j', 'k'].map(loopVar) as [LoopVar, LoopVar, LoopVar];
const loops = [i, j, k];
const extents = new Map([
  [i, 1],
  [j, 3],
  [k, 4],
]);

const index: fc.Arbitrary<Index> = fc
  .tuple(fc.subarray(loops), fc.array(fc.integer({ min: -3, max: 3 })), fc.integer({ max: 9 }))
  .map(([some, coeffs, offset]) => ({
    terms: some.map((loop, n) => ({ loop, coeff: coeffs[n] || 1 })),
    offset,
  }));

/** Of a number that is never negative, whatever is put for its loops. */
const digit: fc.Arbitrary<Digit> = fc.record({
  of: fc.constantFrom(at(k), plus(at(j, 4), at(k)), plus(at(i), at(k, 2, 3))),
  over: fc.integer({ min: 1, max: 5 }),
  below: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
});

const indexWithDigits: fc.Arbitrary<Index> = fc
  .tuple(index, fc.array(fc.tuple(fc.integer({ min: -2, max: 3 }), digit), { maxLength: 2 }))
  .map(([ix, digits]) => sumOf([[1, ix], ...digits.map(([c, d]) => [c, digitOf(d)] as const)]));

/** By definition. */
function valueOf({ terms, offset }: Index, values: ReadonlyMap<LoopVar, number>): number {
  const valueOfDigit = ({ of, over, below }: Digit): number => {
    const quotient = Math.floor(valueOf(of, values) / over);
    return below === undefined ? quotient : ((quotient % below) + below) % below;
  };
  return terms.reduce((sum, t) => {
    return sum + t.coeff * (isLoop(t) ? (values.get(t.loop) ?? NaN) : valueOfDigit(t.digit));
  }, offset);
}

const points = [0].flatMap(x =>
  [0, 1, 2].flatMap(y =>
    [0, 1, 2, 3].map(
      z =>
        new Map([
          [i, x],
          [j, y],
          [k, z],
        ]),
    ),
  ),
);

describe('substitute', () => {
  const binding = fc
    .tuple(fc.subarray(loops), index, index, index)
    .map(([bound, ...to]) => new Map(bound.map((loop, n) => [loop, to[n] ?? fixed(0)] as const)));

  test('gives the index the value it has where the loops have theirs', () => {
    fc.assert(
      fc.property(indexWithDigits, binding, (ix, to) => {
        for (const point of points) {
          const inner = new Map(loops.map(l => [l, valueOf(to.get(l) ?? at(l), point)] as const));
          expect(valueOf(substitute(ix, to), point)).toBe(valueOf(ix, inner));
        }
      }),
    );
  });

  test('leaves no loop twice and no coefficient of zero', () => {
    fc.assert(
      fc.property(indexWithDigits, binding, (ix, to) => {
        const { terms } = substitute(ix, to);
        const names = terms.map(t => (isLoop(t) ? t.loop : printIndex({ terms: [t], offset: 0 })));
        expect(new Set(names).size).toBe(terms.length);
        expect(terms.every(t => t.coeff !== 0)).toBe(true);
      }),
    );
  });

  test('returns the index itself when it names none of its loops', () => {
    const ix = at(i, 2, 1);
    expect(substitute(ix, new Map([[j, fixed(0)]]))).toBe(ix);
  });

  test('replaces all loops at once, not one after the other', () => {
    const swap = new Map([
      [i, at(j)],
      [j, at(i)],
    ]);
    const ix: Index = { terms: [...at(i, 2).terms, ...at(j, 3).terms], offset: 0 };
    expect(printIndex(substitute(ix, swap))).toBe('2*j + 3*i');
  });

  test('drops loops that cancel', () => {
    const ix: Index = { terms: [...at(i).terms, ...at(j, -1).terms], offset: 5 };
    expect(substitute(ix, new Map([[i, at(j)]]))).toEqual(fixed(5));
  });
});

test('rangeOf is the least and the greatest value', () => {
  fc.assert(
    fc.property(index, ix => {
      const values = points.map(point => valueOf(ix, point));
      expect(rangeOf(ix, loop => extents.get(loop) ?? NaN)).toEqual({
        min: Math.min(...values),
        max: Math.max(...values),
      });
    }),
  );
});

test('of digits it is bounds', () => {
  fc.assert(
    fc.property(indexWithDigits, ix => {
      const values = points.map(point => valueOf(ix, point));
      const { min, max } = rangeOf(ix, loop => extents.get(loop) ?? NaN);
      expect(min).toBeLessThanOrEqual(Math.min(...values));
      expect(max).toBeGreaterThanOrEqual(Math.max(...values));
    }),
  );
});

test('valueOf is the value by definition', () => {
  fc.assert(
    fc.property(indexWithDigits, ix => {
      for (const point of points) {
        expect(valueOfIndex(ix, loop => point.get(loop) ?? NaN)).toBe(valueOf(ix, point));
      }
    }),
  );
});

test.each<[text: string, digit: Digit]>([
  ['(k / 2)', { of: at(k), over: 2, below: undefined }],
  ['(k % 2)', { of: at(k), over: 1, below: 2 }],
  ['((3*i + k) / 2 % 4)', { of: plus(at(i, 3), at(k)), over: 2, below: 4 }],
  ['k', { of: at(k), over: 1, below: undefined }],
  ['1', { of: fixed(7), over: 2, below: 2 }],
])('%s is a digit', (text, digit) => {
  expect(printIndex(digitOf(digit))).toBe(text);
});

test.each<[title: string, a: Index, b: Index, same: boolean]>([
  ['itself', at(i, 2, 1), at(i, 2, 1), true],
  ['another offset', at(i), at(i, 1, 1), false],
  ['another loop', at(i), at(j), false],
  ['another coefficient', at(i), at(i, 2), false],
  ['fewer loops', plus(at(i), at(j)), at(i), false],
  ['more loops', at(i), plus(at(i), at(j)), false],
  ['another order', plus(at(i), at(j, 2)), plus(at(j, 2), at(i)), true],
])('sameIndex: %s', (_, a, b, same) => {
  expect(sameIndex(a, b)).toBe(same);
});

test.each<[text: string, ix: Index, loop: LoopVar | undefined]>([
  ['i', at(i), i],
  ['2*i', at(i, 2), undefined],
  ['i + 1', at(i, 1, 1), undefined],
  ['i + -1', at(i, 1, -1), undefined],
  ['-1*i + 3', at(i, -1, 3), undefined],
  ['i + j', plus(at(i), at(j)), undefined],
  ['0', fixed(0), undefined],
  ['7', fixed(7), undefined],
  ['7', at(i, 0, 7), undefined],
])('%s as text, and as a loop', (text, ix, loop) => {
  expect(printIndex(ix)).toBe(text);
  expect(asLoop(ix)).toBe(loop);
});

test('printIndex calls loops as it is told', () => {
  expect(printIndex(plus(at(i, 2), at(j)), loop => `${loop}_0`)).toBe('2*i_0 + j_0');
});

function plus(a: Index, b: Index): Index {
  return { terms: [...a.terms, ...b.terms], offset: a.offset + b.offset };
}
