import { arenaBytes, type Program } from '../../compiler/index.ts';
import { cellsOf } from '../../compiler/core/tensor-node.ts';
import type { BoundKernel, DeviceBuffer, Kernel } from '../../runtime/backend.ts';
import type { Step } from '../cuda/steps.ts';
import type { Native } from '../native/addon.ts';
import { NativeBuffer } from '../native/buffer.ts';
import type { Compiler } from '../native/compiler.ts';
import { type NativeKernel, openKernel, type Signature } from '../native/kernel.ts';
import { launchesOf } from './launcher.ts';
import { lineAt } from './places.ts';
import { errorOf, reportCells } from './report.ts';

/** A routine in a library that `library.ts` has built. */
export interface Emulated {
  readonly native: Native;
  readonly compiler: Compiler;
  readonly library: string;
  readonly entry: string;
  /** What was compiled, for reports to quote. */
  readonly text: string;
  readonly program: Program;
  readonly steps: readonly Step[];
}

export class EmulatedKernel implements Kernel {
  readonly #kernel: NativeKernel;
  /** Not disposed of with the kernel, whose plans may still run: it goes when nobody knows them. */
  readonly #report: NativeBuffer;

  constructor(emulated: Emulated) {
    const { native, library, entry } = emulated;
    const report = new NativeBuffer(native, 'i64', reportCells);
    const explain = (): ReturnType<typeof errorOf> =>
      errorOf(Array.from(report.read(), Number), reported(emulated));
    this.#kernel = openKernel(native, library, entry, signatureOf(emulated.program), explain);
    this.#report = report;
  }

  bind(buffers: readonly DeviceBuffer[], arena?: DeviceBuffer): BoundKernel {
    return this.#kernel.bind([...buffers, this.#report], arena);
  }

  [Symbol.dispose](): void {
    this.#kernel[Symbol.dispose]();
  }
}

function reported({
  program,
  steps,
  text,
  library,
  compiler,
}: Emulated): Parameters<typeof errorOf>[1] {
  return {
    program,
    launches: launchesOf(steps),
    lines: text.split('\n'),
    lineAt: place => lineAt(library, place, compiler),
  };
}

function signatureOf({ params, scratch, symbols }: Program): Signature {
  const buffers = params.map(node => ({ dtype: node.dtype, cells: cellsOf(node) }));
  return {
    buffers: [...buffers, { dtype: 'i64', cells: reportCells }],
    arenaBytes: arenaBytes(scratch),
    indices: symbols.length,
  };
}
