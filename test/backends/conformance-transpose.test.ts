/** Squares of cells turned over by C: of each dtype and size, each cell where it belongs. */
import { expect, test } from 'vitest';
import { c99 } from '../../backends/cc/dialect.ts';
import { emitParts } from '../../backends/clike/emit.ts';
import { programOf } from '../support/loop-text.ts';
import { compileAll } from '../support/run-compiled.ts';
import { difference, outputsOf } from '../support/run-program.ts';

const sides = { f32: [4, 8, 16], f64: [2, 4, 8], i32: [4, 8, 16] };

const programs = Object.entries(sides).flatMap(([dtype, sizes]) =>
  sizes.map(n =>
    programOf(
      `x: ${dtype}[${2 * n + 1}, ${3 * n}], y: ${dtype}[${3 * n}, ${2 * n + 3}]`,
      `for i < 3 { for c < 2 { for r < ${n} unrolled { for l < ${n} vector {
         y[${n}*i + r, ${n}*c + l + 3] := x[${n}*c + l + 1, ${n}*i + r];
       } } } }`,
    ),
  ),
);

test('as the interpreter does', async () => {
  for (const program of programs) {
    expect(emitParts(program, c99).text).toContain('transpose_');
  }
  const runs = await compileAll(programs);
  for (const [i, program] of programs.entries()) {
    const left = runs[i]?.() ?? new Map();
    expect(difference(outputsOf(program), left)).toBeUndefined();
  }
});
