import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface BenchOptions {
  readonly threads: string;
  readonly json?: boolean;
  readonly quick?: boolean;
  readonly peers: boolean;
  readonly otherShapes?: boolean;
  readonly list?: boolean;
  /** Of its programs; on a GPU they have other sizes. */
  readonly backend?: string;
}

/**
 * Runs the benchmarks of `bench/`, which are a program like any other, in a process of its own: it
 * starts with the number of threads in its environment.
 */
export async function bench(names: readonly string[], options: BenchOptions): Promise<void> {
  const { threads, json, quick, peers, otherShapes, list, backend } = options;
  const path = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url));
  const args = [
    ...names,
    '--threads',
    threads,
    ...(json === true ? ['--json'] : []),
    ...(quick === true ? ['--quick'] : []),
    ...(peers ? [] : ['--no-peers']),
    ...(otherShapes === true ? ['--other-shapes'] : []),
    ...(list === true ? ['--list'] : []),
  ];
  const child = spawn(
    process.execPath,
    [path('cli/einc.js'), 'run', path('bench/main.ts'), '--', ...args],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        EINC_THREADS: threads,
        ...(backend === undefined ? {} : { EINC_BACKEND: backend }),
      },
    },
  );
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve(code ?? 1));
  });
}
