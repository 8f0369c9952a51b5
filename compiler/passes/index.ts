import { accumulateInRegisters } from './accumulate-in-registers.ts';
import { blockRows } from './block-rows.ts';
import { blockReductions } from './block-reductions.ts';
import { bindThreads } from './bind-threads.ts';
import { coarsenThreads } from './coarsen-threads.ts';
import { contractFma } from './contract-fma.ts';
import { cutExpressions } from './cut-expressions.ts';
import { dropDead } from './drop-dead.ts';
import { gatherOneHot } from './gather-one-hot.ts';
import { gatherTaps } from './gather-taps.ts';
import { inlineConstants } from './inline-constants.ts';
import { inlineVirtual } from './inline-virtual.ts';
import { fuseCells } from './fuse-cells.ts';
import { fuseEpilogues } from './fuse-epilogues.ts';
import { fuseToCells } from './fuse-to-cells.ts';
import { fuseVectors } from './fuse-vectors.ts';
import { fuseLoops } from './fuse-loops.ts';
import { hoistCopies } from './hoist-copies.ts';
import { interchange } from './interchange.ts';
import { launchTogether } from './launch-together.ts';
import { leastWork, paralleliseFrom } from './parallelise.ts';
import { prefetchAhead } from './prefetch-ahead.ts';
import { prefetchBlocks } from './prefetch-blocks.ts';
import { prefetchRows } from './prefetch-rows.ts';
import type { Pass } from './pipeline.ts';
import { placeBetweenKernels } from './place-between-kernels.ts';
import { placeLocals } from './place-locals.ts';
import { planMemory } from './plan-memory.ts';
import { recompute } from './recompute.ts';
import { separateSums } from './separate-sums.ts';
import { simplify } from './simplify.ts';
import { noOverrides, type Overrides, overridesOf, type Schedule } from '../schedule/override.ts';
import { type Gpu, type Target, targets } from '../schedule/target.ts';
import { shareScatters } from './share-scatters.ts';
import { shareSums } from './share-sums.ts';
import { spreadLoops } from './spread-loops.ts';
import { skipMargins } from './skip-margins.ts';
import { splitColumns } from './split-columns.ts';
import { splitProducts } from './split-products.ts';
import { splitSums } from './split-sums.ts';
import { splitReductions } from './split-reductions.ts';
import { sumByRows } from './sum-by-rows.ts';
import { unrollTerms } from './unroll-terms.ts';
import { vectorise } from './vectorise.ts';
import { walkMatrices } from './walk-matrices.ts';
import { tileBlocks } from './tile-blocks.ts';
import { tapsLast } from './taps-last.ts';
import { tileRegisters } from './tile-registers.ts';

/** The optimiser, top to bottom. A comment says why a pass stands where it does. */
export function passesFor(target: Target, schedule: Schedule = {}): readonly Pass[] {
  if (target.gpu) return passesForGpu(target, target.gpu, schedule);
  if (schedule === 'scalar') return passesFor(targets.scalar);
  const overrides = overridesOf(schedule);
  const hasVectors = target.vectorBytes > 0;
  return [
    ...simplifying,
    ...(hasVectors ? reordering(target, overrides) : []), // before sums are in scalars, inside their nests
    accumulateInRegisters, // after inlining, which recognises a fill and an accumulation
    ...(hasVectors ? scheduling(target, overrides) : []),
    ...finishing(target, overrides),
  ];
}

/** Blocks of threads, in the place of vectors and of the threads of a processor. */
function passesForGpu(target: Target, gpu: Gpu, schedule: Schedule): readonly Pass[] {
  const isScalar = schedule === 'scalar';
  const overrides = isScalar ? noOverrides : overridesOf(schedule);
  return [
    ...simplifying,
    // Before sums are in scalars, inside their nests.
    ...(isScalar ? [] : [interchange(target, overrides), splitColumns(overrides)]),
    spreadLoops, // likewise: a sum is then in a scalar for one cell
    ...(isScalar ? [] : [shareScatters]), // by now the loops that are free stand outside
    accumulateInRegisters,
    ...(isScalar ? [] : schedulingForGpu(target, gpu, overrides)),
    contractFma, // nothing below may regroup a fused sum
    cutExpressions(gpu), // after all that puts expressions together, and before launches are counted out
    ...(isScalar ? [] : [launchTogether(gpu)]), // by now it is known what needs what
    bindThreads(gpu), // nothing below changes what a kernel does
    ...(isScalar ? [] : [coarsenThreads(gpu, overrides)]), // by now it is known what the threads of a grid are
    placeBetweenKernels(gpu), // by now it is known what a kernel is
    planMemory,
  ];
}

