/** Peak performance of the machine, measured by `machine.c` or `machine.cu`. */
import { execFileSync } from 'node:child_process';
import type { Case } from './benchmark.ts';
import { buildC } from './c-program.ts';
import { LineProcess } from './line-process.ts';
import type { Timed } from './measure.ts';

export interface Machine {
  /** Multiply-adds in f32, each two operations; of a GPU on its ordinary units. */
  readonly gflops: number;
  /** Between memory and processor, reading or reading and writing; of a GPU in copies. */
  readonly gbps: number;
  /**
   * Times the least that a step of a case takes, by its `flops` or `bytes`, at the moment of the call; undefined if neither bounds it. The
   * speed of a core that is shared with others changes within seconds. Not for GPUs, whose times have another clock.
   */
  readonly boundOf?: (given: Case) => Timed | undefined;
}

/** The processor; runs a process until it is disposed of. */
export class Cpu implements Machine, Disposable {
  readonly gflops: number;
  readonly gbps: number;
  readonly #process: LineProcess;

  private constructor(process: LineProcess, { gflops, gbps }: Machine) {
    this.#process = process;
    this.gflops = gflops;
    this.gbps = gbps;
  }

  /** Takes about two seconds; undefined without a C compiler. */
  static async measure(threads: number): Promise<Cpu | undefined> {
    using program = buildC('machine.c');
    if (!program) return undefined;
    const process = new LineProcess(program.path, [String(threads)]);
    return new Cpu(process, machineOf(await process.read()));
  }

  boundOf(given: Case): Timed | undefined {
    const bound = boundIn(given);
    if (!bound) return undefined;
    const { unit, amount } = bound;
    return async calls => Number(await this.#process.ask(`${unit} ${calls * amount}`));
  }

  [Symbol.dispose](): void {
    this.#process[Symbol.dispose]();
  }
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

/** What bounds a call: arithmetic, unless units do it that were not measured, or else memory. */
export function boundIn({
  flops,
  bytes,
  isNarrow = false,
  steps = 1,
}: Case): { readonly unit: 'operations' | 'bytes'; readonly amount: number } | undefined {
  if (flops !== undefined && !isNarrow) return { unit: 'operations', amount: flops * steps };
  return bytes === undefined ? undefined : { unit: 'bytes', amount: bytes * steps };
}

function machineOf(output: string): Machine {
  const [gflops = NaN, gbps = NaN] = output.split(' ').map(Number);
  return { gflops, gbps };
}
