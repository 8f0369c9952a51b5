import { expect, test } from 'vitest';
import type { Benchmark, Case } from '../../bench/benchmark.ts';
import { boundIn } from '../../bench/machine.ts';
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

test('what the machine can do is timed in turns with it', async () => {
  const asked: Case[] = [];
  const boundOf = (given: Case) => {
    asked.push(given);
    return (calls: number) => calls * 2e-3;
  };
  const given = { ...caseWith(1, 1), steps: 4 };
  const machine = { ...surroundings.machine, boundOf };
  const {
    ms,
    predictedMs,
    peakShare = NaN,
  } = await timeCase(benchmark, given, {
    ...surroundings,
    machine,
  });
  expect(asked).toEqual([given]);
  expect(predictedMs).toBe(0.5);
  expect(peakShare / (0.5 / ms)).toBeCloseTo(1, 2);
});

test('what bounds a call: arithmetic, or else memory', () => {
  const prepare = caseWith(1, 1).prepare;
  const both = { name: 'c', prepare, flops: 10, bytes: 20, steps: 3 };
  expect(boundIn(both)).toEqual({ unit: 'operations', amount: 30 });
  expect(boundIn({ ...both, isNarrow: true })).toEqual({ unit: 'bytes', amount: 60 });
  expect(boundIn({ name: 'c', prepare })).toBeUndefined();
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
