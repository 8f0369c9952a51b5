/** Products of matrices, in both layouts that `*` meets. */
import { op, tensor, type Tensor } from 'einc';
import type { Benchmark, Case } from './benchmark.ts';
import { noise } from './inputs.ts';
import { computing } from './subjects.ts';

type Size = readonly [m: number, k: number, n: number];

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
  return [caseOf(size, false), caseOf(size, true)];
}

function caseOf([m, k, n]: Size, transposed: boolean): Case {
  return {
    name: `${m}x${k}x${n}${transposed ? ' bT' : ''}`,
    settings: { m, k, n, transposed },
    flops: 2 * m * k * n,
    within: { relative: 1e-4 },
    prepare: dtype => computing(dtype, [transposed ? layer([m, k, n]) : product([m, k, n])]),
  };
}

function product([m, k, n]: Size): Tensor {
  const a = tensor(noise(m * k, 1), { label: 'a', output: [m], input: [k] });
  const b = tensor(noise(k * n, 2), { label: 'b', output: [k], input: [n] });
  return op`product = ${a} * ${b}`;
}

/** A batch of m examples, and weights with a row for each of their n outputs. */
function layer([m, k, n]: Size): Tensor {
  const x = tensor(noise(m * k, 1), { label: 'x', batch: [m], output: [k] });
  const w = tensor(noise(k * n, 2), { label: 'w', output: [n], input: [k] });
  return op`layer = ${w} * ${x}`;
}
