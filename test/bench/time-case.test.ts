import { expect, test } from 'vitest';
import type { Benchmark, Case } from '../../bench/benchmark.ts';
import { timeCase } from '../../bench/time-case.ts';

const benchmark: Benchmark = { name: 'b', about: 'nothing', cases: [] };
const surroundings = {
  threads: 1,
  effort: { rounds: 3, seconds: 1e-5 },
  machine: { gflops: 100, gbps: 10 },
  python: undefined,
  hasPeers: true,
};

/** Its outcome in f32, and that in f64; counts how often it is called. */
function caseWith(single: number, double: number): Case & { calls: number } {
  const given = {
    name: 'c',
    flops: 1e3,
    within: { absolute: 0.1 },
    calls: 0,
    prepare: (dtype: 'f32' | 'f64') =>
      Promise.resolve({
        call: () => {
          given.calls++;
        },
        outcome: () => [dtype === 'f32' ? single : double],
        [Symbol.dispose]: () => undefined,
      }),
  };
  return given;
}

test('what computes the same is timed', async () => {
  const given = caseWith(1, 1.05);
  const result = await timeCase(benchmark, given, surroundings);
  expect(result).toMatchObject({ name: 'b', case: 'c', threads: 1 });
  expect(given.calls).toBeGreaterThan(0);
  const { ms, gflops = NaN, peakShare = NaN, predictedMs } = result;
  // 1e3 operations at 100 GFLOP/s.
  expect(predictedMs).toBe(1e-5);
  expect(gflops / (1e-3 / ms)).toBeCloseTo(1, 2);
  expect(peakShare / (gflops / 100)).toBeCloseTo(1, 2);
});

test('what computes something else is not', async () => {
  const given = caseWith(1, 2);
  await expect(timeCase(benchmark, given, surroundings)).rejects.toThrow(
    'b/c is not timed: beside einc in f64, value 0 is 1, not 2 (to within 0.10)',
  );
  expect(given.calls).toBe(0);
});

test('of units that nobody measured, no share is given', async () => {
  const result = await timeCase(benchmark, { ...caseWith(1, 1), isNarrow: true }, surroundings);
  expect(result).toHaveProperty('gflops');
  expect(result).not.toHaveProperty('peakShare');
  expect(result).not.toHaveProperty('predictedMs');
});

test('how much memory it takes, if it says so', async () => {
  const plain = await timeCase(benchmark, caseWith(1, 1), surroundings);
  expect(plain).not.toHaveProperty('peakBytes');
  const given = caseWith(1, 1);
  const prepare = async (dtype: 'f32' | 'f64') => ({
    ...(await given.prepare(dtype)),
    peakBytes: () => 4096,
  });
  const result = await timeCase(benchmark, { ...given, prepare }, surroundings);
  expect(result).toMatchObject({ peakBytes: 4096 });
  expect(result).not.toHaveProperty('peerPeakBytes');
});

test('several steps a call, and a peer that differs', async () => {
  const given = { ...caseWith(1, 1), steps: 10 };
  const { ms } = await timeCase(benchmark, given, surroundings);
  expect(ms).toBeGreaterThan(0);
  await expect(timeCase(benchmark, { ...given, c: 'moons.c' }, surroundings)).rejects.toThrow(
    'b/c is not timed: beside plain C, 1 values, not 25',
  );
});
