/** Which sums are taken in parts, and in how many; each has the same bits on every processor. */
import { expect, test } from 'vitest';
import { printProgram } from '../../../compiler/loop/print.ts';
import { passesFor } from '../../../compiler/passes/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { splitReductions } from '../../../compiler/passes/split-reductions.ts';
import { targets } from '../../../compiler/schedule/target.ts';
import { programOf } from '../../support/loop-text.ts';
import { difference, outputsOf, thirdsFor } from '../../support/run-program.ts';

test.each(
  [32, 50, 127, 128, 136, 140, 143, 255, 1003].flatMap(n =>
    ['f32', 'f64'].map(t => [n, t] as const),
  ),
)('of %i cells of %s', (extent, dtype) => {
  const body = `for i < ${extent} { y += x[i] * 0.1; }`;
  const program = programOf(`x: ${dtype}[${extent}], y: ${dtype}`, body);
  const [first, ...others] = [targets.sse, targets.avx2, targets.avx512].map(target => {
    const scheduled = runPipeline(passesFor(target), program);
    expect(scheduled).not.toBe(program);
    return outputsOf(scheduled);
  });
  for (const other of others) expect(first && difference(first, other)).toBeUndefined();
});

test.each([
  [31, undefined],
  [32, '16'],
  [127, '16'],
  [128, '64'],
])('%i terms: parts %s', (terms, parts) => {
  const body = `for b < 3 { local s: f32 := 0; for i < ${terms} { s += x[b, i]; } y[b] := s; }`;
  const program = programOf(`x: f32[3, ${terms}], y: f32[3]`, body);
  const split = runPipeline([splitReductions(targets.avx2)], program);
  expect(/s_parts: f32\[(\d+)\]/.exec(printProgram(split))?.[1]).toBe(parts);
  const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-4 * (1 + Math.abs(a));
  const [before, after] = [program, split].map(p => outputsOf(p, 0, thirdsFor));
  expect(before && after && difference(before, after, isNear)).toBeUndefined();
});
