/** Ranks that are processes: what they do together is what `inProcess` defines, to the bit. */
import { describe, expect, test } from 'vitest';
import { slow } from '../native/support.ts';
import { noMpirun, runRanks } from '../../support/ranks.ts';

const program = (name: string): URL => new URL(`programs/${name}`, import.meta.url);

describe.skipIf(noMpirun !== undefined)(`with mpirun (${noMpirun ?? 'found'})`, () => {
  test.each(slow ? [1, 2, 3, 4, 5] : [2, 4])(
    '%i ranks: every collective, many dtypes and lengths',
    async ranks => {
      const run = await runRanks(ranks, program('collectives.ts'));
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(run.stdout)).toMatchObject({ rank: 0, size: ranks, wrong: [] });
    },
    120_000,
  );
});
