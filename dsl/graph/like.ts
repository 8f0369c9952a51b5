/** Tensors with the shape of others. */
import { assign, type Scalar, scalarApply, scalarConst } from '../../compiler/index.ts';
import { constraintsOf } from '../shape/logic.ts';
import type { Solver } from '../shape/solve.ts';
import { OpenProjections } from './open-projections.ts';
import { type Slot, slotAccess, type SlotAssign } from './operation.ts';
import { type Computation, Tensor } from './tensor.ts';

/** The base of derived tensors' names: `grad_w`. */
export interface Derivation {
  readonly kind: 'grad' | 'tangent';
  readonly solver: Solver;
}

/** The sum of some tensors, broadcast to the shape of `like`. */
export function sumLike(
  like: Tensor,
  terms: readonly Tensor[],
  { kind, solver }: Derivation,
): Tensor {
  const logic = { kind: 'pointwise' } as const;
  const slots = [like.shape, ...terms.map(t => t.shape)];
  const result = { span: like.span, text: like.label, shape: like.shape };
  const use = { operator: kind, span: like.span, operands: [], result };
  solver.post(constraintsOf(logic, slots, use));
  const [first, ...others] = terms.map((_, i) => slotAccess('value', i + 1));
  const value = others.reduce<Scalar<Slot>>(
    (sum, term) => scalarApply('add', sum, term),
    first ?? scalarConst(0),
  );
  const forward = assign(slotAccess('value', 0), { op: 'set' }, value, undefined);
  const projections = new OpenProjections(logic, slots, use);
  return tensorLike(like, [forward], { operands: terms, projections }, kind);
}

export function tensorLike(
  like: Tensor,
  forward: readonly SlotAssign[],
  { operands, projections }: Pick<Computation, 'operands' | 'projections'>,
  kind: Derivation['kind'],
): Tensor {
  const hint = `${kind}_${like.label ?? like.hint}`;
  const { logic } = projections;
  const operation = { operator: kind, hint, logic, forward, backward: undefined };
  const by = { operation, operands, projections };
  const { shape, dtypeVar: dtype, origins } = like;
  const source = { kind: 'computed', by } as const;
  return new Tensor({ label: undefined, hint, shape, dtype, source, origins });
}
