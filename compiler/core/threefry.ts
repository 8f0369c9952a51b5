/**
 * Threefry-2x32 with 20 rounds: a counter-based generator (Salmon et al., "Parallel Random Numbers:
 * As Easy as 1, 2, 3", SC 2011). The same key and counter give the same bits everywhere.
 */
export const rotations2 = [13, 15, 26, 6, 17, 29, 16, 24] as const;
/** Skein's, of 32 bits. */
export const parity = 0x1bd11bda;

export type Word2 = readonly [number, number];

/** Two unsigned 32-bit words for a key and a counter of two unsigned 32-bit words each. */
export function threefry2x32(key: Word2, counter: Word2): Word2 {
  const schedule = [key[0], key[1], key[0] ^ key[1] ^ parity] as const;
  let x0 = (counter[0] + schedule[0]) | 0;
  let x1 = (counter[1] + schedule[1]) | 0;
  for (let round = 0; round < 20; round++) {
    const by = rotations2[round % 8] ?? 0;
    x0 = (x0 + x1) | 0;
    x1 = rotated(x1, by) ^ x0;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = (x0 + (schedule[injection % 3] ?? 0)) | 0;
      x1 = (x1 + (schedule[(injection + 1) % 3] ?? 0) + injection) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

export type Word4 = readonly [number, number, number, number];

/** Rotations for the two pairs of words that a round mixes. */
export const rotations4 = [
  [10, 26],
  [11, 21],
  [13, 27],
  [23, 5],
  [6, 20],
  [17, 11],
  [25, 10],
  [18, 20],
] as const;

/** Four words for a key and a counter of four: Threefry-4x32, of as many rounds as are asked for. */
export function threefry4x32(key: Word4, counter: Word4, rounds: number): Word4 {
  const [k0, k1, k2, k3] = key;
  const schedule = [k0, k1, k2, k3, k0 ^ k1 ^ k2 ^ k3 ^ parity];
  const x = counter.map((word, i) => (word + (schedule[i] ?? 0)) | 0);
  const mix = (a: number, b: number, by: number): void => {
    x[a] = ((x[a] ?? 0) + (x[b] ?? 0)) | 0;
    x[b] = rotated(x[b] ?? 0, by) ^ x[a];
  };
  for (let round = 0; round < rounds; round++) {
    const [first, second] = rotations4[round % 8] ?? [0, 0];
    mix(0, round % 2 === 0 ? 1 : 3, first);
    mix(2, round % 2 === 0 ? 3 : 1, second);
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      for (const i of [0, 1, 2, 3]) x[i] = ((x[i] ?? 0) + (schedule[(injection + i) % 5] ?? 0)) | 0;
      x[3] = ((x[3] ?? 0) + injection) | 0;
    }
  }
  const [x0 = 0, x1 = 0, x2 = 0, x3 = 0] = x;
  return [x0 >>> 0, x1 >>> 0, x2 >>> 0, x3 >>> 0];
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** A key for the stream `name` of a seed; streams of different names do not overlap. */
export function keyOf(seed: number, name: string): Word2 {
  // Each character is encrypted with its position: a simple hash of names would have collisions.
  let key: Word2 = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  for (let i = 0; i < name.length; i++) key = threefry2x32(key, [name.charCodeAt(i), i]);
  return threefry2x32(key, [name.length, 0xffffffff]);
}

/** The `i`-th uniform number in [0, 1) of a key, a multiple of 2^-24: exact as f32 and as f64. */
export function uniformAt(key: Word2, i: number): number {
  return (threefry2x32(key, [i >>> 0, Math.floor(i / 2 ** 32)])[0] >>> 8) * 2 ** -24;
}
