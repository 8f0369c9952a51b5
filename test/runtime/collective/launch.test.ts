/** What launchers say, in variables as they are found under each. */
import { expect, test } from 'vitest';
import { launchOf, timeoutOf } from '../../../runtime/index.ts';

const openMpi = {
  OMPI_COMM_WORLD_RANK: '5',
  OMPI_COMM_WORLD_SIZE: '8',
  OMPI_COMM_WORLD_LOCAL_RANK: '1',
  OMPI_COMM_WORLD_LOCAL_SIZE: '4',
  PMIX_RANK: '5',
};
const mpich = { PMI_RANK: '1', PMI_SIZE: '2', MPI_LOCALRANKID: '0', MPI_LOCALNRANKS: '1' };
const slurm = {
  SLURM_PROCID: '3',
  SLURM_NTASKS: '5',
  SLURM_STEP_NUM_TASKS: '5',
  SLURM_LOCALID: '1',
  SLURM_STEP_TASKS_PER_NODE: '2(x2),1',
};
const script = { SLURM_PROCID: '0', SLURM_NTASKS: '8', SLURM_LOCALID: '0' };

test.each<[string, Record<string, string>, ReturnType<typeof launchOf>]>([
  ['nobody', {}, { rank: 0, size: 1, localRank: 0, localSize: 1, by: undefined }],
  ['Open MPI', openMpi, { rank: 5, size: 8, localRank: 1, localSize: 4, by: 'Open MPI' }],
  ['MPICH', mpich, { rank: 1, size: 2, localRank: 0, localSize: 1, by: 'MPICH' }],
  ['srun', slurm, { rank: 3, size: 5, localRank: 1, localSize: 2, by: 'Slurm' }],
  [
    'a script of sbatch, which is no rank',
    script,
    { rank: 0, size: 1, localRank: 0, localSize: 1, by: undefined },
  ],
  [
    'mpirun in a job of Slurm',
    { ...slurm, ...openMpi },
    { rank: 5, size: 8, localRank: 1, localSize: 4, by: 'Open MPI' },
  ],
  [
    'the user, before all others; what is on the machine the launcher knows',
    { ...openMpi, EINC_RANK: '2', EINC_WORLD: '3' },
    { rank: 2, size: 3, localRank: 1, localSize: 4, by: 'EINC_RANK' },
  ],
  [
    'the user alone',
    { EINC_RANK: '2', EINC_WORLD: '3' },
    { rank: 2, size: 3, localRank: 2, localSize: 3, by: 'EINC_RANK' },
  ],
])('%s', (_, env, expected) => expect(launchOf(env)).toEqual(expected));

test.each<[Record<string, string>, string]>([
  [{ EINC_RANK: '1' }, '$EINC_RANK is set and $EINC_WORLD is not'],
  [{ EINC_WORLD: '2' }, '$EINC_WORLD is set and $EINC_RANK is not'],
  [{ EINC_RANK: '2', EINC_WORLD: '2' }, '$EINC_RANK is 2 and $EINC_WORLD is 2'],
  [{ EINC_RANK: 'one', EINC_WORLD: '2' }, '$EINC_RANK is `one`, which is no number of ranks'],
  [{ EINC_TIMEOUT: 'long' }, '$EINC_TIMEOUT is `long`, which is no number of seconds'],
  [{ EINC_TIMEOUT: '0' }, '$EINC_TIMEOUT is `0`, which is no number of seconds'],
])('%j', (env, message) => {
  expect(() => [launchOf(env), timeoutOf(env)]).toThrow(`error[EINC0954]: ${message}`);
});

test('a rank waits three minutes, or as the environment says', () => {
  expect([timeoutOf({}), timeoutOf({ EINC_TIMEOUT: '2.5' })]).toEqual([180, 2.5]);
});
