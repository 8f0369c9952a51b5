import { type Overrides, overridesOf, type Schedule } from '../schedule/override.ts';
import { type Target, targets } from '../schedule/target.ts';
import { accumulateInRegisters } from './accumulate-in-registers.ts';
import { blockReductions } from './block-reductions.ts';
import { blockRows } from './block-rows.ts';
import { contractFma } from './contract-fma.ts';
import { dropDead } from './drop-dead.ts';
import { fuseCells } from './fuse-cells.ts';
import { fuseEpilogues } from './fuse-epilogues.ts';
import { fuseLoops } from './fuse-loops.ts';
import { fuseVectors } from './fuse-vectors.ts';
import { gatherTaps } from './gather-taps.ts';
import { passesForGpu } from './gpu/index.ts';
import { hoistCopies } from './hoist-copies.ts';
import { interchange } from './interchange.ts';
import { joinColumns } from './join-columns.ts';
import { leastWork, paralleliseFrom } from './parallelise.ts';
import type { Pass } from './pipeline.ts';
import { placeLocals } from './place-locals.ts';
import { planMemory } from './plan-memory.ts';
import { prefetchAhead } from './prefetch-ahead.ts';
import { prefetchBlocks } from './prefetch-blocks.ts';
import { prefetchRows } from './prefetch-rows.ts';
import { separateSums } from './separate-sums.ts';
import { shareSums } from './share-sums.ts';
import { simplifying } from './simplifying.ts';
import { skipMargins } from './skip-margins.ts';
import { splitReductions } from './split-reductions.ts';
import { sumByRows } from './sum-by-rows.ts';
import { tapsLast } from './taps-last.ts';
import { tileRegisters } from './tile-registers.ts';
import { unrollTerms } from './unroll-terms.ts';
import { vectorise } from './vectorise.ts';

/** The optimiser, top to bottom. A comment says why a pass has its place in the order. */
export function passesFor(target: Target, schedule: Schedule = {}): readonly Pass[] {
  if (target.gpu) return passesForGpu(target, target.gpu, schedule);
  if (schedule === 'scalar') return passesFor(targets.scalar);
  const overrides = overridesOf(schedule);
  const hasVectors = target.vectorBytes > 0;
  return [
    ...simplifying,
    ...(hasVectors ? reordering(target, overrides) : []), // before sums move to scalars, which would pin them inside their nests
    accumulateInRegisters, // after inlining, which recognises a fill and an accumulation
    ...(hasVectors ? scheduling(target, overrides) : []),
    ...finishing(target, overrides),
  ];
}

/** Reorders the loops around a sum. */
function reordering(target: Target, overrides: Overrides): readonly Pass[] {
  return [
    gatherTaps(target, overrides), // first: interchange takes the sums it leaves
    interchange(target, overrides),
    joinColumns(target, overrides), // after these, which look for loops over taps; before blocks of cells
    blockReductions(target, overrides),
    sumByRows(target, overrides),
  ];
}

/** Tiles, fusion, vectors and prefetching, for targets with vectors. */
function scheduling(target: Target, overrides: Overrides): readonly Pass[] {
  return [
    separateSums(target, overrides), // needs sums in scalars; before their nests are tiled
    fuseEpilogues(target, overrides), // needs sums in scalars; before block-rows, which would take the arrays between nests
    tapsLast(target, overrides), // needs sums in scalars; before tile-registers, whose tiles it is for
    skipMargins(target, overrides), // after taps-last: taps now have the order in which tiles take them
    dropDead, // arrays with margins that are no longer read
    blockRows(target, overrides), // needs sums in scalars: then nests show what they store
    tileRegisters(target, overrides), // needs sums in scalars, which become tiles
    hoistCopies(target), // after tiles, whose copies it moves; before fusion pins the loops around them
    fuseLoops(target, overrides), // after tiles, which need nests of their own
    shareSums(overrides), // after fusion, since sharing a loop saves a pass over memory
    splitReductions(target, overrides), // the remaining sums, including those in fused loops
    fuseCells(target, overrides), // after sums are split off; before vectorise gives each loop its own remainder
    vectorise(target, overrides), // after every pass that rewrites loop bodies
    fuseVectors(overrides), // sums and what they sum, which now have the same loops
    prefetchRows(target), // after fusion: the last loop that uses each array is final
    prefetchAhead(target), // after prefetch-rows: nothing is prefetched twice
  ];
}

function finishing(target: Target, overrides: Overrides): readonly Pass[] {
  return [
    contractFma, // nothing below may regroup a fused sum
    placeLocals, // the remaining arrays are final
    // Late, so that earlier passes need not preserve the independence of parallel turns.
    paralleliseFrom(leastWork, overrides),
    // After that: a prefetch between two loops would keep threads from sharing both.
    ...(target.vectorBytes > 0 ? [prefetchBlocks(target)] : []),
    // After every pass that looks for the loop over a tile's terms.
    ...(target.vectorBytes > 0 ? [unrollTerms(target)] : []),
    planMemory, // last: liveness depends on the final order of statements, and on what runs in parallel
  ];
}

/** The passes that need no schedule. */
export const optimise = passesFor(targets.scalar);
