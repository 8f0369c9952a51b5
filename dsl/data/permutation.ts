import { keyOf, threefry2x32, type Word2 } from '../../compiler/index.ts';

/**
 * The numbers 0 to `count` - 1 in an order that depends on the seed alone: the same on every
 * machine, and every order as likely as another.
 */
export function permutation(seed: number | Word2, count: number): Uint32Array {
  const key = typeof seed === 'number' ? keyOf(seed, 'permutation') : seed;
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const chosen = Math.floor(fractionAt(key, last) * (last + 1));
    const kept = order[last] ?? 0;
    order[last] = order[chosen] ?? 0;
    order[chosen] = kept;
  }
  return order;
}

/** As `uniformAt`, with 53 bits in place of 24: a long list has more places than 2^24. */
function fractionAt(key: Word2, i: number): number {
  const [high, low] = threefry2x32(key, [i, 0]);
  return (high * 2 ** 21 + (low >>> 11)) * 2 ** -53;
}
