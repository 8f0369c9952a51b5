/** Binds any program to a GPU, for those that have not been through `passesFor(gpu)`. */
import { append } from '../../loop/arena.ts';
import type { Program } from '../../loop/ir.ts';
import { isKernel } from '../../loop/kernel.ts';
import { visitStmts } from '../../loop/traverse.ts';
import { gpu } from '../../schedule/target.ts';
import { bindThreads } from './bind-threads.ts';
import { runPipeline } from '../pipeline.ts';
import { placeBetweenKernels } from './place-between-kernels.ts';
import { planMemory } from '../plan-memory.ts';

const passes = [bindThreads(gpu.gpu), placeBetweenKernels(gpu.gpu), planMemory];

/** Returns the program itself if it is bound already. Exact. */
export function boundToGpu(program: Program): Program {
  if (isBound(program)) return program;
  // Binding changes what runs at once, and so which arrays may share memory.
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
