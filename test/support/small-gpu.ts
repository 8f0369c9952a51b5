/** GPUs for which programs of a few cells are cut and bound as large ones are for others. */
import { passesFor } from '../../compiler/passes/index.ts';
import type { Pass } from '../../compiler/passes/pipeline.ts';
import { gpu, type Gpu, type Target } from '../../compiler/schedule/target.ts';

/** A few threads are as many as it has. */
function gpuWith(changes: Partial<Gpu>): Target {
  return { ...gpu, gpu: { ...gpu.gpu, processorThreads: 0, ...changes } };
}

/** Where launches cost nothing, so that each nest is one. */
export const manyKernels = gpuWith({ launchSteps: 0, fewTurns: 0 });

/** The same, and a launch has room for so many arrays. */
export function fewArguments(mostArguments: number): Target {
  return gpuWith({ launchSteps: 0, fewTurns: 0, mostArguments });
}

/** Where all that can be done in one block is. */
export const fewKernels = gpuWith({});

/** Their passes; bits may move where a product is fused into a sum, and nowhere else. */
export function exactPassesFor(target: Target): readonly Pass[] {
  return passesFor(target).filter(pass => pass.name !== 'contract-fma');
}

/** Where products of a few cells are computed in tiles, the smaller the more processors there are, and in strips of these. */
export function tilesFor(processors: number): Target {
  return gpuWith({ launchSteps: 0, fewTurns: 0, leastProduct: 0, lastCacheBytes: 0, processors });
}

/** The same, and where so many terms of a product are worth a block, and so many rows a tile. */
export function partsFor(processors: number, termsOfBlock: number, fewestInTile = 8): Target {
  const { gpu: tiles } = tilesFor(processors);
  return gpuWith({ ...tiles, termsOfBlock, fewestInTile });
}

/** Where products are in tiles, and matrices that only sums read are made again. */
export function walksFor(processors: number): Target {
  return gpuWith({ launchSteps: 0, fewTurns: 0, leastProduct: 0, leastMatrix: 0, processors });
}
