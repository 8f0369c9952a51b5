/** Operations that are written otherwise on vectors than of one number: every pair of edge values, bit by bit. */
import { expect, test } from 'vitest';
import { parseProgram } from '../../compiler/loop/parse.ts';
import { edgeValues, tuples } from '../support/edge-values.ts';
import { compileAll } from '../support/run-compiled.ts';
import { difference, type Input, outputsOf, zeros } from '../support/run-program.ts';

const cases = (['mul_no_nan', 'max', 'min'] as const).flatMap(op =>
  [1, 2, 4, 8, 16].map(lanes => ({ op, lanes })),
);

test.each(cases)('$op by $lanes', async ({ op, lanes }) => {
  const pairs = tuples(edgeValues('f32'), 2);
  // A vector of nothing but plain numbers, and one of each pair beside them, are other ways through the code.
  const rows = [...pairs, ...pairs.flatMap(pair => [...Array<number[]>(15).fill([3, 5]), pair])];
  const count = Math.floor(rows.length / lanes);
  const size = count * lanes;
  const mode = lanes > 1 ? ' vector' : '';
  const program = parseProgram(`p():
    device a: f32[${size}], b: f32[${size}], y: f32[${size}];
    for i < ${count} {
      for l < ${lanes}${mode} { y[${lanes}*i + l] := ${op}(a[${lanes}*i + l], b[${lanes}*i + l]); }
    }`);
  const input: Input = ({ name, dtype, dims: [length = 0] }) => {
    const cells = zeros(dtype, length);
    if (name !== 'y')
      rows.slice(0, length).forEach((row, i) => (cells[i] = row[name === 'a' ? 0 : 1] ?? 0));
    return cells;
  };
  const [run] = await compileAll([program]);
  expect(run && difference(outputsOf(program, 0, input), run(0, input))).toBeUndefined();
  expect(run).toBeDefined();
});
