/**
 * Copies that hardware does (bulk tensor copies, TMA, of sm_90): one thread starts the copy of a box of an array to
 * the shared array that a warpgroup multiplies. In the IR it is a loop over each axis of the shared array:
 *
 *     for cell < 128 bulk { for term < 64 bulk {
 *       when 128*b + cell < 1000 { x_rows[cell, term] := x[128*b + cell, 64*i + term]; }
 *       when -128*b + -1*cell < -999 { x_rows[cell, term] := 0; }
 *     } }
 *
 * The hardware stores zeros for what lies outside the array, so the conditions may say that and nothing else. A box has up
 * to 256 cells along each axis of the array; outer loops over more are boxes of their own. What the hardware asks of
 * the array is in the PTX ISA, Tensors, and in the CUDA Driver API, `cuTensorMapEncodeTiled`.
 */
import { bytesOf } from '../core/dtype.ts';
import {
  fixed,
  type Index,
  isLoop,
  loopsIn,
  type LoopVar,
  sameIndex,
  sameIndices,
  substitute,
  sumOf,
} from '../core/index-expr.ts';
import { cellsOf, type TensorNode } from '../core/tensor-node.ts';
import { cellsOfGroupRow, rowsOfPattern } from './group-factor.ts';
import { type For, type Read, statementsOf, type Stmt, type When, type Write } from './ir.ts';
import { chainAt } from './kernel.ts';
import { areMultiples, strideOf } from './stride.ts';

export interface BulkCopy {
  readonly from: TensorNode;
  readonly to: TensorNode;
  /** Cells of a box along each axis of `from`. */
  readonly box: readonly number[];
  /** The outer loops: one box for each of their turns. */
  readonly boxes: readonly For[];
  /** The subscripts of a box's first cell, in `from` and in `to`. */
  readonly first: readonly Index[];
  readonly place: readonly Index[];
}

const mostAxes = 5;
const mostAlongAxis = 256;
/** Strides of the array, but for that of its last axis, are multiples of this. */
const strideBytes = 16;
const rowBytes = 2 * cellsOfGroupRow;

/** The copy that the loop is, or in words why hardware cannot do it. */
export function bulkCopyAt(loop: For): BulkCopy | string {
  const { loops, body } = chainAt(loop);
  const copied = copiedBy(body);
  if (!copied) return 'more than a copy, with zeros for what is outside';
  const { write, read } = copied;
  const { node: from, index } = read;
  if (from.dims.length < 2 || from.dims.length > mostAxes)
    return `an array of ${from.dims.length} axes`;
  if ((bytesOf[from.dtype] * (from.dims.at(-1) ?? 0)) % strideBytes > 0)
    return `rows that are no multiples of ${strideBytes} bytes`;
  const { box, inner } = boxOf(loops, write, read);
  if ((box.at(-1) ?? 0) * bytesOf[from.dtype] !== rowBytes) return `no rows of ${rowBytes} bytes`;
  const first = new Map(inner.map(({ loop: own }) => [own, fixed(0)] as const));
  const names = inner.map(({ loop: own }) => own);
  if (!areMultiples(write.node, write.index, names, rowsOfPattern * cellsOfGroupRow))
    return `boxes that begin within ${rowsOfPattern} rows`;
  return {
    ...{ from, to: write.node, box, boxes: loops.slice(0, loops.length - inner.length) },
    first: index.map(ix => substitute(ix, first)),
    place: write.index.map(ix => substitute(ix, first)),
  };
}

interface Copied {
  readonly write: Write;
  readonly read: Read;
}

/** A store of what is read, or zero where that is outside. */
function copiedBy(body: Stmt): Copied | undefined {
  const [inside, outside, ...others] = statementsOf(body);
  if (!outside) return inside?.kind === 'write' ? copiedFrom(inside) : undefined;
  if (others.length > 0 || inside?.kind !== 'when' || outside.kind !== 'when') return undefined;
  const copied = inside.body.kind === 'write' ? copiedFrom(inside.body) : undefined;
  const isZeroOutside = isZero(outside.body, copied?.write) && areOpposite(inside, outside);
  return copied && isZeroOutside && isEnd(inside, copied.read) ? copied : undefined;
}

/** Whether zero is stored to the same cell. */
function isZero(s: Stmt, write: Write | undefined): boolean {
  if (s.kind !== 'write' || s.value.kind !== 'const' || s.node !== write?.node) return false;
  return Object.is(Number(s.value.value), 0) && sameIndices(s.index, write.index);
}

function copiedFrom(write: Write): Copied | undefined {
  const { node, value } = write;
  return value.kind === 'read' && value.dtype === node.dtype ? { write, read: value } : undefined;
}

type Condition = Pick<When, 'index' | 'below'>;

/** Whether one of two conditions holds, whatever the index. */
export function areOpposite(inside: Condition, outside: Condition): boolean {
  return (
    sameIndex(outside.index, sumOf([[-1, inside.index]])) && outside.below === 1 - inside.below
  );
}

/** Whether the condition is that the subscript of an axis is in the array. */
function isEnd({ index, below }: When, read: Read): boolean {
  return read.index.some((ix, axis) => sameIndex(ix, index) && read.node.dims[axis] === below);
}

/** The box that the inner loops run over, each along an axis of its own, in the order of the axes. */
function boxOf(
  loops: readonly For[],
  { node, index: place }: Write,
  { node: from, index }: Read,
): { readonly box: readonly number[]; readonly inner: readonly For[] } {
  const box = from.dims.map(() => 1);
  let next = box.length;
  const isAlong = ({ loop, extent }: For): boolean => {
    const axis = axisAlong(index, loop);
    const isNext = axis !== undefined && axis < next && extent <= mostAlongAxis;
    if (!isNext || strideOf(node, place, loop) !== cellsOf({ dims: box })) return false;
    next = axis;
    box[axis] = extent;
    return true;
  };
  const outer = loops.findLastIndex(loop => !isAlong(loop));
  return { box, inner: loops.slice(outer + 1) };
}

/** The axis whose subscript has the loop as it is; undefined if there are others. */
function axisAlong(index: readonly Index[], loop: LoopVar): number | undefined {
  const axes = index.flatMap((ix, axis) => (loopsIn(ix).includes(loop) ? [axis] : []));
  const [axis] = axes;
  if (axis === undefined || axes.length > 1) return undefined;
  const terms = index[axis]?.terms ?? [];
  const isItself = terms.some(t => isLoop(t) && t.loop === loop && t.coeff === 1);
  const isInDigit = terms.some(t => !isLoop(t) && loopsIn(t.digit.of).includes(loop));
  return isItself && !isInDigit ? axis : undefined;
}
