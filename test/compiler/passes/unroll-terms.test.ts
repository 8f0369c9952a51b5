import { expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { unrollTerms } from '../../../compiler/passes/unroll-terms.ts';
import { targets } from '../../../compiler/schedule/target.ts';
import { smallTarget } from '../../support/small-target.ts';

/** A tile of so many rows and vectors of four, over so many terms. */
function tile(rows: number, vectors: number, terms: number): string {
  const columns = 4 * vectors;
  return `
    product():
      device x: f32[${rows}, ${terms}], w: f32[${terms}, ${columns}], s: f32[${rows}, ${columns}];
      for i < ${terms} { for b < ${rows} unrolled { for v < ${vectors} unrolled { for l < 4 vector {
        s[b, 4*v + l] += x[b, i] * w[i, 4*v + l];
      } } } }`;
}

function turnsIn(source: string, target = smallTarget): readonly string[] {
  const after = printProgram(unrollTerms(target).run(parseProgram(source)));
  return after.match(/turn < \d/g) ?? [];
}

test('as many terms as divide the sum, four at most', () => {
  expect(turnsIn(tile(6, 2, 128))).toEqual(['turn < 4']);
  expect(turnsIn(tile(6, 2, 99))).toEqual(['turn < 3']);
  expect(turnsIn(tile(6, 2, 70))).toEqual(['turn < 2']);
  expect(turnsIn(tile(6, 2, 97))).toEqual([]);
});

test('a tile with enough to do stays as it is, and so does a short sum', () => {
  expect(turnsIn(tile(6, 4, 128))).toEqual([]);
  const { avx2 } = targets;
  expect(turnsIn(tile(6, 2, 64), avx2)).toEqual(['turn < 4']);
  expect(turnsIn(tile(6, 2, 60), avx2)).toEqual([]);
});

test('what is stored anew in each turn is no sum', () => {
  const cells = `
    cells():
      device x: f32[64, 8], y: f32[64, 8];
      for o < 64 { for v < 2 unrolled { for l < 4 vector { y[o, 4*v + l] := 2 * x[o, 4*v + l]; } } }`;
  expect(turnsIn(cells)).toEqual([]);
});

test('a sum of single numbers is none on vectors', () => {
  const numbers = `
    sum():
      device x: f32[64, 2], s: f32[2];
      for i < 64 { for r < 2 unrolled { s[r] += x[i, r]; } }`;
  expect(turnsIn(numbers)).toEqual([]);
});

test('a second run finds nothing to do', () => {
  const pass = unrollTerms(smallTarget);
  const once = pass.run(parseProgram(tile(2, 1, 16)));
  expect(pass.run(once)).toBe(once);
});
