import { expect, test } from 'vitest';
import { keyOf, threefry2x32, uniformAt, type Word2 } from '../../compiler/index.ts';
import { threefry4x32, type Word4 } from '../../compiler/core/threefry.ts';

const ones: Word4 = [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff];
const hex = (words: Word2 | Word4) =>
  words.map(word => word.toString(16).padStart(8, '0')).join(' ');

/** The known answers of Random123 for threefry2x32 with 20 rounds. */
test.each<[key: Word2, counter: Word2, answer: string]>([
  [[0, 0], [0, 0], '6b200159 99ba4efe'],
  [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], '1cb996fc bb002be7'],
  [[0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3], 'c4923a9c 483df7a0'],
])('threefry2x32 of key %s and counter %s', (key, counter, answer) => {
  expect(hex(threefry2x32(key, counter))).toBe(answer);
});

/** Those of threefry4x32 with 20 rounds. */
test.each<[key: Word4, counter: Word4, answer: string]>([
  [[0, 0, 0, 0], [0, 0, 0, 0], '9c6ca96a e17eae66 fc10ecd4 5256a7d8'],
  [ones, ones, '2a881696 57012287 f6c7446e a16a6732'],
  [
    [0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89],
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    '59cd1dbb b8879579 86b5d00c ac8b6d84',
  ],
])('threefry4x32 of key %s and counter %s', (key, counter, answer) => {
  expect(hex(threefry4x32(key, counter, 20))).toBe(answer);
});

test('words are unsigned, and signed ones mean the same', () => {
  expect(threefry2x32([-1, -1], [-1, -1])).toEqual(
    threefry2x32([0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff]),
  );
  for (let i = 0; i < 100; i++)
    for (const word of threefry2x32([7, 8], [i, 0])) expect(word).toBe(word >>> 0);
});

test('keys and numbers stay what they are: trained models depend on them', () => {
  expect(hex(keyOf(0, 'w1'))).toBe('de837395 dbd72f47');
  expect(hex(keyOf(2 ** 40 + 3, 'dropout'))).toBe('1d24506b b6972cbf');
  expect([0, 1, 2].map(i => uniformAt([0, 0], i))).toEqual([
    0.4184570908546448, 0.3146817088127136, 0.39316022396087646,
  ]);
});

test('streams of different names or seeds do not meet', () => {
  const letters = Array.from('01ABab._');
  const names = ['', ...letters, ...letters.flatMap(a => letters.map(b => a + b))];
  // Even and odd places each as 31a + b would make these four two.
  names.push('A.a', 'B.B', 'l1.w', 'l2.X', 'w1', '1w', 'layer1.w', 'layer2.w');
  const distinct = new Set(names);
  const seeds = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1];
  const keys = seeds.flatMap(seed => [...distinct].map(name => hex(keyOf(seed, name))));
  expect(new Set(keys).size).toBe(seeds.length * distinct.size);
});

test('numbers are multiples of 2^-24 from 0 up to but without 1', () => {
  const key = keyOf(1, 'range');
  for (let i = 0; i < 10_000; i++) {
    const u = uniformAt(key, i);
    expect(u >= 0 && u < 1 && Number.isInteger(u * 2 ** 24) && Math.fround(u) === u).toBe(true);
  }
});

test('counters beyond 32 bits do not start again', () => {
  const key = keyOf(1, 'long');
  expect(uniformAt(key, 2 ** 32)).not.toBe(uniformAt(key, 0));
  expect(uniformAt(key, 2 ** 32 + 1)).not.toBe(uniformAt(key, 1));
});

const count = 64 * 1024;
const sample = (key: Word2) => Array.from({ length: count }, (_, i) => uniformAt(key, i));

test.each([0, 1, 12345])('numbers of seed %d are spread evenly', seed => {
  const numbers = sample(keyOf(seed, 'uniform'));
  const mean = numbers.reduce((sum, u) => sum + u, 0) / count;
  expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
  const bins = Array.from({ length: 64 }, () => 0);
  for (const u of numbers) bins[Math.floor(u * 64)] = (bins[Math.floor(u * 64)] ?? 0) + 1;
  const chiSquare = bins.reduce((sum, n) => sum + (n - 1024) ** 2 / 1024, 0);
  // 63 degrees of freedom: mean 63, deviation 11.2. Too even is as suspect as too uneven.
  expect(chiSquare).toBeGreaterThan(63 - 4 * 11.2);
  expect(chiSquare).toBeLessThan(63 + 5 * 11.2);
});

test('neighbours in a stream, and streams of neighbouring seeds, are uncorrelated', () => {
  const [a, b] = [sample(keyOf(0, 'uniform')), sample(keyOf(1, 'uniform'))];
  const correlation = (xs: number[], ys: number[]) =>
    (12 / count) * xs.reduce((sum, x, i) => sum + (x - 0.5) * ((ys[i] ?? 0.5) - 0.5), 0);
  expect(Math.abs(correlation(a, b))).toBeLessThan(5 / Math.sqrt(count));
  expect(Math.abs(correlation(a, a.slice(1)))).toBeLessThan(5 / Math.sqrt(count));
});
