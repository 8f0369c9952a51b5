/** The peers that einc is compared with: programs in `peers/` that do the same work, if installed. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case, Peer } from './benchmark.ts';
import { buildC } from './c-program.ts';
import { LineProcess } from './line-process.ts';
import type { Timed } from './measure.ts';
import { launched } from './ranks.ts';

/** A Python with PyTorch or numpy, which runs all peers but those in C. */
export class PythonPeers implements Disposable {
  /** Such as `torch 2.6, numpy 2.1`. */
  readonly libraries: string;
  readonly #server: LineProcess;

  private constructor(server: LineProcess, libraries: string) {
    this.#server = server;
    this.libraries = libraries;
  }

  /** The first Python on the path that has PyTorch, else the first with numpy; undefined without one. */
  static async find(threads: number, device: 'cpu' | 'cuda'): Promise<PythonPeers | undefined> {
    let found: PythonPeers | undefined;
    for (const python of pythons()) {
      const peers = await PythonPeers.#start(python, threads, device);
      if (!peers) continue;
      found?.[Symbol.dispose]();
      found = peers;
      if (peers.libraries.includes('torch')) break;
    }
    return found;
  }

  static async #start(
    python: string,
    threads: number,
    device: 'cpu' | 'cuda',
  ): Promise<PythonPeers | undefined> {
    const count = String(threads);
    const env = {
      OMP_NUM_THREADS: count,
      OPENBLAS_NUM_THREADS: count,
      MKL_NUM_THREADS: count,
      PYTHONDONTWRITEBYTECODE: '1',
      // What a call frees is there for the next one: else a peer is timed on faults of fresh pages.
      MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
      MALLOC_TRIM_THRESHOLD_: String(2 ** 34),
    };
    const server = new LineProcess(python, [pathOf('serve.py'), count, device], env);
    try {
      return new PythonPeers(server, await server.read());
    } catch {
      server[Symbol.dispose]();
      return undefined;
    }
  }

  /** The ways in which the libraries do the work of a case: none, one or several. */
  async of(benchmark: string, { settings }: Case): Promise<readonly Peer[]> {
    if (settings === undefined) return [];
    const outcomes = (await this.#order({ benchmark, settings })) as Outcomes;
    return Object.entries(outcomes).map(([name, outcome]) => ({
      name,
      outcome,
      timed: async calls => Number(await this.#order({ name, calls })),
      peakBytes: async () => {
        const peak = await this.#order({ name, peakBytes: true });
        return typeof peak === 'number' ? peak : undefined;
      },
    }));
  }

  async #order(order: unknown): Promise<unknown> {
    const answer: unknown = JSON.parse(await this.#server.ask(JSON.stringify(order)));
    const failed = typeof answer === 'object' && answer !== null && 'error' in answer;
    if (failed) throw new Error(`a peer failed: ${String(answer.error)}`);
    return answer;
  }

  [Symbol.dispose](): void {
    this.#server[Symbol.dispose]();
  }
}

type Outcomes = Readonly<Record<string, readonly number[]>>;

/** Runs a peer in C while `use` has it: it prints its outcome, then for each count the seconds. */
export async function withC<T>(
  { c = '', ranks = 1, arguments: args = [] }: Case,
  use: (peers: readonly Peer[]) => Promise<T>,
): Promise<T> {
  using program = buildC(`peers/${c}`, ranks === 1 ? 'cc' : 'mpicc');
  if (!program) return await use([]);
  const command = ranks === 1 ? { path: program.path, args } : launched(ranks, program.path, args);
  using running = new LineProcess(command.path, command.args, 'env' in command ? command.env : {});
  const outcome = (await running.read()).split(' ').map(Number);
  const timed: Timed = async calls => Number(await running.ask(String(calls)));
  return await use([{ name: ranks === 1 ? 'plain C' : 'C, MPI_Allreduce', outcome, timed }]);
}

function pythons(): readonly string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map(folder => join(folder, 'python3')).filter(path => existsSync(path));
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(`peers/${file}`, import.meta.url));
}
