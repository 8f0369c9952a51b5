/**
 * Attention and its gradients without matrices of scores: on the emulator, which finds races and what is read before it
 * is stored, and by the interpreter, the same bits.
 */
import { beforeEach, expect, test } from 'vitest';
import { parseProgram, passesFor } from '../../../compiler/index.ts';
import { arenaBytes } from '../../../compiler/loop/arena.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { gpu } from '../../../compiler/schedule/target.ts';
import { type AttentionShape, attentionText } from '../../support/attention-text.ts';
import { needCppCompiler } from '../../support/cpp-compiler.ts';
import { compileAll } from '../../support/run-compiled.ts';
import { difference, inputFor, outputsOf } from '../../support/run-program.ts';
import { tilesFor, walksFor } from '../../support/small-gpu.ts';

const shapes: Readonly<Record<string, AttentionShape>> = {
  'whole tiles': { heads: 1, rows: 32, columns: 128, width: 8 },
  'more queries than keys': { heads: 1, rows: 70, columns: 128, width: 4 },
  'rows and columns left over': { heads: 2, rows: 42, columns: 131, width: 5 },
  'terms that are parts of their own': { heads: 1, rows: 33, columns: 150, width: 9 },
  'later keys hidden': { heads: 1, rows: 129, columns: 129, width: 2, isCausal: true },
  'bf16, on tensor cores': { heads: 1, rows: 64, columns: 128, width: 16, dtype: 'bf16' },
  'queries of f16 left over': {
    heads: 1,
    rows: 20,
    columns: 128,
    width: 16,
    dtype: 'f16',
    hasGradients: false,
  },
  'wide heads': { heads: 1, rows: 5, columns: 128, width: 70, hasGradients: false },
};

const cases = Object.entries(shapes).map(([name, shape]) => {
  const program = parseProgram(attentionText({ hasGradients: true, ...shape }));
  const [walking, storing] = [walksFor(1), tilesFor(1)].map(target =>
    runPipeline(passesFor(target), program),
  );
  return { name, walking: walking ?? program, storing: storing ?? program };
});
const runs = await compileAll(
  cases.map(({ walking }) => walking),
  undefined,
  'cuda-emulator',
);
beforeEach(needCppCompiler);

test.each(cases.map((one, i) => ({ ...one, run: runs[i] })))(
  '$name',
  ({ walking, storing, run }) => {
    const outputs = run?.(0, inputFor) ?? new Map();
    expect(difference(outputsOf(walking), outputs)).toBeUndefined();
    // Only the order of sums over rows is another.
    const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-4 * (1 + Math.abs(a));
    expect(difference(outputsOf(storing), outputs, isNear)).toBeUndefined();
  },
);

test('the memory it takes is that of a few numbers a row', () => {
  const text = attentionText({
    heads: 4,
    rows: 4096,
    columns: 4096,
    width: 64,
    hasGradients: true,
  });
  const storing = { ...gpu, gpu: { ...gpu.gpu, leastMatrix: Infinity } };
  const scratch = [gpu, storing].map(target => {
    const { scratch: arrays } = runPipeline(passesFor(target), parseProgram(text));
    return `${arenaBytes(arrays) / 1024} KiB: ${arrays.map(({ node }) => node.name).join(', ')}`;
  });
  expect(scratch).toMatchInlineSnapshot(`
    [
      "192 KiB: most, total, mean",
      "786432 KiB: scores, p, dp, ds",
    ]
  `);
});
