/** Ranks that die, at any moment: the others end in time, and a restart comes to the same bits. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readCheckpoint } from '../../../runtime/index.ts';
import { slow } from '../native/support.ts';
import { noMpirun, runRanks, type RanksRun } from '../../support/ranks.ts';

const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = new URL('programs/training.ts', import.meta.url);
const [ranks, steps, timeout] = [3, 60, 10];
const kills = slow ? 50 : 1;

function train(checkpoint: string, onOutput?: (text: string) => void): Promise<RanksRun> {
  const args = [checkpoint, String(steps)];
  const env = { EINC_TIMEOUT: String(timeout) };
  return runRanks(ranks, program, { args, env, ...(onOutput ? { onOutput } : {}) });
}

/** Kills one of the ranks some time after a number of checkpoints. */
function killer(rank: number, checkpoints: number, afterMs: number): (text: string) => void {
  const pids: number[] = [];
  let saved = 0;
  let isDone = false;
  const kill = (): void => {
    try {
      process.kill(pids[rank] ?? NaN, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  };
  return text => {
    pids.push(...Array.from(text.matchAll(/^pid (\d+)$/gm), ([, pid]) => Number(pid)));
    saved += Array.from(text.matchAll(/^saved /gm)).length;
    if (isDone || pids.length < ranks || saved < checkpoints) return;
    isDone = true;
    setTimeout(kill, afterMs);
  };
}

function endsOf({ stdout }: RanksRun): readonly string[] {
  return Array.from(stdout.matchAll(/ends with ([0-9a-f]+)/g), ([, bits = '']) => bits);
}

describe.skipIf(noMpirun !== undefined)(`with mpirun (${noMpirun ?? 'found'})`, () => {
  test(
    `killed ${kills} times: never a hang, never a broken checkpoint, always the same end`,
    async () => {
      const undisturbed = await train(join(folder, 'undisturbed'));
      expect(undisturbed).toMatchObject({ code: 0, stderr: '' });
      const [wanted, ...others] = endsOf(undisturbed);
      expect(wanted).toMatch(/^[0-9a-f]{200,}$/);
      expect(others).toEqual(Array(ranks - 1).fill(wanted));
      let [killed, resumed] = [0, 0];
      for (let k = 1; killed < kills; k++) {
        const checkpoint = join(folder, `run-${k}`);
        // Some before there is a checkpoint, most others while one may be written.
        const [after, ms] = [(k * 5) % 12, (k * 7919) % 23];
        const run = await train(checkpoint, killer(k % ranks, after, ms));
        expect(run.seconds, `run ${k}`).toBeLessThan(timeout + 20);
        if (run.code === 0) continue; // It was done before it could be killed.
        killed++;
        if (existsSync(checkpoint)) {
          const saved = await readCheckpoint(checkpoint);
          expect((saved?.step ?? 1) % 5).toBe(0);
          resumed++;
        }
        const again = await train(checkpoint);
        expect(again, `run ${k} again`).toMatchObject({ code: 0 });
        expect(endsOf(again)).toEqual(Array(ranks).fill(wanted));
      }
      expect(resumed).toBeGreaterThan(0);
    },
    100_000 + kills * 30_000,
  );
});
