/** The compiler in one page: assignments in, an optimised loop program out. */
import type { Routine } from './assign/routine.ts';
import { verifyRoutine } from './assign/verify.ts';
import { lower } from './lower/lower.ts';
import type { Program } from './loop/ir.ts';
import { verify } from './loop/verify.ts';
import { checkHonoured } from './decisions/honoured.ts';
import { passesFor } from './passes/index.ts';
import type { Schedule } from './schedule/override.ts';
import { type Target, targets } from './schedule/target.ts';
import { type Observer, type Pass, runPipeline, type Witnessed } from './passes/pipeline.ts';

export interface Compiled {
  readonly routine: Routine;
  /** The lowered program, with one nest per assignment. */
  readonly unoptimized: Program;
  readonly program: Program;
  /** The decisions of the passes, in order, if they were recorded. */
  readonly witnessed: readonly Witnessed[];
}

export interface CompileOptions {
  /** The processor to compile for; without one, the code is generic, without vectors. */
  readonly target?: Target | undefined;
  /** Schedules that replace the compiler's choices. */
  readonly schedule?: Schedule | undefined;
  /** Asked where there is no schedule. What cannot be done of what it says is left undone. */
  readonly suggest?: ((unoptimized: Program) => Schedule | undefined) | undefined;
  readonly passes?: readonly Pass[];
  /** Called after each pass. */
  readonly observe?: Observer | undefined;
  /** Whether to write down what the passes decide. */
  readonly explains?: boolean;
}

/** Throws a `UserError` for a schedule that cannot be. */
export function compile(
  routine: Routine,
  {
    target = targets.scalar,
    schedule,
    suggest,
    passes,
    observe,
    explains = false,
  }: CompileOptions = {},
): Compiled {
  verifyRoutine(routine);
  const unoptimized = lower(routine);
  verify(unoptimized);
  const witnessed: Witnessed[] = [];
  const isAsked = schedule !== undefined && schedule !== 'scalar';
  const wanted = schedule ?? suggest?.(unoptimized);
  const witness = (told: Witnessed): void => void witnessed.push(told);
  const program = runPipeline(passes ?? passesFor(target, wanted), unoptimized, {
    observe,
    witness: isAsked || explains ? witness : undefined,
  });
  if (isAsked) checkHonoured(schedule, { unoptimized, program, target, witnessed });
  return { routine, unoptimized, program, witnessed };
}
