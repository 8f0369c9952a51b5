/** A rank that does not come is named, with what it did last, and the job ends in time. */
import { describe, expect, test } from 'vitest';
import { slow } from '../native/support.ts';
import { noMpirun, runRanks } from '../../support/ranks.ts';

const program = new URL('programs/missing.ts', import.meta.url);
const seconds = 2;

/** What rank 0 and rank 2 say, each error once. */
function saidIn(stderr: string): readonly string[] {
  const errors = stderr.match(/^.*error\[EINC\d+\](?:.*\n)(?: += .*\n)*/gm) ?? [];
  return [...new Set(errors)].toSorted();
}

async function missing(what: string): Promise<readonly string[]> {
  const env = { EINC_TIMEOUT: String(seconds) };
  const run = await runRanks(3, program, { args: [what], env });
  expect(run.code).not.toBe(0);
  // To start, to wait, and for mpirun to end what is left.
  expect(run.seconds).toBeLessThan(seconds + 25);
  return saidIn(run.stderr.replaceAll(/^ +(?== )/gm, '  '));
}

const help = `  = help: all ranks call the same functions in the same order, with arrays of the same size
`;

function differing(...ranks: readonly (readonly [rank: number, call: string])[]): string {
  const notes = ranks.map(([rank, call]) => `  = note: rank ${rank} came to ${call}\n`).join('');
  const message = 'the ranks do not do the same: they differ in collective 3';
  return `UserError: error[EINC0952]: ${message}\n${notes}${help}`;
}

describe.skipIf(noMpirun !== undefined)(`with mpirun (${noMpirun ?? 'found'})`, () => {
  test('a rank that was stopped', async () => {
    expect(await missing('stops')).toMatchInlineSnapshot(`
      [
        "BackendError: error[EINC0951]: rank 1 has not come to collective 3, \`allReduce\` of 3 f32 (w), within 2 s
        = note: rank 1 came to collective 2 last, \`allReduce\` of 3 f32, after run 2 of \`w_forward\`
        = help: a rank that failed says why in its own log; one that hangs can be looked at with a debugger
        = help: if it only takes long: EINC_TIMEOUT=600 waits for 600 s
      ",
      ]
    `);
  }, 60_000);

  test('a rank that has died takes the others along', async () => {
    expect(await missing('dies')).toEqual([]);
  }, 60_000);

  test('a rank that does something else', async () => {
    const reduces = '`allReduce` of 3 f32';
    const casts = '`broadcast` of 3 f32, from rank 0';
    const said = await missing('differs');
    expect(said.length).toBeGreaterThan(0);
    // Who speaks first ends the job, and maybe the others before they can.
    expect([
      differing([0, reduces], [1, casts]),
      differing([1, casts], [2, reduces]),
      differing([2, reduces], [1, casts]),
    ]).toEqual(expect.arrayContaining([...said]));
  }, 60_000);

  test.runIf(slow)(
    'a rank that computes for ever',
    async () => {
      expect((await missing('loops')).join()).toContain('rank 1 has not come to collective 3');
    },
    60_000,
  );

  test.runIf(slow)(
    'a rank that throws',
    async () => {
      expect(await missing('throws')).toEqual([]);
    },
    60_000,
  );

  test.runIf(slow)(
    'a rank that is done before the others',
    async () => {
      expect((await missing('leaves')).join()).toContain('rank 1 came to the end of its program');
    },
    60_000,
  );
});
