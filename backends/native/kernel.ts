import { type DType } from '../../compiler/core/dtype.ts';
import { type BackendError, invariant } from '../../compiler/index.ts';
import { type BoundKernel, type DeviceBuffer, type Kernel } from '../../runtime/backend.ts';
import { type KernelHandle, loadError, type Native } from './addon.ts';
import { NativeBuffer } from './buffer.ts';
import { Ownership } from './ownership.ts';

/** The parameters of a kernel's C function. C cannot check them, so binding and planning do. */
export interface Signature {
  readonly buffers: readonly { readonly dtype: DType; readonly cells: number }[];
  /** Size of the arena; 0 or omitted for a kernel without one. */
  readonly arenaBytes?: number;
  readonly indices: number;
}

/** Explains a kernel's return code; undefined if there is nothing to add to the code. */
export type ExplainFailure = (code: number) => BackendError | undefined;

/** The function `symbol` of a library. Without a signature its arguments are not checked. */
export function openKernel(
  native: Native,
  libraryPath: string,
  symbol: string,
  signature?: Signature,
  explainFailure?: ExplainFailure,
): NativeKernel {
  return new NativeKernel(native, libraryPath, symbol, signature, explainFailure);
}

export class NativeKernel implements Kernel {
  readonly symbol: string;
  readonly signature: Signature | undefined;
  readonly explainFailure: ExplainFailure | undefined;
  readonly #handle: KernelHandle;
  readonly #ownership: Ownership;

  constructor(
    native: Native,
    libraryPath: string,
    symbol: string,
    signature?: Signature,
    explainFailure?: ExplainFailure,
  ) {
    const { library, kernel } = open(native, libraryPath, symbol);
    this.symbol = symbol;
    this.signature = signature;
    this.explainFailure = explainFailure;
    this.#handle = kernel;
    this.#ownership = new Ownership(this, `kernel \`${symbol}\``, () => native.close(library));
  }

  /** For plans. Throws after disposal. */
  get handle(): KernelHandle {
    this.#ownership.check();
    return this.#handle;
  }

  bind(buffers: readonly DeviceBuffer[], arena?: DeviceBuffer): BoundKernel {
    this.#ownership.check();
    const own = buffers.map(buffer => this.#own(buffer));
    const wanted = this.signature?.buffers.map(describe).join(', ');
    const given = own.map(describe).join(', ');
    invariant(
      wanted === undefined || wanted === given,
      () => `kernel \`${this.symbol}\` takes (${wanted ?? ''}) and was given (${given})`,
    );
    const least = this.signature?.arenaBytes ?? 0;
    invariant(
      (arena?.bytes ?? 0) >= least,
      () => `kernel \`${this.symbol}\` takes an arena of ${least} bytes and was given less`,
    );
    const bound: object = new NativeBoundKernel(this, arena ? [...own, this.#own(arena)] : own);
    return bound;
  }

  #own(buffer: DeviceBuffer): NativeBuffer {
    invariant(buffer instanceof NativeBuffer, () => `a foreign buffer for \`${this.symbol}\``);
    return buffer;
  }

  /** Existing plans keep running. */
  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }
}

/** The `BoundKernel` of this backend. Keeps its kernel and buffers from being garbage-collected. */
export class NativeBoundKernel {
  readonly kernel: NativeKernel;
  /** The last one is the arena if the kernel takes one. */
  readonly buffers: readonly NativeBuffer[];

  constructor(kernel: NativeKernel, buffers: readonly NativeBuffer[]) {
    this.kernel = kernel;
    this.buffers = buffers;
  }
}

function open(native: Native, path: string, symbol: string) {
  try {
    const library = native.open(path);
    try {
      return { library, kernel: native.kernel(library, symbol) };
    } catch (error) {
      native.close(library);
      throw error;
    }
  } catch (cause) {
    throw loadError(`kernel \`${symbol}\``, cause);
  }
}

function describe({ dtype, cells }: { readonly dtype: DType; readonly cells: number }): string {
  return `${cells} ${dtype}`;
}
