import { type WideApply, wrap } from '../integer.ts';
import { threefry2x32, threefry4x32, type Word2, type Word4 } from '../threefry.ts';
import type { OpInfo } from './info.ts';

/**
 * Random bits: 64 from a key and a counter of 64 each. A number of 64 bits is two words of 32, the
 * high one first. A key of `threefry4x32` has four words, in two operands; its counter is the first
 * two of four words, the others being 0; the op's name says which half of its 128 bits it gives.
 * `crypto` has 20 rounds; `light` has 2, which is fast and mixes little.
 */
export const wideRandom = {
  threefry2x32: (key, counter) => numberOf(threefry2x32(wordsOf(key), wordsOf(counter))),
  threefry4x32_crypto_first: (a, b, c) => firstHalf(threefry4x32(...words4(a, b, c), 20)),
  threefry4x32_crypto_second: (a, b, c) => secondHalf(threefry4x32(...words4(a, b, c), 20)),
  threefry4x32_light_first: (a, b, c) => firstHalf(threefry4x32(...words4(a, b, c), 2)),
  threefry4x32_light_second: (a, b, c) => secondHalf(threefry4x32(...words4(a, b, c), 2)),
} satisfies Readonly<Record<string, WideApply>>;

const ofFour = { arity: 3, operands: 'u64', result: 'same' } as const;

export const random = {
  threefry2x32: {
    arity: 2,
    apply: (key, counter) => onDoubles(wideRandom.threefry2x32, key, counter, 0),
    operands: 'u64',
    result: 'same',
    cost: 70,
  },
  threefry4x32_crypto_first: {
    ...ofFour,
    apply: (a, b, c) => onDoubles(wideRandom.threefry4x32_crypto_first, a, b, c),
    cost: 140,
  },
  threefry4x32_crypto_second: {
    ...ofFour,
    apply: (a, b, c) => onDoubles(wideRandom.threefry4x32_crypto_second, a, b, c),
    cost: 140,
  },
  threefry4x32_light_first: {
    ...ofFour,
    apply: (a, b, c) => onDoubles(wideRandom.threefry4x32_light_first, a, b, c),
    cost: 20,
  },
  threefry4x32_light_second: {
    ...ofFour,
    apply: (a, b, c) => onDoubles(wideRandom.threefry4x32_light_second, a, b, c),
    cost: 20,
  },
  /** Turns 64 random bits into a number in [0, 1) of the dtype in which it is stored; lowering expands it. */
  unit: { arity: 1, apply: a => a, result: 'same', fromBits: true, cost: 4 },
  /** … in (-1, 1). */
  signed_unit: { arity: 1, apply: a => a, result: 'same', fromBits: true, cost: 6 },
} as const satisfies Record<string, OpInfo>;

function words4(keyFirst: bigint, keySecond: bigint, counter: bigint): [Word4, Word4] {
  return [
    [...wordsOf(keyFirst), ...wordsOf(keySecond)],
    [...wordsOf(counter), 0, 0],
  ];
}

function wordsOf(value: bigint): Word2 {
  return [Number(BigInt.asUintN(32, value >> 32n)), Number(BigInt.asUintN(32, value))];
}

function numberOf([first, second]: Word2): bigint {
  return (BigInt(first) << 32n) | BigInt(second);
}

function firstHalf([a, b]: Word4): bigint {
  return numberOf([a, b]);
}

function secondHalf([, , c, d]: Word4): bigint {
  return numberOf([c, d]);
}

function onDoubles(op: WideApply, a: number, b: number, c: number): number {
  const [x, y, z] = [a, b, c].map(value => BigInt(wrap('u64', value)));
  return Number(op(x ?? 0n, y ?? 0n, z ?? 0n));
}
