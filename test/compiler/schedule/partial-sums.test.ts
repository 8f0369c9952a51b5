/** A sum has the same bits on every processor. */
import { expect, test } from 'vitest';
import { passesFor } from '../../../compiler/passes/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { targets } from '../../../compiler/schedule/target.ts';
import { programOf } from '../../support/loop-text.ts';
import { difference, outputsOf } from '../../support/run-program.ts';

test.each([128, 136, 140, 143, 255, 1003].flatMap(n => ['f32', 'f64'].map(t => [n, t] as const)))(
  'of %i cells of %s',
  (extent, dtype) => {
    const body = `for i < ${extent} { y += x[i] * 0.1; }`;
    const program = programOf(`x: ${dtype}[${extent}], y: ${dtype}`, body);
    const [first, ...others] = [targets.sse, targets.avx2, targets.avx512].map(target => {
      const scheduled = runPipeline(passesFor(target), program);
      expect(scheduled).not.toBe(program);
      return outputsOf(scheduled);
    });
    for (const other of others) expect(first && difference(first, other)).toBeUndefined();
  },
);
