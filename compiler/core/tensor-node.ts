import { invariant } from '../support/errors.ts';
import { bytesOf, type DType } from './dtype.ts';
import { product } from '../support/list.ts';

/**
 * An array a program talks about. It has a name and dims but, by itself, no memory: its identity is
 * the object. A scalar has no dims.
 */
export interface TensorNode {
  /** `w1` or `w1.grad`; unique within a program. */
  readonly name: string;
  readonly dtype: DType;
  /** Row-major: batch axes, then output axes, then input axes. */
  readonly dims: readonly number[];
}

export function tensorNode(name: string, dtype: DType, dims: readonly number[]): TensorNode {
  invariant(/^[a-z_]\w*(\.\w+)*$/i.test(name), () => `tensor name is not an identifier: ${name}`);
  invariant(
    dims.every(d => Number.isInteger(d) && d >= 0),
    () => `${name} has bad dims [${dims}]`,
  );
  return { name, dtype, dims };
}

export function cellsOf(node: { readonly dims: readonly number[] }): number {
  return product(node.dims);
}

/** The bytes of its cells, without padding. */
export function sizeOf(node: TensorNode): number {
  return cellsOf(node) * bytesOf[node.dtype];
}
