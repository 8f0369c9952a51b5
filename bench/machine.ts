/** Peak performance of the machine, measured by `machine.c` or `machine.cu`. */
import { execFileSync } from 'node:child_process';
import { buildC } from './c-program.ts';

export interface Machine {
  /** Multiply-adds in f32, each two operations; of a GPU on its ordinary units. */
  readonly gflops: number;
  /** Between memory and processor, reading or reading and writing; of a GPU in copies. */
  readonly gbps: number;
}

/** Takes about two seconds; undefined without a C compiler. */
export function measureMachine(threads: number): Machine | undefined {
  using program = buildC('machine.c');
  if (!program) return undefined;
  return machineOf(execFileSync(program.path, [String(threads)], { encoding: 'utf8' }));
}

/** The first GPU; undefined without one, or without nvcc. */
export function measureGpu(): Machine | undefined {
  using program = buildC('machine.cu', 'nvcc');
  if (!program) return undefined;
  try {
    return machineOf(execFileSync(program.path, { encoding: 'utf8', stdio: 'pipe' }));
  } catch {
    return undefined;
  }
}

function machineOf(output: string): Machine {
  const [gflops = NaN, gbps = NaN] = output.split(' ').map(Number);
  return { gflops, gbps };
}
