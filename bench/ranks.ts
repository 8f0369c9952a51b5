/** Programs run as several processes. */

export interface Command {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What Open MPI asks for on machines with fewer cores than ranks, and in containers; others ignore it. */
const allowances = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
};

export function launched(ranks: number, path: string, args: readonly string[]): Command {
  return { path: 'mpirun', args: ['-n', String(ranks), path, ...args], env: allowances };
}
