/** The examples on an emulated GPU learn what they learn by definition. */
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { placeWith } from '../cli/support.ts';

const { einc } = placeWith({});

interface Summary {
  readonly epochLosses?: readonly number[];
  /** Of each step. */
  readonly losses?: readonly number[];
  readonly accuracy?: number;
}

async function summaryOf(backend: string, name: string): Promise<Summary> {
  const file = resolve(`examples/${name}.ts`);
  const args = ['run', '--backend', backend, file, '--', '--epochs', '1', '--json'];
  const { code, stdout, stderr } = await einc(args);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Summary;
}

test.each(['moons', 'moons-parallel', 'moons-mpi'])(
  '%s, an epoch',
  { timeout: 60_000 },
  async name => {
    const [defined, emulated] = [
      await summaryOf('interp', name),
      await summaryOf('cuda-emulator', name),
    ];
    expect(emulated.accuracy).toBe(defined.accuracy);
    const [wanted, found] = [defined, emulated].map(s => s.losses ?? s.epochLosses ?? []);
    expect(wanted?.length).toBeGreaterThan(0);
    expect(found).toHaveLength(wanted?.length ?? 0);
    // Sums have another order there.
    found?.forEach((loss, i) => {
      expect(Math.abs(loss / (wanted?.[i] ?? NaN) - 1)).toBeLessThan(1e-4);
    });
  },
);
