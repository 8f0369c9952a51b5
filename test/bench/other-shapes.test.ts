/** What `--other-shapes` runs is in no table, and enough of it to tell. */
import { expect, test } from 'vitest';
import { benchmarks } from '../../bench/benchmarks.ts';

const having = benchmarks.flatMap(({ name, cases, otherShapes }) =>
  otherShapes ? [{ name, cases, otherShapes }] : [],
);

test.each(having)('$name: three and more, none of its cases', ({ cases, otherShapes }) => {
  expect(otherShapes.length).toBeGreaterThanOrEqual(3);
  const all = [...cases, ...otherShapes];
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  expect(new Set(all.map(({ settings }) => JSON.stringify(settings))).size).toBe(all.length);
});
