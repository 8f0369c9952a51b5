/** Functions of `op` that take a tensor's whole computation, not its value, and return a tensor. */
import { gradients, tangent } from '../graph/derived.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Solver } from '../shape/solve.ts';

/** `y` and `x` as in `grad(y, x)`; the third operand weighs the cells of `y`, or is a change of `x`. */
type Transform = (y: Tensor, x: Tensor, third: Tensor, solver: Solver) => Tensor | undefined;

export const transforms: Readonly<Record<TransformName, Transform>> = {
  /** The gradient of the sum of the cells of `y`. */
  grad: (y, x, _, solver) => gradients(y, [x], { solver })[0],
  /** `vjp(y, x, g)`: the same, each cell of `y` weighted by that of `g`. */
  vjp: (y, x, seed, solver) => gradients(y, [x], { seed, solver })[0],
  /** `jvp(y, x, dx)`: how `y` changes when `x` changes by `dx`. */
  jvp: (y, x, change, solver) => tangent(y, new Map([[x, change]]), solver),
};

export type TransformName = keyof typeof arities;

export const arities = { grad: 2, vjp: 3, jvp: 3 } as const;

export function isTransform(name: string): name is TransformName {
  return Object.hasOwn(arities, name);
}
