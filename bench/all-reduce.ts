/** The sum of an array over ranks, as between backprop and update. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Case, Subject } from './benchmark.ts';
import { LineProcess } from './line-process.ts';
import { launched } from './ranks.ts';

export const allReduce: Benchmark = {
  name: 'all-reduce',
  about: 'sum of an f32 array over processes, by MPI',
  cases: hasMpirun() ? [caseOf(2, 2 ** 24), caseOf(2, 2 ** 16), caseOf(4, 2 ** 24)] : [],
};

function hasMpirun(): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some(folder => existsSync(join(folder, 'mpirun')));
}

function caseOf(ranks: number, bytes: number): Case {
  const size = bytes >= 2 ** 20 ? `${bytes / 2 ** 20} MB` : `${bytes / 2 ** 10} KB`;
  return {
    name: `${size}, ${ranks} ranks`,
    c: 'all-reduce.c',
    ranks,
    arguments: [String(bytes / 4)],
    bytes,
    within: { relative: 1e-6 },
    prepare: () => summing(ranks, bytes / 4),
  };
}

const einc = fileURLToPath(new URL('../cli/einc.js', import.meta.url));
const program = fileURLToPath(new URL('programs/all-reduce.ts', import.meta.url));

/** The ranks are processes of their own, which the first of them speaks for. */
async function summing(ranks: number, cells: number): Promise<Subject> {
  const command = launched(ranks, process.execPath, [einc, 'run', program, String(cells)]);
  const running = new LineProcess(command.path, command.args, command.env);
  const outcome = (await running.read()).split(' ').map(Number);
  return {
    call: () => {
      throw new Error('ranks are timed by themselves');
    },
    timed: async calls => Number(await running.ask(String(calls))),
    outcome: () => outcome,
    [Symbol.dispose]: () => running[Symbol.dispose](),
  };
}
