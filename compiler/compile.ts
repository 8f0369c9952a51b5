/** The compiler in one page: assignments in, an optimised loop program out. */
import type { Routine } from './assign/routine.ts';
import { verifyRoutine } from './assign/verify.ts';
import { lower } from './lower/lower.ts';
import type { Program } from './loop/ir.ts';
import { verify } from './loop/verify.ts';
import { optimise } from './passes/index.ts';
import { type Observer, type Pass, runPipeline } from './passes/pipeline.ts';

export interface Compiled {
  readonly routine: Routine;
  /** As lowered, one nest an assignment. */
  readonly unoptimized: Program;
  readonly program: Program;
}

export interface CompileOptions {
  readonly passes?: readonly Pass[];
  /** Called after each pass. */
  readonly observe?: Observer | undefined;
}

export function compile(
  routine: Routine,
  { passes = optimise, observe }: CompileOptions = {},
): Compiled {
  verifyRoutine(routine);
  const unoptimized = lower(routine);
  verify(unoptimized);
  return { routine, unoptimized, program: runPipeline(passes, unoptimized, { observe }) };
}
