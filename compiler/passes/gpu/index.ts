import {
  noOverrides,
  type Overrides,
  overridesOf,
  type Schedule,
} from '../../schedule/override.ts';
import type { Gpu, Target } from '../../schedule/target.ts';
import { accumulateInRegisters } from '../accumulate-in-registers.ts';
import { contractFma } from '../contract-fma.ts';
import { fuseLoops } from '../fuse-loops.ts';
import { interchange } from '../interchange.ts';
import type { Pass } from '../pipeline.ts';
import { planMemory } from '../plan-memory.ts';
import { simplifying } from '../simplifying.ts';
import { bindThreads } from './bind-threads.ts';
import { coarsenThreads } from './coarsen-threads.ts';
import { copyInBulk } from './copy-in-bulk.ts';
import { cutExpressions } from './cut-expressions.ts';
import { fuseToCells } from './fuse-to-cells.ts';
import { launchTogether } from './launch-together.ts';
import { placeBetweenKernels } from './place-between-kernels.ts';
import { shareScatters } from './share-scatters.ts';
import { splitColumns } from './split-columns.ts';
import { splitProducts } from './split-products.ts';
import { splitSums } from './split-sums.ts';
import { spreadLoops } from './spread-loops.ts';
import { tileBlocks } from './tile-blocks.ts';
import { walkMatrices } from './walk-matrices.ts';

/** The optimiser for GPUs, top to bottom. A comment says why a pass has its place in the order. */
export function passesForGpu(target: Target, gpu: Gpu, schedule: Schedule): readonly Pass[] {
  const isScalar = schedule === 'scalar';
  const overrides = isScalar ? noOverrides : overridesOf(schedule);
  return [
    ...simplifying,
    // Before sums move to scalars, which would pin them inside their nests.
    ...(isScalar ? [] : [interchange(target, overrides), splitColumns(overrides)]),
    spreadLoops, // likewise: afterwards each scalar is the sum of one cell
    ...(isScalar ? [] : [shareScatters]), // needs the independent loops outside
    accumulateInRegisters,
    ...(isScalar ? [] : schedulingForGpu(target, gpu, overrides)),
    contractFma, // nothing below may regroup a fused sum
    cutExpressions(gpu), // after everything that merges expressions; before arrays are assigned to launches
    ...(isScalar ? [] : [launchTogether(gpu)]), // dependences between nests are final
    bindThreads(gpu), // nothing below changes what a kernel does
    ...(isScalar ? [] : [coarsenThreads(gpu, overrides)]), // needs the threads of each grid
    placeBetweenKernels(gpu), // needs the kernels
    ...(isScalar ? [] : [copyInBulk(gpu)]), // needs to know which kernels are alone in their launch
    planMemory,
  ];
}

function schedulingForGpu(target: Target, gpu: Gpu, overrides: Overrides): readonly Pass[] {
  return [
    walkMatrices(gpu, overrides), // before tile-blocks, so that products only sums read are still plain
    splitProducts(gpu, overrides), // before tile-blocks, for products with too few tiles
    tileBlocks(gpu, overrides), // needs sums in scalars, which become tiles
    fuseLoops(target, overrides), // after tiles, which need nests of their own
    splitSums(overrides), // the remaining sums, including those in fused loops
    fuseToCells(gpu, overrides), // after split-sums: only single cells are left
  ];
}
