/** Threefry in C, with unrolled rounds, which compilers vectorise. */
import { parity, rotations2, rotations4 } from '../../compiler/core/threefry.ts';

const word = 'unsigned';
const wide = 'unsigned long long';

/** The definitions that the program needs before it, by op. */
export const threefryNeeds = {
  threefry2x32: [of2x32()],
  threefry4x32_crypto_first: [of4x32('crypto', 20, 'first')],
  threefry4x32_crypto_second: [of4x32('crypto', 20, 'second')],
  threefry4x32_light_first: [of4x32('light', 2, 'first')],
  threefry4x32_light_second: [of4x32('light', 2, 'second')],
} as const satisfies Readonly<Record<string, readonly string[]>>;

function of2x32(): string {
  const rounds = Array.from({ length: 20 }, (_, round) => [
    mix(0, 1, rotations2[round % 8] ?? 0),
    ...injection(round, 2),
  ]);
  return [
    `static inline ${wide} threefry2x32_u64(${wide} a, ${wide} b) {`,
    `  const ${word} k0 = a >> 32, k1 = a, k2 = k0 ^ k1 ^ ${parity}u;`,
    `  ${word} x0 = (${word})(b >> 32) + k0, x1 = (${word})b + k1;`,
    ...rounds.flat(),
    `  return (${wide})x0 << 32 | x1;`,
    '}',
  ].join('\n');
}

function of4x32(variant: string, count: number, half: 'first' | 'second'): string {
  const rounds = Array.from({ length: count }, (_, round) => {
    const [first, second] = rotations4[round % 8] ?? [0, 0];
    const [near, far] = round % 2 === 0 ? ([1, 3] as const) : ([3, 1] as const);
    return [mix(0, near, first), mix(2, far, second), ...injection(round, 4)];
  });
  const [high, low] = half === 'first' ? ['x0', 'x1'] : ['x2', 'x3'];
  return [
    `static inline ${wide} threefry4x32_${variant}_${half}_u64(${wide} a, ${wide} b, ${wide} c) {`,
    `  const ${word} k0 = a >> 32, k1 = a, k2 = b >> 32, k3 = b;`,
    `  const ${word} k4 = k0 ^ k1 ^ k2 ^ k3 ^ ${parity}u;`,
    `  ${word} x0 = (${word})(c >> 32) + k0, x1 = (${word})c + k1, x2 = k2, x3 = k3;`,
    ...rounds.flat(),
    `  return (${wide})${high} << 32 | ${low};`,
    '}',
  ].join('\n');
}

function mix(a: number, b: number, by: number): string {
  return `  x${a} += x${b}; x${b} = (x${b} << ${by} | x${b} >> ${32 - by}) ^ x${a};`;
}

/** After every fourth round key words and a counter are added. */
function injection(round: number, words: 2 | 4): readonly string[] {
  if (round % 4 !== 3) return [];
  const times = (round + 1) / 4;
  const added = Array.from({ length: words }, (_, i) => {
    const more = i === words - 1 ? ` + ${times}` : '';
    return `x${i} += k${(times + i) % (words + 1)}${more};`;
  });
  return [`  ${added.join(' ')}`];
}
