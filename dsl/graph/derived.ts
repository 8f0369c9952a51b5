/**
 * Derivatives as tensors: what reverse and forward mode assign, each assignment a tensor of its own.
 * They are computed like all others, so they have derivatives again.
 */
import {
  assign,
  mapAccesses,
  type Scalar,
  scalarApply,
  scalarConst,
  tangentOf,
} from '../../compiler/index.ts';
import { constraintsOf } from '../shape/logic.ts';
import type { Solver } from '../shape/solve.ts';
import { forwardOf } from './apply.ts';
import { contributionsOf, tallyOf } from './backprop.ts';
import { constantTensor } from './make.ts';
import { OpenProjections } from './open-projections.ts';
import { type Slot, slotAccess, type SlotAssign } from './operation.ts';
import { ArrayRef, type Computation, type OpenAssign, Tensor } from './tensor.ts';

/**
 * The gradients of the sum of the cells of `root`, each weighted by `seed`: one tensor for each of
 * `by`, in its shape.
 */
export function gradients(
  root: Tensor,
  by: readonly Tensor[],
  { seed, solver }: { readonly seed?: Tensor | undefined; readonly solver: Solver },
): readonly Tensor[] {
  const reaching = dependents(root, new Set(by));
  const derived = new Derivatives('grad', solver);
  derived.start(root, seed ?? constantTensor(1, root.origins));
  for (const tensor of root.cone().toReversed()) {
    if (!derived.isKnown(tensor)) continue;
    const gradientOf = (t: Tensor): ArrayRef | undefined =>
      reaching.has(t) ? derived.arrayOf(t) : undefined;
    contributionsOf(tensor, gradientOf).forEach(a => derived.assign(a));
  }
  return by.map(tensor => derived.tensorOf(tensor));
}

/** How `root` changes when each of `along` changes by the tensor beside it. */
export function tangent(root: Tensor, along: ReadonlyMap<Tensor, Tensor>, solver: Solver): Tensor {
  const moving = dependents(root, new Set(along.keys()));
  const derived = new Derivatives('tangent', solver);
  along.forEach((change, tensor) => derived.start(tensor, change));
  const ofArray = ({ part, tensor }: ArrayRef): ArrayRef | undefined =>
    part === 'value' && moving.has(tensor) ? derived.arrayOf(tensor) : undefined;
  for (const tensor of root.cone()) {
    if (!moving.has(tensor) || along.has(tensor)) continue;
    for (const a of forwardOf(tensor)) {
      const target = derived.arrayOf(tensor);
      tangentOf(a, target, ofArray, tallyOf).forEach(change => derived.assign(change));
    }
  }
  return derived.tensorOf(root);
}

/** The tensors of a cone that are among `sources` or computed from one. */
function dependents(root: Tensor, sources: ReadonlySet<Tensor>): ReadonlySet<Tensor> {
  const found = new Set<Tensor>();
  for (const tensor of root.cone()) {
    const { source } = tensor;
    const stops = source.kind === 'computed' && source.by.operation.stops === true;
    const depends = !stops && tensor.operands.some(t => found.has(t));
    if (sources.has(tensor) || depends) found.add(tensor);
  }
  return found;
}

/**
 * The derivatives so far, by the arrays that assignments about them name: arrays that never exist,
 * because the assignments become tensors.
 */
class Derivatives {
  readonly #kind: 'grad' | 'tangent';
  readonly #solver: Solver;
  readonly #arrays = new Map<Tensor, ArrayRef>();
  readonly #tensors = new Map<ArrayRef, Tensor>();

  constructor(kind: 'grad' | 'tangent', solver: Solver) {
    this.#kind = kind;
    this.#solver = solver;
  }

  arrayOf(tensor: Tensor): ArrayRef {
    const array = this.#arrays.get(tensor) ?? new ArrayRef(tensor, 'grad');
    this.#arrays.set(tensor, array);
    return array;
  }

  isKnown(tensor: Tensor): boolean {
    return this.#tensors.has(this.arrayOf(tensor));
  }

  /** The derivative to start from, broadcast to the tensor's shape. */
  start(tensor: Tensor, derivative: Tensor): void {
    const isConstant = derivative.source.kind === 'constant';
    const value = isConstant ? derivative : this.#sum(tensor, [derivative]);
    this.#tensors.set(this.arrayOf(tensor), value);
  }

  /** What an assignment computes is a term of the derivative it assigns. */
  assign(a: OpenAssign): void {
    const { node } = a.target;
    const operands: Tensor[] = [];
    const value = mapAccesses(a.value, (access): Scalar<Slot> => {
      const tensor = this.#tensors.get(access.node) ?? access.node.tensor;
      if (tensor.source.kind === 'constant') return scalarConst(tensor.source.value);
      if (!operands.includes(tensor)) operands.push(tensor);
      return { ...slotAccess('value', operands.indexOf(tensor) + 1), slot: access.slot };
    });
    const target = { ...slotAccess('value', 0), slot: a.target.slot };
    const reset = a.op !== 'set';
    const forward: SlotAssign = { ...a, target, reset, value, projections: undefined };
    const term = this.#tensor(node.tensor, [forward], { operands, projections: a.projections });
    const isAnew = a.op === 'set' || a.reset;
    const before = isAnew ? undefined : this.#tensors.get(node);
    this.#tensors.set(node, before ? this.#sum(node.tensor, [before, term]) : term);
  }

  /** In the shape of the tensor; zero when nothing came of it. */
  tensorOf(tensor: Tensor): Tensor {
    const found = this.#tensors.get(this.arrayOf(tensor)) ?? constantTensor(0, tensor.origins);
    return found.source.kind === 'constant' ? this.#sum(tensor, [found]) : found;
  }

  #sum(like: Tensor, terms: readonly Tensor[]): Tensor {
    const logic = { kind: 'pointwise' } as const;
    const slots = [like.shape, ...terms.map(t => t.shape)];
    const result = { span: like.span, text: like.label, shape: like.shape };
    const use = { operator: this.#kind, span: like.span, operands: [], result };
    this.#solver.post(constraintsOf(logic, slots, use));
    const [first, ...others] = terms.map((_, i) => slotAccess('value', i + 1));
    const value = others.reduce<Scalar<Slot>>(
      (sum, term) => scalarApply('add', sum, term),
      first ?? scalarConst(0),
    );
    const forward = assign(slotAccess('value', 0), { op: 'set' }, value, undefined);
    const projections = new OpenProjections(logic, slots, use);
    return this.#tensor(like, [forward], { operands: terms, projections });
  }

  #tensor(
    like: Tensor,
    forward: readonly SlotAssign[],
    { operands, projections }: Pick<Computation, 'operands' | 'projections'>,
  ): Tensor {
    const hint = `${this.#kind}_${like.label ?? like.hint}`;
    const { logic } = projections;
    const operation = { operator: this.#kind, hint, logic, forward, backward: undefined };
    const by = { operation, operands, projections };
    const { shape, origins } = like;
    return new Tensor({ label: undefined, hint, shape, source: { kind: 'computed', by }, origins });
  }
}
