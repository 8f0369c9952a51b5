/** Which threads of a GPU have several cells: neighbours that are one vector in all arrays, and only of a full GPU. */
import { expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { coarsenThreads } from '../../../compiler/passes/gpu/coarsen-threads.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { overridesOf } from '../../../compiler/schedule/override.ts';
import { gpu, type Gpu } from '../../../compiler/schedule/target.ts';
import { difference, outputsOf, thirdsFor } from '../../support/run-program.ts';

const small: Gpu = { ...gpu.gpu, processors: 1, processorThreads: 1 };
const arrays = `x: f32[8, 12], s: f32[12], y: f32[8, 12], z: f32[8, 10], h: f16[8, 16], g: f16[8, 12], d: f64[8, 12],
  ids: i32[8], t: f32[12, 8]`;

function program(nest: string): ReturnType<typeof parseProgram> {
  return parseProgram(`p(): device ${arrays}; ${nest}`);
}

function cellsOf(nest: string, target = small): number {
  const shown = printProgram(runPipeline([coarsenThreads(target)], program(nest)));
  return Number(/for cell < (\d+) unrolled/.exec(shown)?.[1] ?? 1);
}

const over = (extent: number, s: string): string =>
  `for b < 8 grid { for o < ${extent} grid { ${s} } }`;

test.each([
  ['f32, 16 bytes', over(12, 'y[b, o] := x[b, o] * s[o];'), 4],
  ['f16, 16 bytes', over(16, 'h[b, o] := f16(f32(h[b, o]) * 2);'), 8],
  ['f16 beside f32', over(12, 'g[b, o] := f16(x[b, o]);'), 4],
  ['f64', over(12, 'd[b, o] := d[b, o] * 2;'), 2],
  ['what stays as it is', over(12, 'y[b, o] := x[b, 0] * t[b, 3];'), 4],
  ['sums of scalars', over(12, 'local a: f32; a := x[b, o]; a += s[o]; y[b, o] := a;'), 4],
  ['digits of one count', 'for k < 96 grid { y[(k / 12), (k % 12)] += x[(k / 12), (k % 12)]; }', 4],
  ['a row that begins between vectors', over(8, 'y[b, o] := z[b, o];'), 1],
  ['a shift', over(8, 'y[b, o] := x[b, o + 1];'), 1],
  ['a shift by a vector', over(8, 'y[b, o] := x[b, o + 4];'), 4],
  ['what no vector divides', over(10, 'z[b, o] += 1;'), 1],
  ['the other way round', over(12, 'y[b, o] := t[o, b];'), 1],
  ['the other direction', over(12, 'y[b, o] := x[b, -1*o + 11];'), 1],
  ['every second cell', over(4, 'y[b, o] := x[b, 2*o];'), 1],
  ['a loop inside', over(12, 'for i < 3 { y[b, o] += x[b, o]; }'), 1],
  ['a condition', over(12, 'when o < 5 { y[b, o] := x[b, o]; }'), 1],
  ['what is looked up', over(12, 'y[b, o] := x[at(ids[b]), o];'), 1],
])('%s', (_, nest, cells) => {
  expect(cellsOf(nest)).toBe(cells);
  const before = program(nest);
  const after = runPipeline([coarsenThreads(small)], before);
  const [expected, found] = [before, after].map(p => outputsOf(p, 0, thirdsFor));
  expect(difference(expected ?? new Map(), found ?? new Map())).toBeUndefined();
});

test('a GPU that would not be full has a thread for each cell', () => {
  const nest = over(12, 'y[b, o] := x[b, o];');
  expect(cellsOf(nest, { ...small, processorThreads: 24 })).toBe(4);
  expect(cellsOf(nest, { ...small, processorThreads: 25 })).toBe(1);
});

test('and so has what is not to be in vectors', () => {
  const before = program(over(12, 'y[b, o] := x[b, o];'));
  const pass = coarsenThreads(small, overridesOf({ y: { vectorise: false } }));
  expect(runPipeline([pass], before)).toBe(before);
});
