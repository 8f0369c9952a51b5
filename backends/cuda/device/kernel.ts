import { type DType, invariant } from '../../../compiler/index.ts';
import type { BoundKernel, DeviceBuffer, Kernel } from '../../../runtime/backend.ts';
import { Ownership } from '../../native/ownership.ts';
import type { Device } from '../driver/device.ts';
import type { Step } from '../steps.ts';
import { CudaBuffer } from './buffer.ts';
import { Module } from './module.ts';

/** A compiled routine. */
export interface CompiledSteps {
  readonly name: string;
  /** The code that the driver loads. */
  readonly image: Uint8Array;
  readonly steps: readonly Step[];
  readonly buffers: readonly { readonly dtype: DType; readonly cells: number }[];
  /** 0 for a routine without an arena. */
  readonly arenaBytes: number;
  readonly indices: number;
}

export class CudaKernel implements Kernel {
  readonly compiled: CompiledSteps;
  readonly #modules: Map<Device, Module>;
  readonly #ownership: Ownership;

  constructor(compiled: CompiledSteps) {
    const modules = new Map<Device, Module>();
    this.compiled = compiled;
    this.#modules = modules;
    this.#ownership = new Ownership(this, `kernel \`${compiled.name}\``, () =>
      modules.forEach(module => module.letGo()),
    );
  }

  bind(buffers: readonly DeviceBuffer[], arena?: DeviceBuffer): BoundKernel {
    this.#ownership.check();
    const { name, arenaBytes } = this.compiled;
    const own = buffers.map(buffer => this.#own(buffer));
    const wanted = this.compiled.buffers.map(describe).join(', ');
    const given = own.map(describe).join(', ');
    invariant(
      wanted === given,
      () => `kernel \`${name}\` takes (${wanted}) and was given (${given})`,
    );
    invariant(
      (arena?.bytes ?? 0) >= arenaBytes,
      () => `kernel \`${name}\` takes an arena of ${arenaBytes} bytes and was given less`,
    );
    const all = arena && arenaBytes > 0 ? [...own, this.#own(arena)] : own;
    return new CudaBoundKernel(this, all);
  }

  /** The code on a GPU, loaded on first use. */
  moduleOn(device: Device): Module {
    const known = this.#modules.get(device);
    if (known) return known;
    const module = new Module(device, this.compiled.name, this.compiled.image);
    this.#modules.set(device, module);
    return module;
  }

  #own(buffer: DeviceBuffer): CudaBuffer {
    invariant(buffer instanceof CudaBuffer, () => `a foreign buffer for \`${this.compiled.name}\``);
    return buffer;
  }

  /** Existing plans keep running. */
  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }
}

/** The `BoundKernel` of this backend. Keeps its kernel and buffers from being garbage-collected. */
export class CudaBoundKernel {
  readonly kernel: CudaKernel;
  /** The last one is the arena if the kernel takes one. */
  readonly buffers: readonly CudaBuffer[];

  constructor(kernel: CudaKernel, buffers: readonly CudaBuffer[]) {
    this.kernel = kernel;
    this.buffers = buffers;
  }
}

function describe({ dtype, cells }: { readonly dtype: DType; readonly cells: number }): string {
  return `${cells} ${dtype}`;
}
