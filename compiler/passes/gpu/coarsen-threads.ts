/**
 * Thread coarsening: gives each thread several neighbouring cells, loaded and stored as one vector, if enough threads
 * remain for the GPU. Exact.
 *
 *   before   for b < 8192 grid { for o < 1024 grid { y[b, o] := relu(x[b, o]); } }
 *
 *   after    for b < 8192 grid { for o < 256 grid {
 *              for cell < 4 unrolled { y[b, 4*o + cell] := relu(x[b, 4*o + cell]); }
 *            } }
 */
import { at, loopVar, plus } from '../../core/index-expr.ts';
import { Names } from '../../core/names.ts';
import { namesIn } from '../../loop/facts.ts';
import { block, type For, forLoop, statementsOf } from '../../loop/ir.ts';
import { chainAt, geometryOf, isKernel, membersOf, turnsOfChain } from '../../loop/kernel.ts';
import { rewriteOutermost, substituteLoopsIn } from '../../loop/traverse.ts';
import { noOverrides, unless } from '../../schedule/override.ts';
import type { Gpu } from '../../schedule/target.ts';
import { neighboursOf } from '../../schedule/gpu/coarsening.ts';
import { type Pass, withBody } from '../pipeline.ts';

export function coarsenThreads(gpu: Gpu, overrides = noOverrides): Pass {
  return {
    name: 'coarsen-threads',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const rule = unless('vectorise', overrides(program), kernel => {
        if (!isKernel(kernel)) return undefined;
        const cells = cellsOfThread(kernel, gpu);
        if (cells === 1) return kernel;
        const after = coarse(kernel, names);
        const step = { kind: 'coarsen', cells, ...geometryOf(after) } as const;
        note?.({ about: 'nest', step, before: [kernel], after });
        return after;
      });
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}

/** Cells per thread of a launch; 1 if fewer threads would not fill the GPU. */
function cellsOfThread(kernel: For, { processors, processorThreads }: Gpu): number {
  const grids = membersOf(kernel).filter(({ mode }) => mode === 'grid');
  const turns = grids.reduce((sum, grid) => sum + turnsOfChain(chainAt(grid)), 0);
  const cells = Math.max(1, ...grids.map(neighboursOf));
  return turns / cells >= processors * processorThreads ? cells : 1;
}

function coarse(kernel: For, names: Names): For {
  if (kernel.mode === 'block') return kernel;
  if (kernel.mode === 'grid') return withNeighbours(kernel, names);
  const members = statementsOf(kernel.body).map(s => (isKernel(s) ? coarse(s, names) : s));
  return { ...kernel, body: block(members) };
}

/** The innermost loop, with one vector per turn. */
function withNeighbours(kernel: For, names: Names): For {
  const cells = neighboursOf(kernel);
  if (cells === 1) return kernel;
  const { loops, body } = chainAt(kernel);
  const { loop, extent } = loops.at(-1) ?? kernel;
  const cell = loopVar(names.fresh('cell'));
  const turn = new Map([[loop, plus(at(loop, cells), at(cell))]]);
  const vector = forLoop(cell, cells, substituteLoopsIn(body, turn), 'unrolled');
  const pieces = forLoop(loop, extent / cells, vector, 'grid');
  return loops.slice(0, -1).reduceRight<For>((inner, outer) => ({ ...outer, body: inner }), pieces);
}
