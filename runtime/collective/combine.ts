/**
 * What ranks have for the same cells, made one: the definition. Transports in C do the same faster, and
 * `test/backends/mpi` compares the bits.
 */
import {
  type AnyCells,
  computeDtype,
  deviceCells,
  type DType,
  evaluate,
  fromDevice,
  isNarrowFloat,
  type MutableCells,
  roundTo,
  type Value,
} from '../../compiler/index.ts';
import type { ReduceOp } from './collective.ts';

type Join = (a: Value, b: Value) => Value;

/** The cells of all ranks, in the order of the ranks, combined by the tree. */
export function combine(op: ReduceOp, dtype: DType, parts: readonly AnyCells[]): AnyCells {
  const join = joinFor(op, dtype);
  const cells = parts[0]?.length ?? 0;
  // Narrow floats are represented as f32, as when they are read from buffers.
  const combined = fromDevice(dtype, deviceCells(dtype, cells));
  const to: MutableCells = combined;
  for (let i = 0; i < cells; i++) {
    const sum = tree(join, parts, i, 0, parts.length);
    to[i] = isNarrowFloat(dtype) ? roundTo(dtype, sum) : sum;
  }
  return combined;
}

function joinFor(op: ReduceOp, dtype: DType): Join {
  const through = computeDtype(dtype);
  if (op !== 'sum') return (a, b) => evaluate(op, through, a, b);
  // The usual case, gradients: the general path would take ten times as long.
  if (through === 'f32') return (a, b) => Math.fround(Number(a) + Number(b));
  return (a, b) => evaluate('add', through, a, b);
}

/** `((0 + 1) + (2 + 3)) + 4`: neighbours first, then pairs of pairs. */
function tree(
  join: Join,
  parts: readonly AnyCells[],
  cell: number,
  first: number,
  last: number,
): Value {
  if (last - first === 1) return parts[first]?.[cell] ?? NaN;
  let half = 1;
  while (half * 2 < last - first) half *= 2;
  const middle = first + half;
  return join(tree(join, parts, cell, first, middle), tree(join, parts, cell, middle, last));
}
