/** What the machine can do at most, by `machine.c`: what times are compared with. */
import { execFileSync } from 'node:child_process';
import { buildC } from './c-program.ts';

export interface Machine {
  /** Multiply-adds in f32, each two operations. */
  readonly gflops: number;
  /** Between memory and processor, reading or reading and writing. */
  readonly gbps: number;
}

/** Takes about two seconds; undefined without a C compiler. */
export function measureMachine(threads: number): Machine | undefined {
  using program = buildC('machine.c');
  if (!program) return undefined;
  const output = execFileSync(program.path, [String(threads)], { encoding: 'utf8' });
  const [gflops = NaN, gbps = NaN] = output.split(' ').map(Number);
  return { gflops, gbps };
}
