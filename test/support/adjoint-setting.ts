/** Small arrays with gradients, and assignments over them, for tests of adjoints. */
import type { GradientOf } from '../../compiler/assign/adjoint.ts';
import { access, type Assign, scalarApply } from '../../compiler/assign/ir.ts';
import type { Projections } from '../../compiler/assign/projections.ts';
import { type TensorNode, tensorNode } from '../../compiler/core/tensor-node.ts';
import { assignment, type Space, staticSymbol } from './assignments.ts';

type Row = Assign<TensorNode, Projections>;

export const batch = staticSymbol('batch', 2);
export const node = (name: string, ...dims: readonly number[]): TensorNode =>
  tensorNode(name, 'f64', dims);
export const [x, y, s, w] = [node('x', 3), node('y', 3), node('s'), node('w', 3, 2)];
export const [xb, yb, table] = [node('xb', 4, 2), node('yb', 4, 3), node('table', 2, 3)];
/** One axis, cell by cell. */
export const each: Space = { axes: { i: 3 } };

export const gradients: ReadonlyMap<TensorNode, TensorNode> = new Map(
  [x, y, s, w, xb, yb, table].map(n => [n, node(`${n.name}.grad`, ...n.dims)]),
);
/** All of these have gradients. */
export const all: GradientOf<TensorNode> = n => gradients.get(n);

const product = scalarApply('mul', access(w, 1), access(xb, 2));
/** A matrix applied to the vectors of a batch. */
export const affine: Row = assignment(
  yb,
  '=:+',
  product,
  { axes: { b: 4, o: 3, i: 2 } },
  'b|o',
  'i->o',
  'b|i',
);
