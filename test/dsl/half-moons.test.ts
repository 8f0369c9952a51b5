import { expect, test } from 'vitest';
import { halfMoons, type LabelledPoints, permutation, pointsOf } from '../../dsl/data/index.ts';

const rows = ({ coordinates, labels, count }: LabelledPoints) =>
  Array.from({ length: count }, (_, i) => [
    coordinates[2 * i] ?? NaN,
    coordinates[2 * i + 1] ?? NaN,
    labels[i] ?? NaN,
  ]);

test('without noise and order: two half circles that take turns', () => {
  const points = 60;
  const moons = halfMoons({ points, noise: 0, shuffle: false });
  expect([moons.count, moons.coordinates.length, moons.labels.length]).toEqual([120, 240, 120]);
  rows(moons).forEach(([x = NaN, y = NaN, label], i) => {
    const angle = (Math.floor(i / 2) * Math.PI) / points;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    expect(label).toBe(i % 2 === 0 ? 1 : -1);
    expect(x).toBeCloseTo(i % 2 === 0 ? c : 1 - c, 6);
    expect(y).toBeCloseTo(i % 2 === 0 ? s : 0.5 - s, 6);
  });
});

test('noise moves each coordinate by itself, up to its bound and both ways', () => {
  const [clean, noisy] = [0, 0.25].map(noise => halfMoons({ points: 500, noise, shuffle: false }));
  const moved = Array.from(
    noisy?.coordinates ?? [],
    (value, i) => value - (clean?.coordinates[i] ?? NaN),
  );
  expect(Math.max(...moved)).toBeGreaterThan(0.24);
  expect(Math.min(...moved)).toBeLessThan(-0.24);
  expect(Math.max(...moved.map(Math.abs))).toBeLessThan(0.25 + 1e-6);
  expect(Math.abs(moved.reduce((sum, m) => sum + m, 0) / moved.length)).toBeLessThan(0.025);
  expect(new Set(moved.map(m => m.toFixed(5))).size).toBeGreaterThan(1900);
});

test('shuffled are the same points in another order', () => {
  const [plain, shuffled] = [false, true].map(shuffle => rows(halfMoons({ shuffle })));
  expect(shuffled).not.toEqual(plain);
  const sorted = (list: number[][] = []) => list.map(String).sort();
  expect(sorted(shuffled)).toEqual(sorted(plain));
});

test('every batch of the shuffled points has both classes', () => {
  const { labels } = halfMoons();
  for (let start = 0; start < labels.length; start += 20)
    expect(new Set(labels.slice(start, start + 20)).size).toBe(2);
});

test('the seed decides', () => {
  expect(halfMoons({ seed: 3 })).toEqual(halfMoons({ seed: 3 }));
  expect(halfMoons()).toEqual(halfMoons({ points: 400, noise: 0.1, seed: 0, shuffle: true }));
  const unordered = { seed: 4, shuffle: false };
  expect(halfMoons({ seed: 4 }).coordinates).not.toEqual(halfMoons({ seed: 3 }).coordinates);
  expect(halfMoons(unordered)).not.toEqual(halfMoons({ ...unordered, seed: 3 }));
});

test('bit for bit the same points on every machine', () => {
  const { coordinates, labels } = halfMoons({ points: 2, seed: 42 });
  expect([...new Uint32Array(coordinates.buffer)].map(word => word.toString(16))).toEqual([
    'bca3f8e6',
    '3ef31f5a',
    'bdb37d9b',
    '3f8c0c70',
    '3f7c186e',
    '3cffc420',
    '3f8479b3',
    'bedd87cf',
  ]);
  expect([...labels]).toEqual([-1, 1, 1, -1]);
  const all = new Uint32Array(halfMoons().coordinates.buffer);
  expect(all.reduce((sum, word) => (Math.imul(sum, 31) + word) >>> 0, 0)).toBe(1551279429);
});

test('no points, and points that cannot be', () => {
  expect(halfMoons({ points: 0 }).count).toBe(0);
  for (const points of [-1, 1.5, NaN])
    expect(() => halfMoons({ points })).toThrow(
      `points on each moon must be a whole number, not ${points}`,
    );
});

test('pointsOf keeps one class, in order', () => {
  const moons = halfMoons({ points: 30 });
  const upper = rows(moons).filter(([, , label]) => label === 1);
  const { x, y } = pointsOf(moons, 1);
  expect([...x]).toEqual(upper.map(([value]) => value));
  expect([...y]).toEqual(upper.map(([, value]) => value));
  expect(pointsOf(moons, -1).x.length).toBe(30);
  expect(pointsOf(moons, 0).x.length).toBe(0);
});

test('a permutation has every number once, and stays what it is', () => {
  expect([...permutation(0, 8)]).toEqual([6, 5, 0, 7, 2, 4, 1, 3]);
  const long = permutation(0, 300_000);
  expect(long.reduce((sum, i) => (Math.imul(sum, 31) + i) >>> 0, 0)).toBe(1051656524);
  for (const count of [0, 1, 2, 1000])
    expect([...permutation(5, count)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: count }, (_, i) => i),
    );
});

test('a permutation depends on seed or key', () => {
  expect(permutation(1, 50)).not.toEqual(permutation(2, 50));
  expect(permutation([1, 2], 50)).toEqual(permutation([1, 2], 50));
  expect(permutation([1, 2], 50)).not.toEqual(permutation([1, 3], 50));
});

test('every order is as likely as another', () => {
  const [orders, seeds] = [new Map<string, number>(), 2400];
  for (let seed = 0; seed < seeds; seed++) {
    const order = permutation(seed, 4).join('');
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  expect(orders.size).toBe(24);
  const expected = seeds / 24;
  const chiSquare = [...orders.values()].reduce(
    (sum, n) => sum + (n - expected) ** 2 / expected,
    0,
  );
  // 23 degrees of freedom: mean 23, deviation 6.8.
  expect(chiSquare).toBeLessThan(23 + 5 * 6.8);
});
