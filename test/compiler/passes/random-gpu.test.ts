import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cudaSource } from '../../../backends/cuda/source.ts';
import { lower } from '../../../compiler/lower/lower.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { backwards } from '../../support/backwards.ts';
import { choices } from '../../support/choices.ts';
import { randomRoutine } from '../../support/random-routine.ts';
import { difference, outputsOf } from '../../support/run-program.ts';
import { outputsInArena, twice } from '../../support/shared-memory.ts';
import { exactPassesFor, fewArguments, fewKernels, manyKernels } from '../../support/small-gpu.ts';

const runs = { numRuns: Number(process.env['EINC_RUNS'] ?? 300) };
const answers = choices(250);

describe.each([
  ['of one nest each', manyKernels],
  ['of what is small together', fewKernels],
  ['of few arguments', fewArguments(4)],
])('kernels %s, of random routines', (_, target) => {
  const passes = exactPassesFor(target);

  test('compute the same bits, in any order of threads, and read back as they were printed', () => {
    fc.assert(
      fc.property(answers, a => {
        const program = lower(randomRoutine(a));
        const after = runPipeline(passes, program);
        const expected = outputsOf(program);
        const text = printProgram(after);
        const found =
          difference(expected, outputsOf(after)) ??
          difference(expected, outputsOf(backwards(after)));
        if (found !== undefined)
          expect.fail(`${found}\n${printProgram(program)}\n-- after --\n${text}`);
        expect(printProgram(parseProgram(text))).toBe(text);
        cudaSource(after);
      }),
      runs,
    );
  });

  test('compute them with their scratch arrays in one memory, run again and again', () => {
    fc.assert(
      fc.property(answers, a => {
        const program = twice(lower(randomRoutine(a)));
        const after = runPipeline(passes, program);
        const found = difference(outputsOf(program), outputsInArena(after));
        if (found !== undefined) expect.fail(`${found}\n${printProgram(after)}`);
      }),
      runs,
    );
  });

  test('are left as they are by a second run of each pass', () => {
    fc.assert(
      fc.property(answers, a => {
        const program = lower(randomRoutine(a));
        for (const pass of new Set(passes)) {
          const once = pass.run(program);
          expect(pass.run(once), pass.name).toBe(once);
        }
      }),
      { numRuns: Math.ceil(runs.numRuns / 3) },
    );
  });
});
