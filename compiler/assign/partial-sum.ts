import { at, type LoopVar } from '../core/index-expr.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { access, assign, type Assign } from './ir.ts';
import type { Projections, Rows } from './projections.ts';
import { accessesOf } from './traverse.ts';

type SettledAssign = Assign<TensorNode, Projections>;

/** Splits a sum onto existing values, `y =+ …`, into a sum into a fresh array and the addition of that array. */
export interface PartialSum {
  readonly partial: TensorNode;
  readonly sum: SettledAssign;
  readonly rest: SettledAssign;
}

/**
 *   before   y[k] =- w2[k, o] * h[o]
 *   after    y.partial[k] =:+ w2[k, o] * h[o]
 *            y[k] =- y.partial[k]
 *
 * `along`: the loops that say which cell of the target it is.
 */
export function partialSum(a: SettledAssign, along: readonly LoopVar[], name: string): PartialSum {
  const { projections, target, value, origins } = a;
  const axes = projections.axes.filter(axis => along.includes(axis.loop));
  const extents = axes.map(axis => axis.extent);
  const partial = tensorNode(name, target.node.dtype, extents);
  const slot = projections.slots.length;
  const rows = { batch: [], input: [], output: axes.map(axis => at(axis.loop)) };
  const all = { ...projections, slots: [...projections.slots, rows] };
  const kept = [slot, target.slot, ...target.at.flatMap(accessesOf).map(read => read.slot)];
  const slots = all.slots.map((own, i) => (kept.includes(i) ? own : noRows));
  return {
    partial,
    sum: assign(access(partial, slot), { op: 'add', reset: true }, value, all, origins),
    rest: { ...a, value: access(partial, slot), projections: { ...all, axes, slots } },
  };
}

const noRows: Rows<never> = { batch: [], input: [], output: [] };
