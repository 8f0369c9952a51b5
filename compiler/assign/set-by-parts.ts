/**
 * Sums into parts of an array that make it up become plain writes of the parts.
 *
 *   before   y =:+ a ~logic:"o => o";          after   y[o] =: a ~logic:"o => o";
 *            y =+ b ~logic:"o => o + 2";               y[o + 2] =: b ~logic:"o => o + 2";
 *
 * Exact but for the sign of a zero: a value is written, where before it was added to 0.
 */
import { stretchOf } from '../core/index-cover.ts';
import { type Index, isLoop, type LoopVar } from '../core/index-expr.ts';
import { cellsOf, type TensorNode } from '../core/tensor-node.ts';
import { product } from '../support/list.ts';
import { unreachable } from '../support/errors.ts';
import { type Assign, type Code, sequence } from './ir.ts';
import { isInjective, type Projections, subscriptOf } from './projections.ts';
import { accessesOf } from './traverse.ts';

type Row = Assign<TensorNode, Projections>;

export function setByParts(code: Code<TensorNode, Projections>): Code<TensorNode, Projections> {
  switch (code.kind) {
    case 'sequence':
      return sequence(setRuns(code.body.map(setByParts)));
    case 'section':
    case 'repeat':
      return { ...code, body: setByParts(code.body) };
    case 'assign':
      return code;
    default:
      return unreachable(code);
  }
}

function setRuns(
  body: readonly Code<TensorNode, Projections>[],
): readonly Code<TensorNode, Projections>[] {
  const done: Code<TensorNode, Projections>[] = [];
  for (let at = 0; at < body.length;) {
    const parts = partsFrom(body.slice(at));
    const written = parts.map((a): Row => ({ ...a, op: 'set', reset: false, keeps: true }));
    const [first] = body.slice(at);
    if (first) done.push(...(written.length > 0 ? written : [first]));
    at += Math.max(1, parts.length);
  }
  return done;
}

/** The first assignments, as long as they make up one array: two or more, or none. */
function partsFrom(body: readonly Code<TensorNode, Projections>[]): readonly Row[] {
  const parts: Row[] = [];
  const boxes: Box[] = [];
  for (const a of body) {
    const box = a.kind === 'assign' ? boxOf(a, parts[0]) : undefined;
    if (a.kind !== 'assign' || !box || boxes.some(other => meet(box, other))) return [];
    parts.push(a);
    boxes.push(box);
    const reached = boxes.reduce((cells, b) => cells + product(b.map(p => p.count)), 0);
    if (reached === cellsOf(a.target.node)) return parts.length > 1 ? parts : [];
  }
  return [];
}

/** `first + step·k` for `k < count` */
interface Progression {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** The cells that a sum reaches, each once; along each axis a progression. */
type Box = readonly Progression[];

function boxOf(a: Row, first: Row | undefined): Box | undefined {
  const { node } = a.target;
  const belongs = first ? first.target.node === node && !a.reset : a.reset && !a.keeps;
  if (a.op !== 'add' || !belongs || !isInjective(a)) return undefined;
  if (accessesOf(a.value).some(read => read.node === node)) return undefined;
  if (a.projections.axes.some(axis => axis.extent === 0)) return undefined;
  const extents = new Map(a.projections.axes.map(axis => [axis.loop, axis.extent]));
  const box = subscriptOf(a, a.target.slot).map(index => {
    const progression = progressionOf(index, extents);
    // A loop on two axes reaches a diagonal, not a box.
    index.terms.filter(isLoop).forEach(t => extents.delete(t.loop));
    return progression;
  });
  return box.every(p => p !== undefined) ? box : undefined;
}

function progressionOf(
  index: Index,
  extents: ReadonlyMap<LoopVar, number>,
): Progression | undefined {
  const [only] = index.terms;
  if (index.terms.length === 1 && only && isLoop(only)) {
    const count = extents.get(only.loop);
    const last = only.coeff * ((count ?? 1) - 1);
    const step = Math.abs(only.coeff);
    return count === undefined
      ? undefined
      : { first: index.offset + Math.min(0, last), step, count };
  }
  const stretch = stretchOf(index, extents);
  return stretch?.isExact ? { first: stretch.first, step: 1, count: stretch.length } : undefined;
}

function meet(a: Box, b: Box): boolean {
  return a.every((p, axis) => {
    const q = b[axis];
    return q === undefined || !areApart(p, q);
  });
}

function areApart(p: Progression, q: Progression): boolean {
  const lastOf = ({ first, step, count }: Progression): number => first + step * (count - 1);
  if (lastOf(p) < q.first || lastOf(q) < p.first) return true;
  return p.step === q.step && (p.first - q.first) % p.step !== 0;
}
