/** Programs whose results tell in which order their sums were added up. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { roundTo } from '../../compiler/core/dtype.ts';
import { cellsOf, type TensorNode } from '../../compiler/core/tensor-node.ts';
import type { Cells } from '../../compiler/loop/interpret.ts';
import type { Program } from '../../compiler/loop/ir.ts';
import { printProgram } from '../../compiler/loop/print.ts';
import { verify } from '../../compiler/loop/verify.ts';
import type { Pass } from '../../compiler/passes/pipeline.ts';
import { difference, outputsOf, zeros } from './run-program.ts';

/** Each turn adds a number of its own, and no two orders of them give the same sum. */
function uneven(node: TensorNode): Cells {
  const cells = zeros(node.dtype, cellsOf(node));
  for (let i = 0; i < cells.length; i++) {
    cells[i] = Number(roundTo(node.dtype, Math.sin(i + 1) * 10 ** (i % 4)));
  }
  return cells;
}

/** How many of the random nests a pass changes; none of them in a bit. */
export function changedBy(pass: Pass, programs: fc.Arbitrary<Program>): number {
  let changed = 0;
  fc.assert(
    fc.property(programs, program => {
      const after = pass.run(program);
      changed += Number(after !== program);
      verify(after);
      expect(pass.run(after)).toBe(after);
      const [expected, actual] = [program, after].map(p => outputsOf(p, 0, uneven));
      if (!expected || !actual) return;
      expect(difference(expected, actual), printProgram(program)).toBeUndefined();
    }),
    { numRuns: Number(process.env['EINC_RUNS'] ?? 300) },
  );
  return changed;
}
