/** What is said about the cells that subscripts reach, against counting them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverageOf, isOneToOne, type Turns } from '../../../compiler/core/index-cover.ts';
import {
  at,
  type Digit,
  digitOf,
  fixed,
  type Index,
  type LoopVar,
  loopVar,
  sumOf,
  valueOf,
} from '../../../compiler/core/index-expr.ts';

const [i, j, k] = ['i', 'j', 'k'].map(loopVar) as [LoopVar, LoopVar, LoopVar];

function turns(extents: readonly number[]): readonly Turns[] {
  return [i, j, k].map((loop, n) => ({ loop, extent: extents[n] ?? 1 }));
}

/** One text for each point of the loops. */
function cellsOf(subscript: readonly Index[], loops: readonly Turns[]): readonly string[] {
  const points = loops.reduce<readonly ReadonlyMap<LoopVar, number>[]>(
    (some, { loop, extent }) =>
      some.flatMap(p => Array.from({ length: extent }, (_, n) => new Map(p).set(loop, n))),
    [new Map()],
  );
  return points.map(p => subscript.map(ix => valueOf(ix, loop => p.get(loop) ?? NaN)).join());
}

const whole = sumOf([
  [6, at(i)],
  [2, at(j)],
  [1, at(k)],
]);
const digit = (over: number, below?: number, of = whole): Index =>
  digitOf({ of, over, below } satisfies Digit);

const index = fc.oneof(
  fc
    .tuple(
      fc.array(fc.integer({ min: -3, max: 6 }), { minLength: 3, maxLength: 3 }),
      fc.constantFrom(0, 0, 0, 1, 3),
    )
    .map(([coeffs, offset]) =>
      sumOf([[1, fixed(offset)], ...coeffs.map((c, n) => [c, at([i, j, k][n] ?? i)] as const)]),
    ),
  fc.constantFrom(
    digit(1, 2),
    digit(2),
    digit(2, 3),
    digit(6),
    digit(1, 3),
    digit(3, 2),
    at(i),
    at(k),
  ),
);
const extents = fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }).map(turns);

describe('what is said holds', () => {
  test('of subscripts that are one to one, and those that cover', () => {
    let [said, covered] = [0, 0];
    fc.assert(
      fc.property(
        fc.array(index, { minLength: 1, maxLength: 2 }),
        extents,
        fc.nat(3),
        (subscript, loops, more) => {
          const cells = cellsOf(subscript, loops);
          const distinct = new Set(cells);
          if (isOneToOne(subscript, loops)) {
            said += 1;
            expect(distinct.size).toBe(cells.length);
          }
          const highest = subscript.map((_, axis) =>
            Math.max(0, ...cells.map(c => Number(c.split(',')[axis]))),
          );
          const dims = highest.map((n, axis) => n + 1 + (axis === 0 && more === 0 ? 1 : 0));
          const coverage = coverageOf(subscript, dims, loops);
          if (coverage === undefined) return;
          covered += 1;
          const all = dims.reduce((a, b) => a * b, 1);
          const inside = [...distinct].filter(c =>
            c.split(',').every((n, axis) => Number(n) >= 0 && Number(n) < (dims[axis] ?? 0)),
          );
          expect(inside.length).toBe(all);
          expect(distinct.size).toBe(all);
          if (coverage === 'once') expect(cells.length).toBe(all);
          else expect(cells.length).toBeGreaterThan(all);
        },
      ),
      { numRuns: 5000 },
    );
    expect(said).toBeGreaterThan(500);
    expect(covered).toBeGreaterThan(100);
  });

  test('of every mixed radix, which is told', () => {
    for (let a = 1; a <= 4; a++) {
      for (let b = 1; b <= 4; b++) {
        for (let c = 1; c <= 4; c++) {
          const loops = turns([a, b, c]);
          const ix = sumOf([
            [b * c, at(i)],
            [c, at(j)],
            [1, at(k)],
          ]);
          expect(isOneToOne([ix], loops)).toBe(true);
          expect(coverageOf([ix], [a * b * c], loops)).toBe('once');
          expect(coverageOf([ix], [a * b * c + 1], loops)).toBeUndefined();
        }
      }
    }
  });
});

describe('digits', () => {
  const loops = turns([2, 3, 2]);

  test('that are all there tell their number', () => {
    expect(isOneToOne([digit(6), digit(1, 6)], loops)).toBe(true);
    expect(coverageOf([digit(6), digit(2, 3), digit(1, 2)], [2, 3, 2], loops)).toBe('once');
    expect(coverageOf([digit(1, 2), digit(2)], [2, 6], loops)).toBe('once');
  });

  test('of which one is missing do not', () => {
    expect(isOneToOne([digit(6), digit(2, 3)], loops)).toBe(false);
    expect(isOneToOne([digit(1, 6)], loops)).toBe(false);
    expect(coverageOf([digit(6), digit(2, 3)], [2, 3], loops)).toBeUndefined();
  });

  test('that do not fit their axes miss cells', () => {
    expect(coverageOf([digit(6), digit(1, 6)], [2, 7], loops)).toBeUndefined();
    expect(coverageOf([digit(6), digit(1, 6)], [3, 4], loops)).toBeUndefined();
  });
});
