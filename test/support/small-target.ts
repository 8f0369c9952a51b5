/** A processor for which programs of a few cells are scheduled as large ones are for others. */
import { passesFor } from '../../compiler/passes/index.ts';
import { mappedBytes, type Target } from '../../compiler/schedule/target.ts';

export const smallTarget: Target = {
  name: 'small',
  vectorBytes: 16,
  vectorRegisters: 12,
  leastTurns: 0,
  cacheBytes: 1024,
  sharedCacheBytes: 512,
  mappedBytes,
};

export const allPasses = passesFor(smallTarget);

/** Bits may move where a product is fused into a sum; nowhere else. */
export const exactPasses = allPasses.filter(pass => pass.name !== 'contract-fma');
