/** The compiler in one page: assignments in, an optimised loop program out. */
import type { Routine } from './assign/routine.ts';
import { verifyRoutine } from './assign/verify.ts';
import { lower } from './lower/lower.ts';
import type { Program } from './loop/ir.ts';
import { verify } from './loop/verify.ts';
import { passesFor } from './passes/index.ts';
import { type Target, targets } from './schedule/target.ts';
import { type Observer, type Pass, runPipeline } from './passes/pipeline.ts';

export interface Compiled {
  readonly routine: Routine;
  /** As lowered, one nest an assignment. */
  readonly unoptimized: Program;
  readonly program: Program;
}

export interface CompileOptions {
  /** Of which processor; without one, of none in particular, and without vectors. */
  readonly target?: Target | undefined;
  readonly passes?: readonly Pass[];
  /** Called after each pass. */
  readonly observe?: Observer | undefined;
}

export function compile(
  routine: Routine,
  { target = targets.scalar, passes = passesFor(target), observe }: CompileOptions = {},
): Compiled {
  verifyRoutine(routine);
  const unoptimized = lower(routine);
  verify(unoptimized);
  return { routine, unoptimized, program: runPipeline(passes, unoptimized, { observe }) };
}
