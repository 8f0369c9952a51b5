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

  test('compute the same bits, in any order of threads', () => {
    fc.assert(
      fc.property(answers, a => {
        const program = lower(randomRoutine(a));
        const after = runPipeline(passes, program);
        const expected = outputsOf(program);
        const text = `\n${printProgram(program)}\n-- after --\n${printProgram(after)}`;
        expect(difference(expected, outputsOf(after)), text).toBeUndefined();
        expect(difference(expected, outputsOf(backwards(after))), text).toBeUndefined();
      }),
      runs,
    );
  });

  test('compute them with their scratch arrays in one memory, run again and again', () => {
    fc.assert(
      fc.property(answers, a => {
        const program = twice(lower(randomRoutine(a)));
        const after = runPipeline(passes, program);
        expect(
          difference(outputsOf(program), outputsInArena(after)),
          printProgram(after),
        ).toBeUndefined();
      }),
      runs,
    );
  });

  test('read back as they were printed, and have a text and steps', () => {
    fc.assert(
      fc.property(answers, a => {
        const after = runPipeline(passes, lower(randomRoutine(a)));
        const text = printProgram(after);
        expect(printProgram(parseProgram(text))).toBe(text);
        cudaSource(after);
      }),
      runs,
    );
  });

  test('are left as they are by a second run of each pass', () => {
    fc.assert(
      fc.property(answers, a => {
        for (const pass of passes) {
          const once = pass.run(lower(randomRoutine(a)));
          expect(pass.run(once), pass.name).toBe(once);
        }
      }),
      { numRuns: Math.ceil(runs.numRuns / 3) },
    );
  });
});
