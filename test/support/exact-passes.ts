import { optimise } from '../../compiler/passes/index.ts';

/** Bits may move where a product is fused into a sum; nowhere else. */
export const exactPasses = optimise.filter(pass => pass.name !== 'contract-fma');
