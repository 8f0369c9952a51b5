/** Sums in every order of their cells, which C compilers write out and reorder: the same bits. */
import { describe, expect, test } from 'vitest';
import { flagsFor } from '../../backends/cc/backend.ts';
import type { Program } from '../../compiler/loop/ir.ts';
import { programOf } from '../support/loop-text.ts';
import { needCompilerOf } from '../support/cpp-compiler.ts';
import { compileAll } from '../support/run-compiled.ts';
import { difference, outputsOf, thirdsFor } from '../support/run-program.ts';
import { compilingForGpu } from '../support/tested-backends.ts';

type Direction = 1 | -1;
const directions: readonly Direction[] = [1, -1];
const dtypes = ['f32', 'f64'];

/** `s` gets `blocks` blocks of `rows` rows, along a row or a column, from the first or the last on. */
function sumOf(
  dtype: string,
  [blocks, rows, columns]: readonly [number, number, number],
  isTransposed: boolean,
  [row, column]: readonly [Direction, Direction],
): Program {
  const along = (loop: string, by: Direction, extent: number): string =>
    by === 1 ? loop : `-1*${loop} + ${extent - 1}`;
  const cell = [along('o', row, rows), along('k', column, columns)];
  const [at, dims] = isTransposed ? [cell.toReversed(), [columns, rows]] : [cell, [rows, columns]];
  return programOf(
    `x: ${dtype}[${blocks}, ${dims.join(', ')}], y: ${dtype}`,
    `local s: ${dtype} := 0;
     for b < ${blocks} { for o < ${rows} { for k < ${columns} { s += x[b, ${at.join(', ')}]; } } }
     y := s;`,
  );
}

/** Blocks, rows and columns. */
const sizes = [3, 4, 5, 15].flatMap(blocks =>
  [
    [1, 2],
    [1, 8],
    [2, 2],
    [2, 4],
    [4, 4],
  ].map(([rows = 1, columns = 1]) => [blocks, rows, columns] as const),
);
const both = directions.flatMap(row => directions.map(column => [row, column] as const));
const ofBlocks = dtypes.flatMap(dtype =>
  sizes.flatMap(size =>
    [false, true].flatMap(isTransposed =>
      both.map(directions => sumOf(dtype, size, isTransposed, directions)),
    ),
  ),
);

/** Each turn adds several cells, in several statements, from the last cell to the first. */
const byStatement = dtypes.flatMap(dtype =>
  [2, 3, 4].map(count => {
    const cells = Array.from({ length: count }, (_, i) => `y += x[b, ${count - 1 - i}];`);
    return programOf(`x: ${dtype}[8, ${count}], y: ${dtype}`, `for b < 8 { ${cells.join(' ')} }`);
  }),
);
const loopAndStatement = dtypes.map(dtype =>
  programOf(
    `x: ${dtype}[8, 4], y: ${dtype}`,
    'for b < 8 { for k < 3 { y += x[b, k + 1]; } y += x[b, 0]; }',
  ),
);
// A library with vectors is compiled with other flags.
const vectors = programOf('z: f32[4]', 'for l < 4 vector { z[l] := 1; }');

test.for(compilingForGpu)('sums by one thread of a GPU, %s', async (backend, context) => {
  needCompilerOf(backend, context);
  const sums = [...ofBlocks.filter((_, i) => i % 16 === 0), ...byStatement, ...loopAndStatement];
  const runs = await compileAll(sums, undefined, backend);
  runs.forEach((run, i) => {
    const program = sums[i];
    const expected = program && outputsOf(program, 0, thirdsFor);
    expect(expected && difference(expected, run(0, thirdsFor))).toBeUndefined();
  });
});

describe.each([
  ['loops', ofBlocks],
  ['statements', byStatement],
  ['loops and statements', loopAndStatement],
])('sums by %s', (_, sums) => {
  test.each([
    ['alone', sums],
    ['beside vectors', [...sums, vectors]],
  ])('%s', async (_, programs) => {
    const runs = await compileAll(programs);
    runs.forEach((run, i) => {
      const program = programs[i];
      const expected = program && outputsOf(program, 0, thirdsFor);
      expect(expected && difference(expected, run(0, thirdsFor))).toBeUndefined();
    });
  });
});

test('one statement a turn, and what several add to different cells, is made vectors of', () => {
  const alike = programOf(
    'x: f32[8, 4], y: f32, z: f32',
    'for b < 8 { y += x[b, 0]; z += x[b, 1]; for k < 4 { y += x[b, k]; } }',
  );
  const noVectors = '-fno-tree-loop-vectorize';
  expect(flagsFor(ofBlocks)).not.toContain(noVectors);
  expect(flagsFor([alike])).not.toContain(noVectors);
  expect(flagsFor(byStatement)).toContain(noVectors);
});

test('sums of narrow integers whose terms are chosen', async () => {
  const program = programOf(
    'a: i8[4], table: i8[3, 4]',
    `local t: i8[4, 3];
     zero_out t;
     for i < 3 {
       for j < 4 {
         t[2, i] += where(-1 < i8(bool(table[i, i]) || bool(a[j])), i8(bool(table[i, i]) || bool(a[j])), 1);
       }
     }
     for i < 4 { for j < 3 { a[0] += t[i, j]; } }`,
  );
  const [run] = await compileAll([program]);
  const found = run?.(0, thirdsFor) ?? new Map<string, never>();
  expect(difference(outputsOf(program, 0, thirdsFor), found)).toBeUndefined();
});
