/** Random bits as scalar operations: two words of 32 bits in a u64, the first one high. */
import { describe, expect, test } from 'vitest';
import { evaluate, type Op } from '../../../compiler/core/op.ts';
import { threefry4x32 } from '../../../compiler/core/threefry.ts';

const all = 0xffff_ffff_ffff_ffffn;

test.each<[key: bigint, counter: bigint, bits: bigint]>([
  [0n, 0n, 0x6b200159_99ba4efen],
  [all, all, 0x1cb996fc_bb002be7n],
  [0x13198a2e_03707344n, 0x243f6a88_85a308d3n, 0xc4923a9c_483df7a0n],
])('threefry2x32 of key %d and counter %d', (key, counter, bits) => {
  expect(evaluate('threefry2x32', 'u64', key, counter)).toBe(bits);
});

describe('threefry4x32', () => {
  test('of zeros', () => {
    expect(evaluate('threefry4x32_crypto_first', 'u64', 0n, 0n, 0n)).toBe(0x9c6ca96a_e17eae66n);
    expect(evaluate('threefry4x32_crypto_second', 'u64', 0n, 0n, 0n)).toBe(0xfc10ecd4_5256a7d8n);
  });

  test.each<[op: Op, rounds: number, from: 0 | 2]>([
    ['threefry4x32_crypto_first', 20, 0],
    ['threefry4x32_crypto_second', 20, 2],
    ['threefry4x32_light_first', 2, 0],
    ['threefry4x32_light_second', 2, 2],
  ])('%s has four words of a key and two of a counter', (op, rounds, from) => {
    const words = threefry4x32([1, 2, 3, 4], [5, 6, 0, 0], rounds);
    const [high = 0, low = 0] = words.slice(from);
    const wide = (a: number, b: number): bigint => (BigInt(a) << 32n) | BigInt(b);
    expect(evaluate(op, 'u64', wide(1, 2), wide(3, 4), wide(5, 6))).toBe(wide(high, low));
  });
});

test('operands of another dtype are taken as u64, and so is the result as it', () => {
  expect(evaluate('threefry2x32', 'i32', 0, 0)).toBe(0x99ba4efe | 0);
  expect(evaluate('threefry2x32', 'f64', -1, -1)).toBe(Number(0x1cb996fc_bb002be7n));
  expect(evaluate('threefry2x32', 'f64', NaN, 0.9)).toBe(Number(0x6b200159_99ba4efen));
});
