/** Cells of a tensor of whole numbers or of floats, through a backend. */
import { context, type DType, forward, type HostArray, type Tensor } from '../../dsl/einc.ts';

export type Backend = 'cc' | 'interp';
export const backends = ['cc', 'interp'] as const;

export async function arrayOf(
  t: Tensor,
  backend: Backend = 'interp',
  dtype: DType = 'f32',
): Promise<HostArray> {
  using ctx = await context({ backend, dtype, seed: 1 });
  (await ctx.compile(forward(t), { keep: [t] })).runSync();
  return ctx.readSync(t);
}

export async function cellsOf(...of: Parameters<typeof arrayOf>): Promise<readonly number[]> {
  return Array.from((await arrayOf(...of)).data);
}

/** Of u64, in words of 32 bits: the high one first. */
export async function wordsOf(...of: Parameters<typeof arrayOf>): Promise<readonly number[]> {
  const { bigints = [] } = await arrayOf(...of);
  return Array.from(bigints, BigInt).flatMap(n => [Number(n >> 32n), Number(n & 0xffffffffn)]);
}
