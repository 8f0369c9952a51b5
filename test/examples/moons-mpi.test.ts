/** The half-moons by several processes: the loss curve of one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noMpirun, prepareRanks } from '../support/ranks.ts';

const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const node = [process.execPath, 'cli/einc.js', 'run'];
const allowances = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
};

interface Outcome {
  readonly ranks: number;
  readonly start: number;
  readonly losses: readonly number[];
}

function trained(ranks: number, ...args: readonly string[]): Outcome {
  return printedBy(ranks, 'examples/moons-mpi.ts', args) as Outcome;
}

function printedBy(ranks: number, example: string, args: readonly string[]): unknown {
  const launcher = ranks === 1 ? [] : ['mpirun', '-n', String(ranks)];
  const [command = '', ...rest] = [...launcher, ...node, example, '--', '--json', ...args];
  const env = { ...process.env, ...allowances, EINC_TIMEOUT: '60' };
  return JSON.parse(execFileSync(command, rest, { encoding: 'utf8', env }));
}

describe.skipIf(noMpirun !== undefined)(`with mpirun (${noMpirun ?? 'found'})`, () => {
  beforeAll(prepareRanks);

  test('three processes, with shares of 4, 3 and 3 points, learn what one does', () => {
    const alone = trained(1, '--epochs', '10');
    const together = trained(3, '--epochs', '10');
    expect([alone.ranks, together.ranks]).toEqual([1, 3]);
    expect(together.losses).toHaveLength(800);
    // Of an epoch, since the loss of a batch may be zero.
    const epochs = ({ losses }: Outcome): readonly number[] =>
      Array.from({ length: 10 }, (_, e) =>
        losses.slice(80 * e, 80 * (e + 1)).reduce((sum, loss) => sum + loss, 0),
      );
    const own = epochs(alone);
    for (const [e, loss] of epochs(together).entries()) {
      expect(Math.abs(loss / (own[e] ?? NaN) - 1)).toBeLessThan(1e-5);
    }
  }, 60_000);

  test("four processes learn by the slides' algorithm what one device does", () => {
    const curve = (ranks: number, ...args: readonly string[]): readonly number[] => {
      const options = ['--epochs', '5', ...args];
      const printed = printedBy(ranks, 'examples/moons-parallel.ts', options);
      return (printed as { readonly epochLosses: readonly number[] }).epochLosses;
    };
    const own = curve(1, '--devices', '1');
    for (const [e, loss] of curve(4).entries()) {
      expect(Math.abs(loss / (own[e] ?? NaN) - 1)).toBeLessThan(1e-5);
    }
  }, 60_000);

  test('started again when it is done, it has nothing to do', () => {
    const file = ['--checkpoint', join(folder, 'run.safetensors'), '--epochs', '2'];
    expect(trained(2, ...file)).toMatchObject({ ranks: 2, start: 0 });
    expect(trained(2, ...file)).toEqual({ ranks: 2, start: 160, losses: [] });
    // One process goes on from what two have saved.
    expect(trained(1, ...file)).toEqual({ ranks: 1, start: 160, losses: [] });
  }, 60_000);
});
