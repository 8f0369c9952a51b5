/** Which of how many processes this one is, as whoever launched it says in its environment. */
import { UserError } from '../../compiler/index.ts';

export interface Launch {
  readonly rank: number;
  /** How many ranks there are; 1 without a launcher. */
  readonly size: number;
  /** Which of the ranks on this machine, and how many these are. */
  readonly localRank: number;
  readonly localSize: number;
  /** The launcher that provided these numbers. */
  readonly by: LauncherName | undefined;
}

export type LauncherName = 'EINC_RANK' | 'Open MPI' | 'MPICH' | 'Slurm';

type Environment = Readonly<Record<string, string | undefined>>;

interface Launcher {
  readonly name: LauncherName;
  readonly rank: string;
  readonly size: string;
  readonly localRank: string;
  readonly localSize: string;
}

/**
 * The variables of each, the more certain first: what a user says goes before all, and `mpirun` inside
 * a job of Slurm sees the variables of both.
 */
const launchers: readonly Launcher[] = [
  {
    name: 'EINC_RANK',
    rank: 'EINC_RANK',
    size: 'EINC_WORLD',
    localRank: 'EINC_LOCAL_RANK',
    localSize: 'EINC_LOCAL_WORLD',
  },
  {
    name: 'Open MPI',
    rank: 'OMPI_COMM_WORLD_RANK',
    size: 'OMPI_COMM_WORLD_SIZE',
    localRank: 'OMPI_COMM_WORLD_LOCAL_RANK',
    localSize: 'OMPI_COMM_WORLD_LOCAL_SIZE',
  },
  {
    name: 'MPICH',
    rank: 'PMI_RANK',
    size: 'PMI_SIZE',
    localRank: 'MPI_LOCALRANKID',
    localSize: 'MPI_LOCALNRANKS',
  },
  {
    name: 'Slurm',
    rank: 'SLURM_PROCID',
    size: 'SLURM_STEP_NUM_TASKS',
    localRank: 'SLURM_LOCALID',
    localSize: 'SLURM_STEP_TASKS_PER_NODE',
  },
];

export const alone: Launch = { rank: 0, size: 1, localRank: 0, localSize: 1, by: undefined };

/** Throws a `UserError` for variables that contradict each other. */
export function launchOf(env: Environment = process.env): Launch {
  const found = launchers.filter(({ name, rank, size }) => {
    const [hasRank, hasSize] = [rank, size].map(variable => isSet(env, variable));
    // A batch script of Slurm has a rank number although it is not a rank of a step.
    if (hasRank === true && hasSize === true) return true;
    if (name === 'EINC_RANK' && (hasRank === true || hasSize === true)) {
      const [is, lacks] = hasRank === true ? [rank, size] : [size, rank];
      throw wrong(`$${is} is set and $${lacks} is not`);
    }
    return false;
  });
  const [launcher] = found;
  if (!launcher) return alone;
  const rank = naturalOf(env, launcher.rank);
  const size = naturalOf(env, launcher.size);
  if (rank >= size) throw wrong(`$${launcher.rank} is ${rank} and $${launcher.size} is ${size}`);
  // About this machine the launcher knows more than whoever numbered the ranks.
  const local = found.find(({ localRank }) => isSet(env, localRank));
  const localRank = local ? naturalOf(env, local.localRank) : rank;
  const said = local && isSet(env, local.localSize) ? naturalOf(env, local.localSize) : size;
  return { rank, size, localRank, localSize: Math.max(1, said), by: launcher.name };
}

function isSet(env: Environment, variable: string): boolean {
  return (env[variable] ?? '') !== '';
}

function naturalOf(env: Environment, variable: string): number {
  const text = env[variable] ?? '';
  // Slurm writes `4(x2),1` for four on each of two machines and one on another.
  const digits = /^(\d{1,9})(\(x\d+\))?(,.*)?$/.exec(text)?.[1];
  if (digits === undefined) throw wrong(`$${variable} is \`${text}\`, which is no number of ranks`);
  return Number(digits);
}

function wrong(message: string): UserError {
  return new UserError({
    code: 'EINC0954',
    message,
    help: [
      'start the program with mpirun, srun or mpiexec, which number the ranks',
      'or set EINC_RANK, from 0 on, and EINC_WORLD, how many there are',
    ],
  });
}

/** How long a rank waits for the others: minutes, for they may be compiling. */
const defaultSeconds = 180;

/** `$EINC_TIMEOUT`, in seconds. Throws a `UserError` for what is no time. */
export function timeoutOf(env: Environment = process.env): number {
  const text = env['EINC_TIMEOUT'] ?? '';
  if (text === '') return defaultSeconds;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (seconds > 0 && seconds <= 1e8) return seconds;
  throw new UserError({
    code: 'EINC0954',
    message: `$EINC_TIMEOUT is \`${text}\`, which is no number of seconds`,
    help: ['say how long a rank may keep the others waiting: EINC_TIMEOUT=600'],
  });
}
