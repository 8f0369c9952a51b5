/** What is divided among processes is what one process has: the optimiser's state to the bit. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { noMpirun, runRanks } from '../../support/ranks.ts';

const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const checkpoint = join(folder, 'run.safetensors');

interface Training {
  readonly bytes: number;
  readonly state: string;
  readonly bits: string;
}

interface Outcome {
  readonly resumed: { readonly step: number; readonly state: string };
  readonly whole: Training;
  readonly own: Training;
  readonly axis: {
    readonly alone: readonly number[];
    readonly losses: readonly number[];
    readonly w1: string;
    readonly bytes: number;
  };
}

/** Of each rank. */
async function outcomes(ranks: number): Promise<readonly Outcome[]> {
  const program = new URL('programs/sharding.ts', import.meta.url);
  const run = await runRanks(ranks, program, { args: [checkpoint] });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const lines = run.stdout.trim().split('\n').toSorted();
  expect(lines).toHaveLength(ranks);
  return lines.map(line => JSON.parse(line.replace(/^rank \d+ /, '')) as Outcome);
}

describe.skipIf(noMpirun !== undefined)(`with mpirun (${noMpirun ?? 'found'})`, () => {
  test('an optimiser, an axis, a checkpoint that other numbers of ranks resume from', async () => {
    let before: Training | undefined;
    // x; the loss; the product that is added up.
    const whole = 4 * (12 * 3 + 1 + 12 * 2);
    for (const ranks of [2, 4]) {
      const all = await outcomes(ranks);
      const [first] = all;
      // As from an all-reduce, and on all ranks the same.
      expect(new Set(all.flatMap(({ whole, own }) => [whole.bits, own.bits])).size).toBe(1);
      // Three parameters: w1 of 24 cells, w2 of 16, b1 of 8.
      const kept = all.map(({ own }) => own.bytes).toSorted((a, b) => a - b);
      expect(kept).toEqual(ranks === 2 ? [4 * 24, 4 * 24] : [0, 4 * 8, 4 * 16, 4 * 24]);
      expect(first?.whole.bytes).toBe(4 * 48);
      for (const { resumed, axis } of all) {
        if (before) expect(resumed).toEqual({ step: 6, state: before.state });
        else expect(resumed.step).toBe(0);
        expect(axis.w1).toBe(first?.axis.w1);
        expect(axis.losses).toHaveLength(6);
        axis.losses.forEach((loss, n) => {
          expect(Math.abs(loss / (axis.alone[n] ?? NaN) - 1)).toBeLessThan(1e-5);
        });
        // w1, b1, w2, their momentum, and what the first part of the code leaves for the second.
        expect(axis.bytes - (4 * (2 * 48 + 12 * 8)) / ranks).toBe(whole);
      }
      before = first?.own;
    }
  }, 240_000);
});
