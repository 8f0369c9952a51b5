/** Error messages for ranks that do not meet in a collective. */
import { BackendError, type UserError } from '../../compiler/index.ts';
import { disagreement, type Launch, printTerms, type Terms } from '../../runtime/index.ts';
import type { Greeting } from './order.ts';

/** A collective of this rank, and what the others had reported when it failed. */
export interface Attempt {
  readonly rank: number;
  readonly sequence: number;
  readonly terms: Terms;
  readonly about: string | undefined;
  readonly seconds: number;
  /** The ranks that did not arrive, or that called another operation. */
  readonly others: readonly number[];
  /** The last greeting of each rank. */
  readonly heard: readonly Greeting[];
}

export function tooLate({ sequence, terms, about, seconds, others, heard }: Attempt): BackendError {
  const who = others.length === 1 ? `rank ${others.join()} has` : `ranks ${others.join(', ')} have`;
  const number = terms.call === 'sendRecv' ? '' : `collective ${sequence}, `;
  const what = `${number}${printTerms(terms)}${about === undefined ? '' : ` (${about})`}`;
  return new BackendError({
    code: 'EINC0951',
    message: `${who} not come to ${what}, within ${seconds} s`,
    notes: others.map(rank => `rank ${rank} ${lastOf(heard[rank])}`),
    help: [
      'a rank that failed says why in its own log; one that hangs can be looked at with a debugger',
      'if it only takes long: EINC_TIMEOUT=600 waits for 600 s',
    ],
  });
}

function lastOf(heard: Greeting | undefined): string {
  if (!heard || heard.sequence === 0) return 'has come to none before';
  const { sequence, terms, routine, times } = heard;
  const run = routine === '' ? '' : `, after run ${times} of \`${routine}\``;
  return `came to collective ${sequence} last, ${printTerms(terms)}${run}`;
}

export function differing({ rank, sequence, terms, others, heard }: Attempt): UserError {
  const [other = 0] = others;
  const theirs = heard[other]?.terms ?? terms;
  return disagreement(sequence, [
    { rank, terms: printTerms(terms) },
    { rank: other, terms: printTerms(theirs) },
  ]);
}

export function brokenBefore(cause: Error): BackendError {
  return new BackendError(
    {
      code: 'EINC0953',
      message: 'the ranks have lost each other in an earlier collective',
      notes: [cause.message.split('\n')[0] ?? ''],
      help: ['end the program and start all ranks again, from the last checkpoint'],
    },
    { cause },
  );
}

export function noLibrary({ size, by }: Launch, tried: readonly string[]): BackendError {
  const launched = by === 'EINC_RANK' ? 'numbered by EINC_RANK' : `launched by ${by ?? 'nobody'}`;
  return new BackendError({
    code: 'EINC0950',
    message: `there are ${size} ranks, ${launched}, and no MPI library through which they could speak`,
    notes: tried,
    help: [
      'Debian/Ubuntu: sudo apt-get install --no-install-recommends openmpi-bin',
      'elsewhere: set EINC_MPI to the path of the libmpi.so that belongs to the launcher',
    ],
  });
}

/** The library does not see the ranks that the launcher has started. */
export function otherWorld(
  { rank, size, by }: Launch,
  library: {
    readonly path: string;
    readonly about: string;
    readonly rank: number;
    readonly size: number;
  },
): BackendError {
  const launcher = by ?? 'the launcher';
  return new BackendError({
    code: 'EINC0955',
    message: `${launcher} says this is rank ${rank} of ${size}, and ${library.path} says rank ${library.rank} of ${library.size}`,
    notes: [`the library is ${library.about}`],
    help: [
      'launcher and library are to be of one MPI: set EINC_MPI to the path of its libmpi.so',
      ...(by === 'Slurm' ? ['`srun --mpi=list` names what srun can speak: srun --mpi=pmix …'] : []),
      ...(by === 'EINC_RANK' ? ['EINC_RANK only numbers ranks; mpirun or srun connects them'] : []),
    ],
  });
}
