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
          expect(printProgram(parseProgram(text))).toBe(text);
          expect(difference(outputsOf(p), outputsOf(parseProgram(text)))).toBeUndefined();
        }
      }),
      runs,
    );
  });

  test.each([...new Set(exactPasses)])('$name alone keeps every bit', pass => {
    fc.assert(
      fc.property(answers, a => {
        const program = lower(randomRoutine(a));
        const after = runPipeline([pass], program);
        expect(
          difference(outputsOf(program), outputsOf(after)),
          shown(program, after),
        ).toBeUndefined();
      }),
      runs,
    );
  });

  test('all exact passes together keep every bit', () => {
    fc.assert(
      fc.property(answers, a => {
        const program = lower(randomRoutine(a));
        const after = runPipeline(exactPasses, program);
        expect(
          difference(outputsOf(program), outputsOf(after)),
          shown(program, after),
        ).toBeUndefined();
      }),
      runs,
    );
  });

  test.each([...new Set(exactPasses)])('$name keeps every bit of sums over nothing', pass => {
    fc.assert(
      fc.property(answers, fc.nat(2), (a, which) => {
        const program = withEmptySums(lower(randomRoutine(a)), which);
        verify(program);
        const after = runPipeline([pass], program);
        expect(
          difference(outputsOf(program), outputsOf(after)),
          shown(program, after),
        ).toBeUndefined();
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
        expect(
          difference(outputsOf(program), outputsOf(after)),
          shown(program, after),
        ).toBeUndefined();
      }),
      { numRuns: Math.ceil(runs.numRuns / 3) },
    );
  });

  test.each([...new Set(allPasses)])('$name leaves nothing for a second run', pass => {
    fc.assert(
      fc.property(answers, a => {
        const once = pass.run(lower(randomRoutine(a)));
        expect(pass.run(once)).toBe(once);
      }),
      runs,
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

function shown(before: Parameters<typeof printProgram>[0], after: typeof before): string {
  return `\n${printProgram(before)}\n-- after --\n${printProgram(after)}`;
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
