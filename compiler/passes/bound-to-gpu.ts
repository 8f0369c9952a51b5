/** A program as kernels, whatever has been done to it: for those that `passesFor(gpu)` has not seen. */
import { append } from '../loop/arena.ts';
import type { Program } from '../loop/ir.ts';
import { isKernel } from '../loop/kernel.ts';
import { visitStmts } from '../loop/traverse.ts';
import { gpu } from '../schedule/target.ts';
import { bindThreads } from './bind-threads.ts';
import { runPipeline } from './pipeline.ts';
import { placeBetweenKernels } from './place-between-kernels.ts';
import { planMemory } from './plan-memory.ts';

const passes = [bindThreads(gpu.gpu), placeBetweenKernels(gpu.gpu), planMemory];

/** The same program when it is bound already. Exact. */
export function boundToGpu(program: Program): Program {
  if (isBound(program)) return program;
  // Which arrays may share memory depends on what runs at once.
  const nodes = program.scratch.map(({ node }) => node);
  return runPipeline(passes, { ...program, scratch: append([], nodes) });
}

function isBound({ body }: Program): boolean {
  let has = false;
  visitStmts(body, s => {
    has ||= isKernel(s);
  });
  return has;
}
