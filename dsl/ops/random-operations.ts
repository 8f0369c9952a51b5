/** The operations that `random.ts` composes: random bits, and numbers derived from them. */
import { assign, position, type Scalar, scalarApply, scalarConst } from '../../compiler/index.ts';
import { type Operation, type Slot, slotAccess, type SlotAssign } from '../graph/operation.ts';
import type { Logic } from '../shape/logic.ts';
import type { Dim } from '../shape/row.ts';

const [v1, v2] = [slotAccess('value', 1), slotAccess('value', 2)];
const place = position(0, { row: 'output', at: -1 });

/** 64 bits per cell, from the key and the number of cells before it; with the given sizes, or of any shape. */
export function bits(sizes: readonly Dim[]): Operation {
  const of = scalarApply<Slot>('threefry2x32', v1, position(0));
  return { ...flat('random_bits', { kind: 'pointwise' }, of), grows: sizes };
}

/** `f` of the bits of each cell; passes no gradient on. */
export function ofBits(name: string, f: (bits: Scalar<Slot>) => Scalar<Slot>): Operation {
  return flat(name, { kind: 'pointwise' }, f(v1));
}

/** Combines two words into one of 32 bits, as JAX does. */
export function oneWord(of: Scalar<Slot>): Scalar<Slot> {
  return low(scalarApply<Slot>('bit_xor', of, high(of)));
}

/** A key for each number below `size`, along a new last output axis. */
export function folded(size: Dim): Operation {
  const keys = scalarApply<Slot>('threefry2x32', v1, place);
  return flat('split_key', { kind: 'append', size }, keys);
}

/** The same as in JAX before 0.5; the second operand is the size again, as a tensor. */
export function foldedOriginal(size: Dim): Operation {
  const words = scalarApply<Slot>('mul', v2, scalarConst(2));
  const first = scalarApply<Slot>('mul', place, scalarConst(2));
  const second = scalarApply<Slot>('add', first, scalarConst(1));
  const pair = pairOf(wordOriginal(first, words), wordOriginal(second, words));
  return flat('split_key', { kind: 'append', size }, pair);
}

/** A word for each number below `size`, the second operand, as in JAX before 0.5. */
export function bitsOriginal(size: Dim): Operation {
  return flat('random_bits', { kind: 'append', size }, wordOriginal(place, v2));
}

/**
 * The `at`-th of `count` words. Counters pair the numbers 0, 1, … of a first half with those of a second half, padded
 * with 0; results are the high words of all counters, followed by the low words.
 */
function wordOriginal(at: Scalar<Slot>, count: Scalar<Slot>): Scalar<Slot> {
  const half = scalarApply<Slot>(
    'shift_right',
    scalarApply('add', count, scalarConst(1)),
    scalarConst(1),
  );
  const isFirst = isLess(at, half);
  const lane = scalarApply<Slot>('where', isFirst, at, scalarApply('sub', at, half));
  const other = scalarApply<Slot>('add', lane, half);
  const filled = scalarApply<Slot>('where', isLess(other, count), other, scalarConst(0));
  const words = scalarApply<Slot>('threefry2x32', v1, pairOf(lane, filled));
  return scalarApply('where', isFirst, high(words), low(words));
}

/** Of small numbers as u64: the difference wraps. */
function isLess(a: Scalar<Slot>, b: Scalar<Slot>): Scalar<Slot> {
  return scalarApply('shift_right', scalarApply('sub', a, b), scalarConst(63));
}

function high(a: Scalar<Slot>): Scalar<Slot> {
  return scalarApply('shift_right', a, scalarConst(32));
}

function low(a: Scalar<Slot>): Scalar<Slot> {
  return scalarApply('bit_and', a, scalarConst(0xffffffff));
}

function pairOf(first: Scalar<Slot>, second: Scalar<Slot>): Scalar<Slot> {
  return scalarApply('bit_or', scalarApply('shift_left', first, scalarConst(32)), second);
}

function flat(operator: string, logic: Logic, value: Scalar<Slot>): Operation {
  const forward: SlotAssign = assign(slotAccess('value', 0), { op: 'set' }, value, undefined);
  return { operator, hint: operator, logic, forward: [forward], backward: [] };
}
