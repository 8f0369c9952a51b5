/** A sample of the floats that `npm run ulps` goes through, against what the README promises. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { functionOps, measure } from './harness.ts';

const readme = new URL('../../compiler/core/functions/README.md', import.meta.url);
const promised = new Map(
  Array.from(readFileSync(readme, 'utf8').matchAll(/^\| `(\w+)` +\| ([\d.]+) /gm), row => [
    row[1],
    Number(row[2]),
  ]),
);
const measured = await measure(functionOps, 4099);

test('every function has its row in the README', () => {
  expect([...promised.keys()].sort()).toEqual([...functionOps].sort());
});

describe.each(measured)('$op', ({ op, ulps, at, wrong, differing }) => {
  test('is no further from what is right than the README says', () => {
    expect(ulps, `at ${at}`).toBeLessThanOrEqual(promised.get(op) ?? 0);
    // Nor is the promise made of thin air.
    expect(ulps).toBeGreaterThan(0.8 * (promised.get(op) ?? Infinity));
  });

  test('is right about NaN, infinities and the signs of zeros', () => {
    expect(wrong).toBe(0);
  });

  test('has the same bits in vectors', () => {
    expect(differing).toBe(0);
  });
});
