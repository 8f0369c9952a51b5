/** How a compiled routine runs on a GPU: which kernels, with which geometry, in which order. */
import type { DType, Origins } from '../../compiler/index.ts';

export type Step = Launch | Loop;

/** One `extern "C" __global__` function of the routine's `.cu`. */
export interface Launch {
  readonly kind: 'launch';
  readonly kernel: string;
  readonly grid: Dim3;
  readonly block: Dim3;
  /** Dynamic shared memory. */
  readonly sharedBytes: number;
  /** The kernel's arguments, in order. */
  readonly args: readonly KernelArgument[];
  /** The template positions of what it computes; for errors. */
  readonly origins: Origins;
}

/** Executes steps in order, for each value of a variable from 0; its launches may take the variable. */
export interface Loop {
  readonly kind: 'loop';
  readonly variable: string;
  readonly turns: number;
  readonly body: readonly Step[];
}

export type Dim3 = readonly [x: number, y: number, z: number];

/**
 * The n-th argument of the routine, as in the ABI of `backends/native`: its buffers, the arena if it has
 * one, its indices; or a variable of a loop around the launch. Each takes 8 bytes: an address, or a `long long`.
 * A scratch array is given by its byte offset in the arena, and its size. A tensor map takes 128 bytes.
 */
export type KernelArgument = WordArgument | TensorMap;

export type WordArgument =
  | { readonly kind: 'argument'; readonly position: number }
  | { readonly kind: 'scratch'; readonly offset: number; readonly bytes: number }
  | { readonly kind: 'variable'; readonly name: string };

/** How bulk copies take boxes of cells from an array, with zeros for those outside (`CUtensorMap`). */
export interface TensorMap {
  readonly kind: 'tensor-map';
  readonly array: WordArgument;
  readonly dtype: DType;
  /** Both along the array's axes, the innermost last. */
  readonly dims: readonly number[];
  readonly box: readonly number[];
}
