/** The backend that compiles CUDA and runs it on an NVIDIA GPU. */
import { arenaBytes, type DType, type Program, type Target } from '../../compiler/index.ts';
import type { Backend, DeviceBuffer, Kernel } from '../../runtime/backend.ts';
import { fileNameOf, settings } from '../../runtime/index.ts';
import {
  type Architecture,
  architectureOf,
  parseArchitecture,
  targetFor,
} from './compiler/architecture.ts';
import { compileCuda } from './compiler/compile.ts';
import { type CudaCompiler, findCudaCompiler } from './compiler/find.ts';
import { CudaDevice } from './device/device.ts';
import { CudaKernel } from './device/kernel.ts';
import type { CudaStream } from './device/stream.ts';
import { devicesOf } from './driver/device.ts';
import { Driver, type Environment } from './driver/driver.ts';
import type { Step } from './steps.ts';

export interface CudaOptions {
  /** The GPU's number, as the driver counts. */
  readonly ordinal: number;
  readonly target: Target;
  /** The source of a program's kernels, and the steps that run them. */
  readonly source: (program: Program) => { readonly text: string; readonly steps: readonly Step[] };
  /** The architecture to compile for, instead of that GPU's. */
  readonly architecture?: string | undefined;
  readonly env?: Environment;
}

export class CudaBackend implements Backend {
  readonly name = 'cuda';
  readonly target: Target;
  /** Whether kernels on one GPU can be bound to arrays of another. */
  readonly sharesMemory = false;
  readonly #driver: Driver;
  readonly #compiler: CudaCompiler;
  readonly #architecture: Architecture;
  readonly #sourceOf: CudaOptions['source'];
  readonly #own: CudaDevice;

  /**
   * Throws a `BackendError` if there is no driver, GPU or compiler, and a `UserError` for an
   * invalid architecture.
   */
  constructor({
    ordinal,
    target,
    source,
    architecture: chosen = settings().architecture ?? '',
    env = process.env,
  }: CudaOptions) {
    const architecture = chosen === '' ? undefined : parseArchitecture(chosen);
    const driver = Driver.open(env);
    const compiler = findCudaCompiler(env);
    this.#driver = driver;
    this.#compiler = compiler;
    this.#sourceOf = source;
    this.#own = new CudaDevice(driver, this.name, ordinal);
    const { capability } = this.#own.device.properties;
    this.#architecture = architecture ?? architectureOf(capability, compiler.majorVersion);
    this.target = targetFor(this.#architecture, target);
  }

  source(program: Program): { readonly extension: string; readonly text: string } {
    return { extension: 'cu', text: this.#sourceOf(program).text };
  }

  async compile(program: Program): Promise<Kernel> {
    const { name, params, scratch, symbols } = program;
    const { text, steps } = this.#sourceOf(program);
    const source = { name: fileNameOf(name), text, architecture: this.#architecture };
    return new CudaKernel({
      name,
      image: await compileCuda(this.#compiler, source),
      steps,
      buffers: params.map(bufferOf),
      arenaBytes: arenaBytes(scratch),
      indices: symbols.length,
    });
  }

  allocate(dtype: DType, cells: number): DeviceBuffer {
    return this.#own.allocate(dtype, cells);
  }

  openStream(): CudaStream {
    return this.#own.openStream();
  }

  /** The GPUs of the machine; if more are requested than exist, some are used more than once. */
  devices(count: number | 'all'): readonly CudaDevice[] {
    const present = devicesOf(this.#driver).length;
    return Array.from(
      { length: count === 'all' ? present : count },
      (_, i) => new CudaDevice(this.#driver, `${this.name}:${i}`, i % present),
    );
  }

  /** Waits for queued work, and releases everything created here. */
  [Symbol.dispose](): void {
    this.#own[Symbol.dispose]();
  }
}

function bufferOf({ dtype, dims }: Program['params'][number]): { dtype: DType; cells: number } {
  return { dtype, cells: dims.reduce((cells, dim) => cells * dim, 1) };
}
