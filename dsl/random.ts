import type { Tensor } from './graph/tensor.ts';
import { op } from './op.ts';

/**
 * Keys of random tensors, from JavaScript. A key is a scalar of u64; what is drawn with it, `op` says:
 *
 *   const [first, second] = random.split(random.key(42), 2);
 *   const noisy = op`${x} + 0.1 *. normal(${first})`;
 */
export const random = {
  /** The key of a seed, a whole number from 0. Throws EINC0318. */
  key: (seed: number): Tensor => op`key(${seed})`,
  /** A key of its own for each number, as JAX has it. */
  foldIn: (key: Tensor, data: Tensor | number): Tensor => op`fold_in(${key}, ${data})`,
  /** The first `count` of them. */
  split: (key: Tensor, count: number): readonly Tensor[] =>
    Array.from({ length: count }, (_, i) => op`fold_in(${key}, ${i})`),
} as const;
