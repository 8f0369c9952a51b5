/** Training by several processes has the loss curves of one. */
import { describe, expect, test } from 'vitest';
import { noMpirun, runRanks } from '../../support/ranks.ts';

interface Outcome {
  readonly ranks: number;
  readonly isAlike: boolean;
  readonly losses: Readonly<Record<string, readonly number[]>>;
}

async function trained(ranks: number): Promise<Outcome> {
  const program = new URL('programs/data-parallel.ts', import.meta.url);
  const run = await runRanks(ranks, program);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(run.stdout) as Outcome;
}

describe.skipIf(noMpirun !== undefined)(`with mpirun (${noMpirun ?? 'found'})`, () => {
  test('4 ranks: a perceptron, a conv net and a transformer, in buckets', async () => {
    const alone = await trained(1);
    const together = await trained(4);
    expect([alone.ranks, together.ranks, together.isAlike]).toEqual([1, 4, true]);
    for (const [name, losses] of Object.entries(alone.losses)) {
      const others = together.losses[name] ?? [];
      expect(others).toHaveLength(12);
      losses.forEach((loss, n) => {
        const off = Math.abs((others[n] ?? NaN) / loss - 1);
        expect(off, `${name}, step ${n}`).toBeLessThan(1e-5);
      });
    }
  }, 120_000);
});
