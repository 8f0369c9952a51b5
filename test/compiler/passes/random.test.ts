import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lower } from '../../../compiler/lower/lower.ts';
import { verifyRoutine } from '../../../compiler/assign/verify.ts';
import { loopsIn, type LoopVar } from '../../../compiler/core/index-expr.ts';
import type { Program, Stmt } from '../../../compiler/loop/ir.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { rewriteStmts } from '../../../compiler/loop/traverse.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { choices } from '../../support/choices.ts';
import { allPasses, exactPasses } from '../../support/small-target.ts';
import { randomRoutine } from '../../support/random-routine.ts';
import { difference, outputsOf } from '../../support/run-program.ts';

const runs = { numRuns: Number(process.env['EINC_RUNS'] ?? 300) };
const answers = choices(250);

describe('on random routines', () => {
  test('lowering gives well-formed loops', () => {
    fc.assert(
      fc.property(answers, a => {
        const routine = randomRoutine(a);
        verifyRoutine(routine);
        verify(lower(routine));
      }),
      runs,
    );
  });

  test('printed loops read back as they were, before and after the passes', () => {
    fc.assert(
      fc.property(answers, a => {
        const program = lower(randomRoutine(a));
        for (const p of [program, runPipeline(allPasses, program)]) {
          const text = printProgram(p);
          const read = parseProgram(text);
          expect(printProgram(read)).toBe(text);
          expect(difference(outputsOf(p), outputsOf(read))).toBeUndefined();
        }
      }),
      runs,
    );
  });

  test('each pass alone keeps every bit, and leaves nothing for a second run', () => {
    fc.assert(
      fc.property(answers, a => {
        const program = lower(randomRoutine(a));
        const expected = outputsOf(program);
        for (const pass of new Set(allPasses)) {
          const after = runPipeline([pass], program);
          if (exactPasses.includes(pass)) expectSame(expected, program, after, pass.name);
          expect(pass.run(after), pass.name).toBe(after);
        }
      }),
      runs,
    );
  });

  test('all exact passes together keep every bit', () => {
    fc.assert(
      fc.property(answers, a => {
        const program = lower(randomRoutine(a));
        const after = runPipeline(exactPasses, program);
        expectSame(outputsOf(program), program, after);
      }),
      runs,
    );
  });

  test('each pass alone keeps every bit of sums over nothing', () => {
    fc.assert(
      fc.property(answers, fc.nat(2), (a, which) => {
        const program = withEmptySums(lower(randomRoutine(a)), which);
        verify(program);
        const expected = outputsOf(program);
        for (const pass of new Set(exactPasses)) {
          expectSame(expected, program, runPipeline([pass], program), pass.name);
        }
      }),
      runs,
    );
  });

  test.each(['bf16', 'f8e4m3', 'i8', 'u32', 'bool'] as const)('they keep those of %s', dtype => {
    fc.assert(
      fc.property(answers, a => {
        const program = lower(randomRoutine(a, dtype));
        verify(program);
        const after = runPipeline(exactPasses, program);
        expect(printProgram(parseProgram(printProgram(after)))).toBe(printProgram(after));
        expectSame(outputsOf(program), program, after);
      }),
      { numRuns: Math.ceil(runs.numRuns / 3) },
    );
  });

  test('contract-fma moves a result by no more than the rounding of its products', () => {
    fc.assert(
      fc.property(answers, a => {
        const program = lower(randomRoutine(a, 'f64'));
        const [before, after] = [program, runPipeline(allPasses, program)].map(p => outputsOf(p));
        if (!before || !after) return;
        const close = (x: number, y: number): boolean =>
          Object.is(x, y) || x === y || Math.abs(x - y) <= 1e-9 * (1 + Math.abs(x));
        expect(difference(before, after, close)).toBeUndefined();
      }),
      runs,
    );
  });
});

type Outputs = ReturnType<typeof outputsOf>;

/** That `after` leaves what is expected of the program that it was made of. */
function expectSame(expected: Outputs, program: Program, after: Program, passes = 'passes'): void {
  if (after === program) return;
  const found = difference(expected, outputsOf(after));
  if (found === undefined) return;
  expect.fail(`${passes}: ${found}\n${printProgram(program)}\n-- after --\n${printProgram(after)}`);
}

/** Of the loops that a sum runs over, each third one never turns. */
function withEmptySums(program: Program, which: number): Program {
  let met = 0;
  const body = rewriteStmts(program.body, s => {
    if (s.kind !== 'for' || !isSumOver(s.loop, s.body) || met++ % 3 !== which) return undefined;
    return { ...s, extent: 0 };
  });
  return { ...program, body };
}

function isSumOver(loop: LoopVar, body: Stmt): boolean {
  if (body.kind === 'for') return isSumOver(loop, body.body);
  return body.kind === 'accumulate' && !body.index.flatMap(loopsIn).includes(loop);
}