function schedulingForGpu(target: Target, gpu: Gpu, overrides: Overrides): readonly Pass[] {
  return [
    walkMatrices(gpu, overrides), // before products are in tiles: it takes those apart that others read
    splitProducts(gpu, overrides), // before products are in tiles, which it looks for blocks enough of
    tileBlocks(gpu, overrides), // after sums are in scalars, of which it makes tiles
    fuseLoops(target, overrides), // not before: a tile takes a nest of its own
    splitSums(overrides), // what is left of sums, in the fused loops too
    fuseToCells(gpu, overrides), // after sums are apart: what is left are single cells
  ];
}

/** For any processor. */
const simplifying: readonly Pass[] = [
  dropDead, // first: a store nobody reads would hold its inputs in memory
  inlineConstants, // before placement: what is constant costs nothing
  gatherOneHot, // before placement, which keeps one-hot numbers that are read often
  inlineVirtual,
  simplify, // after inlining: constants have met their uses
  dropDead, // inlining and folding leave stores without readers
  recompute, // after placement: what is there now stays in memory; before any schedule
];

/** Other orders of the loops around a sum. */
function reordering(target: Target, overrides: Overrides): readonly Pass[] {
  return [
    gatherTaps(target, overrides), // first: what is left of sums that meet in a cell changes places
    interchange(target, overrides),
    blockReductions(target, overrides),
    sumByRows(target, overrides),
  ];
}

/** For one kind of processor that has vectors. */
function scheduling(target: Target, overrides: Overrides): readonly Pass[] {
  return [
    separateSums(target, overrides), // after sums are in scalars, and before their nests are tiled
    fuseEpilogues(target, overrides), // after sums are in scalars, and before anything else takes the arrays between nests
    tapsLast(target, overrides), // after sums are in scalars, and before their tiles
    skipMargins(target, overrides), // likewise, and after taps are in the order that tiles take them in
    dropDead, // arrays with margins that nobody reads any more
    blockRows(target, overrides), // after sums are in scalars: what is left of nests is what they store
    tileRegisters(target, overrides), // after sums are in scalars, of which it makes tiles
    hoistCopies(target), // what tiles copy; before loops are fused that copies could have left
    fuseLoops(target, overrides), // not before: a tile takes a nest of its own
    shareSums(overrides), // not before: what else is done in a sum's loop saves a walk over memory
    splitReductions(target, overrides), // what is left of sums, in the fused loops too
    fuseCells(target, overrides), // when sums are by themselves; before loops have ends of their own
    vectorise(target, overrides), // when loops hold nothing more that another pass would change
    fuseVectors(overrides), // sums and what is summed, which by now take the same turns
    prefetchRows(target), // after fusing: which loop uses an array last is settled
    prefetchAhead(target), // after rows: what is asked for once is not asked for again
  ];
}

function finishing(target: Target, overrides: Overrides): readonly Pass[] {
  return [
    contractFma, // nothing below may regroup a fused sum
    placeLocals, // by now it is known which arrays remain
    // Late: what a loop has to do is settled, and no pass must keep its turns apart.
    paralleliseFrom(leastWork, overrides),
    // After that: between loops whose turns are shared together nothing may stand.
    ...(target.vectorBytes > 0 ? [prefetchBlocks(target)] : []),
    ...(target.vectorBytes > 0 ? [unrollTerms(target)] : []), // after all that looks for the loop of a sum in a tile
    planMemory, // last: it depends on the order in which statements run, and on what runs at once
  ];
}

/** Without a schedule. */
export const optimise = passesFor(targets.scalar);
