import type { OpInfo } from './info.ts';

/** On integers, in two's complement. */
export const bits = {
  bit_and: {
    arity: 2,
    apply: (a, b) => bitwise(a, b, (x, y) => x & y),
    commutes: true,
    result: 'same',
    ofBits: true,
    cost: 1,
  },
  bit_or: {
    arity: 2,
    apply: (a, b) => bitwise(a, b, (x, y) => x | y),
    commutes: true,
    result: 'same',
    ofBits: true,
    cost: 1,
  },
  bit_xor: {
    arity: 2,
    apply: (a, b) => bitwise(a, b, (x, y) => x ^ y),
    commutes: true,
    result: 'same',
    ofBits: true,
    cost: 1,
  },
  /** A count that is negative, or no less than the number of bits, shifts all of them out. */
  shift_left: {
    arity: 2,
    apply: (a, b) => a * 2 ** shiftCount(b),
    result: 'same',
    ofBits: true,
    cost: 1,
  },
  /** Rounds down: the sign of `a` fills up from the left. */
  shift_right: {
    arity: 2,
    apply: (a, b) => Math.floor(a / 2 ** shiftCount(b)),
    result: 'same',
    ofBits: true,
    cost: 1,
  },
} as const satisfies Record<string, OpInfo>;

/** Uses bigints, since JavaScript's bitwise operators are limited to 32 bits. */
function bitwise(a: number, b: number, op: (x: bigint, y: bigint) => bigint): number {
  return Number(op(BigInt(a), BigInt(b)));
}

/** 64 stands for all that shift everything out, of any integer. */
function shiftCount(b: number): number {
  return b >= 0 && b < 64 ? b : 64;
}
