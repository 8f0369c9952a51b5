/**
 * Code for some rows of its arrays, those of their first axis in memory, so that devices share what it does:
 *
 *   before   delta[o, i] =: w.grad[o, i] + 0.1 * w[o, i]          o: 8
 *            w[o, i] =- 0.01 * delta[o, i]
 *   after    delta[o + 4, i] =: w.grad[o + 4, i] + 0.1 * w[o + 4, i]    o: 4, for the rows from 4 on
 *            w[o + 4, i] =- 0.01 * delta[o + 4, i]
 *
 * Each cell is computed as before; those of other rows stay what they were.
 */
import { asLoop, at, type Index, loopsIn, type LoopVar, substitute } from '../core/index-expr.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { type Access, access, type Assign, type Code } from './ir.ts';
import { type Projections, type Rows, subscriptOf } from './projections.ts';
import { mapAccesses, mapAssigns, readsOf, visitAssigns } from './traverse.ts';

type SettledCode = Code<TensorNode, Projections>;
type SettledAssign = Assign<TensorNode, Projections>;

export interface RowRange {
  readonly first: number;
  readonly count: number;
}

/**
 * All arrays that have rows when `given` has, those of the code that meet it row by row. Undefined where rows are
 * not apart: one that needs another, or something that is kept for all of them.
 */
export function arraysByRow(
  body: SettledCode,
  given: TensorNode,
  isKept: (node: TensorNode) => boolean,
): ReadonlySet<TensorNode> | undefined {
  const all: SettledAssign[] = [];
  visitAssigns(body, a => {
    all.push(a);
  });
  const written = new Set(all.map(a => a.target.node));
  const arrays = new Set([given]);
  for (let known = -1; known !== arrays.size;) {
    known = arrays.size;
    if (!all.every(a => spread(a, arrays, { isKept, written }))) return undefined;
  }
  return arrays;
}

/** Whether its rows are apart, as far as is known from those arrays; more are added to them. */
function spread(
  a: SettledAssign,
  arrays: Set<TensorNode>,
  { isKept, written }: Surroundings,
): boolean {
  const loop = rowLoop(a, arrays);
  if (loop === undefined) {
    const accesses = [a.target, ...readsOf(a)];
    return !accesses.some(({ node }) => arrays.has(node)) && !isKept(a.target.node);
  }
  for (const { node, slot } of [a.target, ...readsOf(a)]) {
    const subscript = subscriptOf(a, slot);
    const isMet = subscript.some(ix => loopsIn(ix).includes(loop));
    if (!isMet && !arrays.has(node) && node !== a.target.node) continue;
    const isByRow = isRowByRow(a, subscript, node, loop);
    // An array that the code does not write is complete, whatever cells a row needs.
    if (!isByRow && (written.has(node) || arrays.has(node))) return false;
    if (isByRow) arrays.add(node);
  }
  return true;
}

interface Surroundings {
  readonly isKept: (node: TensorNode) => boolean;
  /** The arrays written anywhere in the code. */
  readonly written: ReadonlySet<TensorNode>;
}

/** The loop that goes through the rows of one of these arrays. */
function rowLoop(a: SettledAssign, arrays: ReadonlySet<TensorNode>): LoopVar | undefined {
  for (const { node, slot } of [a.target, ...readsOf(a)]) {
    const [first] = subscriptOf(a, slot);
    const loop = arrays.has(node) && first && asLoop(first);
    if (loop) return loop;
  }
  return undefined;
}

function isRowByRow(
  a: SettledAssign,
  [first, ...others]: readonly Index[],
  { dims }: TensorNode,
  loop: LoopVar,
): boolean {
  const isAll = a.projections.axes.some(axis => axis.loop === loop && axis.extent === dims[0]);
  if (!isAll || !first || asLoop(first) !== loop) return false;
  return !others.some(ix => loopsIn(ix).includes(loop));
}

/** The code for some rows of the arrays. A local array then has only these rows. */
export function someRows(
  body: SettledCode,
  rowsOf: (node: TensorNode) => RowRange | undefined,
  isLocal: (node: TensorNode) => boolean = () => false,
): SettledCode {
  const shorter = new Map<TensorNode, TensorNode>();
  const ownRows = (node: TensorNode): TensorNode | undefined => {
    const rows = isLocal(node) ? rowsOf(node) : undefined;
    const [, ...others] = node.dims;
    const own =
      shorter.get(node) ?? (rows && tensorNode(node.name, node.dtype, [rows.count, ...others]));
    if (own) shorter.set(node, own);
    return own;
  };
  return mapAssigns(body, a => {
    const rows = rowsOf(a.target.node);
    const [first] = subscriptOf(a, a.target.slot);
    const loop = rows && first && asLoop(first);
    return loop ? withOwnRows(restricted(a, loop, rows), a, ownRows) : a;
  });
}

/** Local arrays begin with the rows that are theirs, so that nothing of them has moved. */
function withOwnRows(
  moved: SettledAssign,
  before: SettledAssign,
  ownRows: (node: TensorNode) => TensorNode | undefined,
): SettledAssign {
  const { slots } = moved.projections;
  const own = (a: Access<TensorNode>, at: Access<TensorNode>['at']): Access<TensorNode> => {
    const node = ownRows(a.node);
    return node ? access(node, a.slot + slots.length, at) : access(a.node, a.slot, at);
  };
  const positions = moved.target.at.map(position => mapAccesses(position, own));
  const target = own(moved.target, positions);
  return {
    ...moved,
    keeps: moved.keeps && target.node === moved.target.node,
    target,
    value: mapAccesses(moved.value, own),
    projections: { ...moved.projections, slots: [...slots, ...before.projections.slots] },
  };
}

function restricted(a: SettledAssign, loop: LoopVar, { first, count }: RowRange): SettledAssign {
  const { projections } = a;
  const moved = new Map([[loop, at(loop, 1, first)]]);
  const move = (row: readonly Index[]): readonly Index[] => row.map(ix => substitute(ix, moved));
  const moveAll = ({ batch, input, output }: Rows<Index>): Rows<Index> => {
    return { batch: move(batch), input: move(input), output: move(output) };
  };
  return {
    ...a,
    keeps: a.op === 'set' || a.reset,
    projections: {
      ...projections,
      logic: '', // it says another thing now: the subscripts are spelled out
      axes: projections.axes.map(axis => (axis.loop === loop ? { ...axis, extent: count } : axis)),
      slots: projections.slots.map(moveAll),
    },
  };
}
