/** Long sums of threads: the parts that a processor has in its vectors, and so the same bits. */
import { describe, expect, test } from 'vitest';
import type { Program } from '../../../compiler/loop/ir.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { passesFor } from '../../../compiler/passes/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { gpu, type Target, targets } from '../../../compiler/schedule/target.ts';
import { backwards } from '../../support/backwards.ts';
import { difference, outputsOf, thirdsFor } from '../../support/run-program.ts';

function scheduled(program: Program, target: Target): Program {
  return runPipeline(passesFor(target), program);
}

function closeTo(scale: number): (a: number, b: number) => boolean {
  return (a, b) => Math.abs(a - b) <= scale * (1 + Math.abs(a));
}

describe('sums of rows have the bits that they have on vectors', () => {
  test.each([128, 200, 1000, 1024, 4099])('%i terms', n => {
    const program = parseProgram(`p():
      device x: f32[20, ${n}], y: f32[20], m: f32[20];
      zero_out y;
      for b < 20 { for i < ${n} { y[b] += x[b, i] * x[b, i]; } }
      fill m, -1000;
      for b < 20 { for i < ${n} { m[b] max= x[b, i]; } }`);
    const [onVectors, onThreads] = [targets.avx2, gpu].map(target => scheduled(program, target));
    if (!onVectors || !onThreads) throw new Error('no programs');
    expect(printProgram(onThreads)).toContain('y_sum_parts');
    const expected = outputsOf(onVectors, 0, thirdsFor);
    expect(difference(expected, outputsOf(onThreads, 0, thirdsFor))).toBeUndefined();
    expect(difference(expected, outputsOf(backwards(onThreads), 0, thirdsFor))).toBeUndefined();
  });
});

test.each([
  ['all of a matrix', 'for b < 300 { for i < 300 { t += z[b, i]; } }'],
  ['a very long one', 'for k < 90000 { t += v[k]; }'],
  ['columns', 'for i < 300 { for b < 300 { c[i] += z[b, i]; } }'],
  [
    'over several short loops',
    'for i < 3 { for a < 40 { for b < 50 { for d < 5 { e[i] += u[a, b, d, i]; } } } }',
  ],
])('%s: as near to the sum as is to be asked', (_, nest) => {
  const program = parseProgram(`p():
    device z: f32[300, 300], v: f32[90000], u: f32[40, 50, 5, 3], t: f32, c: f32[300], e: f32[3];
    ${nest}`);
  const after = scheduled(program, gpu);
  expect(printProgram(after)).toMatch(/_parts|_blocks/);
  const [expected, actual] = [program, after].map(p => outputsOf(p, 0, thirdsFor));
  if (!expected || !actual) throw new Error('no outputs');
  expect(difference(expected, actual, closeTo(1e-4))).toBeUndefined();
  expect(difference(actual, outputsOf(backwards(after), 0, thirdsFor))).toBeUndefined();
});

test('few terms, and terms of many cells that lie across, are added one by one', () => {
  const program = parseProgram(`p():
    device x: f32[100, 5000], y: f32[5000], z: f32[100, 60], s: f32[100];
    for i < 5000 { for b < 100 { y[i] += x[b, i]; } }
    for b < 100 { for i < 60 { s[b] += z[b, i]; } }`);
  expect(printProgram(scheduled(program, { ...gpu, cacheBytes: 2 ** 30 }))).not.toContain('_parts');
});
