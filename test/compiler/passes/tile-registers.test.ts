import { expect, test } from 'vitest';
import { printProgram } from '../../../compiler/loop/print.ts';
import { tileRegisters } from '../../../compiler/passes/tile-registers.ts';
import { targets } from '../../../compiler/schedule/target.ts';
import { programOf } from '../../support/loop-text.ts';

/** Which rows of `x` one tile reads, and how many; loops without their numbers. */
function rowsFor(pictures: number, pixels: number): string {
  const program = programOf(
    `x: f32[${pictures}, ${pixels}, 64], w: f32[64, 32], y: f32[${pictures}, ${pixels}, 32]`,
    `for b < ${pictures} { for v < ${pixels} { for o < 32 {
       local s: f32 := 0;
       for i < 64 { s += x[b, v, i] * w[i, o]; }
       y[b, v, o] := s;
     } } }`,
  );
  const text = printProgram(tileRegisters(targets.avx512).run(program));
  const [, rows] = /s_tile: f32\[(\d+), 32\]/.exec(text) ?? [];
  const [, read] = /\+= x\[(.*?), i\d*\]/.exec(text) ?? [];
  return `${rows} rows: x[${read?.replaceAll(/\b([bv])\d/g, '$1')}]`;
}

test.each<[pictures: number, pixels: number, rows: string]>([
  [32, 28, '14 rows: x[b, 14*v + v]'],
  [28, 14, '14 rows: x[b, v]'],
  [28, 13, '14 rows: x[14*b + b, v]'],
  [3, 12, '12 rows: x[b, v]'],
])('of %i pictures of %i pixels', (pictures, pixels, rows) => {
  expect(rowsFor(pictures, pixels)).toBe(rows);
});
