/** The backend that runs the source that `../cuda` generates on the CPU, and checks its memory accesses. */
import { boundToGpu, type DType, gpu, type Program, type Target } from '../../compiler/index.ts';
import type {
  Backend,
  BackendDevice,
  DeviceBuffer,
  Kernel,
  Stream,
} from '../../runtime/backend.ts';
import { fileNameOf, settings } from '../../runtime/index.ts';
import { entryPoint } from '../clike/emit.ts';
import { type CudaSource, cudaSource } from '../cuda/source.ts';
import { loadNative, type Native } from '../native/addon.ts';
import { NativeBuffer } from '../native/buffer.ts';
import type { Compiler } from '../native/compiler.ts';
import { namedParts } from '../named-parts.ts';
import { NativeStream } from '../native/stream.ts';
import { EmulatedKernel } from './kernel.ts';
import { compileEmulated, emulatedText, findCppCompiler } from './library.ts';

export class CudaEmulatorBackend implements Backend {
  readonly name = 'cuda-emulator';
  readonly target: Target;
  readonly sharesMemory = true;
  readonly #compiler: Compiler;
  readonly #native: Native;

  /** Rejects with a `BackendError` when there is no C or C++ compiler, or it does not work. */
  static async open(target: Target = gpu): Promise<CudaEmulatorBackend> {
    const compiler = findCppCompiler();
    return new CudaEmulatorBackend(compiler, await loadNative(), target);
  }

  private constructor(compiler: Compiler, native: Native, target: Target) {
    this.target = target;
    this.#compiler = compiler;
    this.#native = native;
  }

  source(program: Program): { readonly extension: string; readonly text: string } {
    return { extension: 'cu', text: cudaSource(boundToGpu(program)).text };
  }

  compile(program: Program): Promise<Kernel> {
    const bound = boundToGpu(program);
    return this.compileSource(bound, cudaSource(bound));
  }

  /** For a program whose CUDA is written already; of the program its signature counts alone. */
  async compileSource(program: Program, source: CudaSource): Promise<Kernel> {
    const [native, compiler] = [this.#native, this.#compiler];
    const text = emulatedText(program, source, entryPoint);
    const isChecked = settings().checksEmulated;
    const library = await compileEmulated(compiler, {
      name: fileNameOf(program.name),
      ...{ text, isChecked },
    });
    const { steps } = source;
    return new EmulatedKernel({
      ...{ native, compiler, library, text, program, steps },
      entry: entryPoint,
    });
  }

  allocate(dtype: DType, cells: number): DeviceBuffer {
    return new NativeBuffer(this.#native, dtype, cells);
  }

  openStream(): Stream {
    return new NativeStream(this.#native);
  }

  devices(count: number | 'all'): readonly BackendDevice[] {
    return namedParts(this, count);
  }

  [Symbol.dispose](): void {
    // The native part stays loaded for the life of the process.
  }
}
