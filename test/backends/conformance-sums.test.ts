/** Sums of a few cells in all directions, which C compilers write out and reorder: the same bits. */
import { expect, test } from 'vitest';
import type { Program } from '../../compiler/loop/ir.ts';
import { programOf } from '../support/loop-text.ts';
import { compileAll } from '../support/run-compiled.ts';
import { difference, outputsOf } from '../support/run-program.ts';

/** `s` gets the cells of `rows` rows of `columns`, from the first or the last on. */
function sumOf(
  dtype: string,
  rows: number,
  columns: number,
  [row, cell]: readonly [1 | -1, 1 | -1],
): Program {
  const along = (loop: string, by: number, extent: number): string =>
    by === 1 ? loop : `-1*${loop} + ${extent - 1}`;
  const at = `${along('b', row, rows)}, ${along('o', cell, columns)}`;
  return programOf(
    `x: ${dtype}[${rows}, ${columns}], y: ${dtype}`,
    `local s: ${dtype} := 0; for b < ${rows} { for o < ${columns} { s += x[${at}]; } } y := s;`,
  );
}

const directions = [1, -1].flatMap(row => [1, -1].map(cell => [row, cell] as const));
const sums = ['f32', 'f64'].flatMap(dtype =>
  [3, 5, 8, 15].flatMap(rows =>
    [2, 3, 4, 8].flatMap(columns =>
      directions.map(([row, cell]) =>
        sumOf(dtype, rows, columns, [row === 1 ? 1 : -1, cell === 1 ? 1 : -1]),
      ),
    ),
  ),
);
// A library with vectors is compiled with other flags.
const withVectors = programOf('z: f32[4]', 'for l < 4 vector { z[l] := 1; }');

test.each([
  ['alone', sums],
  ['beside vectors', [...sums, withVectors]],
])('%s', async (_, programs) => {
  const runs = await compileAll(programs);
  runs.forEach((run, i) => {
    const program = programs[i];
    const expected = program && outputsOf(program);
    expect(expected && difference(expected, run())).toBeUndefined();
  });
});
