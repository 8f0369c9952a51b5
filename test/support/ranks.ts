/** Programs run as several ranks, by the `mpirun` of this machine. */
import { spawn, spawnSync } from 'node:child_process';
import { buildShim } from '../../backends/mpi/source.ts';
import { loadNative } from '../../backends/native/addon.ts';
import { builtProgram } from './built-program.ts';

const found = spawnSync('mpirun', ['--version'], { encoding: 'utf8' });

/** Why tests with real ranks are left out; undefined where they can run. */
export const noMpirun: string | undefined =
  found.status === 0 ? undefined : 'there is no mpirun on this machine';

/** What Open MPI wants to be told on machines of tests; other families start ranks as they are. */
const allowances = found.stdout.includes('Open MPI')
  ? ['--allow-run-as-root', '--oversubscribe']
  : [];

export interface RanksRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface RanksOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Told what the ranks print, while they run. */
  readonly onOutput?: (text: string) => void;
}

let prepared: Promise<unknown> | undefined;

/** Ranks that start together with nothing in the cache would all compile the same. */
export function prepareRanks(): Promise<unknown> {
  return (prepared ??= Promise.all([buildShim(), loadNative()]));
}

/** Runs `program`, of the test's folder. */
export async function runRanks(
  ranks: number,
  program: URL,
  { args = [], env = {}, onOutput }: RanksOptions = {},
): Promise<RanksRun> {
  await prepareRanks();
  const start = performance.now();
  const command = ['-n', String(ranks), process.execPath, builtProgram(program), ...args];
  const child = spawn('mpirun', [...allowances, ...command], {
    env: { ...process.env, EINC_TIMEOUT: '30', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    onOutput?.(chunk.toString());
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => {
      resolve({ code, stdout, stderr, seconds: (performance.now() - start) / 1000 });
    });
  });
}
