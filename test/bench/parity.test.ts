import { expect, test } from 'vitest';
import { moons } from '../../bench/moons.ts';
import { disagreement } from '../../bench/parity.ts';
import { withC } from '../../bench/peers.ts';

const nothing = undefined;

test.each([
  [[1, 2], [1, 2], nothing],
  [[1, 200.1], [1, 200], nothing],
  [[1.3, 200], [1, 200], 'value 0 is 1.3, not 1 (to within 0.20)'],
  [[1], [1, 2], '1 values, not 2'],
  [[NaN], [1], 'value 0 is NaN, not 1 (to within 0.0010)'],
  [[1], [NaN], 'value 0 is 1, not NaN (to within NaN)'],
])('%j beside %j', (ours, theirs, expected) => {
  expect(disagreement(ours, theirs, { relative: 1e-3 })).toBe(expected);
});

test('a difference as such', () => {
  expect(disagreement([100.5], [100], { absolute: 1 })).toBe(nothing);
  expect(disagreement([101.5], [100], { absolute: 1 })).toMatch(/^value 0 is 101.5/);
});

test.each(moons.cases)('moons in C learns what einc learns: $name', async given => {
  const { c, within } = given;
  if (c === undefined || !within) throw new Error('moons has a peer in C');
  const [ours = [], theirs = []] = await withC(given, async peers => {
    using subject = await given.prepare('f32');
    return [subject.outcome?.(), peers[0]?.outcome];
  });
  expect(ours).toHaveLength(25);
  expect(new Set(ours).size).toBe(25);
  expect(disagreement(ours, theirs, within)).toBe(nothing);
});
