/** Matrix products, in both layouts that `*` encounters. */
import { type DType, op, tensor, type Tensor } from 'einc';
import type { Benchmark, Case } from './benchmark.ts';
import { noise } from './inputs.ts';
import { computing } from './subjects.ts';

export type Size = readonly [m: number, k: number, n: number];

/** Squares, a shape that nothing divides, and layers of a network for pictures of 28 × 28. */
const sizes: readonly Size[] = [
  ...[64, 128, 256, 512, 1024, 2048].map((n): Size => [n, n, n]),
  [100, 70, 333],
  [10, 784, 512],
  [128, 784, 512],
  [512, 128, 784],
];

const otherSizes: readonly Size[] = [
  [1111, 333, 77],
  [300, 700, 190],
  [96, 2500, 640],
];

export const gemm: Benchmark = {
  name: 'gemm',
  about: 'a * b of matrices m×k×n; `bT` is `{ w } * x`, whose w is n×k',
  cases: sizes.flatMap(bothLayouts),
  otherShapes: otherSizes.flatMap(bothLayouts),
};

function bothLayouts(size: Size): readonly Case[] {
  return [productCase(size), productCase(size, { transposed: true })];
}

interface ProductOptions {
  readonly transposed?: boolean;
  /** `bf16`: what the matrices and their product are made of; `tf32`: what their cells of f32 are multiplied as. */
  readonly narrow?: 'bf16' | 'tf32';
}

export function productCase(
  [m, k, n]: Size,
  { transposed = false, narrow }: ProductOptions = {},
): Case {
  const marks = [...(transposed ? ['bT'] : []), ...(narrow ? [narrow] : [])];
  const make = transposed ? layer : product;
  const cells = narrow === 'bf16' ? { dtype: narrow } : {};
  return {
    name: [`${m}x${k}x${n}`, ...marks].join(' '),
    settings: { m, k, n, transposed, ...cells },
    flops: 2 * m * k * n,
    ...(narrow ? { isNarrow: true } : {}),
    within: { relative: narrow ? 1e-2 : 1e-4 },
    prepare: dtype => computing(dtype, [make([m, k, n], cells)]),
  };
}

interface Narrow {
  readonly dtype?: DType;
}

function product([m, k, n]: Size, narrow: Narrow): Tensor {
  const a = tensor(noise(m * k, 1), { label: 'a', output: [m], input: [k], ...narrow });
  const b = tensor(noise(k * n, 2), { label: 'b', output: [k], input: [n], ...narrow });
  return op`product = ${a} * ${b}`;
}

/** A batch of m examples, and weights with a row for each of their n outputs. */
function layer([m, k, n]: Size, narrow: Narrow): Tensor {
  const x = tensor(noise(m * k, 1), { label: 'x', batch: [m], output: [k], ...narrow });
  const w = tensor(noise(k * n, 2), { label: 'w', output: [n], input: [k], ...narrow });
  return op`layer = ${w} * ${x}`;
}
