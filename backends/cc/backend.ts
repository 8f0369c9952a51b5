/** The backend that compiles C with the user's compiler and runs it in this process. */
import { arch } from 'node:os';
import { arenaBytes, type DType, type Program, type Target } from '../../compiler/index.ts';
import { visitStmts } from '../../compiler/loop/traverse.ts';
import type {
  Backend,
  BackendDevice,
  CommandList,
  DeviceBuffer,
  Kernel,
  Stream,
  StreamCommand,
  Translated,
  Translator,
} from '../../runtime/backend.ts';
import { fileNameOf } from '../../runtime/index.ts';
import { asOneSource, asSources } from '../clike/apart.ts';
import { emit, emitFunctions, entryPoint } from '../clike/emit.ts';
import { loadNative } from '../native/addon.ts';
import { NativeBuffer } from '../native/buffer.ts';
import { NativeCommandList } from '../native/command-list.ts';
import { compileLibrary } from '../native/compile.ts';
import { type Compiler, findCompiler } from '../native/compiler.ts';
import { openKernel } from '../native/kernel.ts';
import { LateNative } from '../native/late.ts';
import { nativeTarget } from '../native/cpu.ts';
import { NativeDevice } from '../native/device.ts';
import { NativeStream } from '../native/stream.ts';
import { partsOf, poolSize } from '../native/threads.ts';
import { c99 } from './dialect.ts';
import { addsTwiceATurn } from './sum-order.ts';

function onX64(flag: string): readonly string[] {
  return arch() === 'x64' ? [flag] : [];
}

/**
 * Contraction is decided by our own pass, so the compiler may do none; NaN and infinity survive, so
 * no fast-math. Integers wrap and arrays of different types may share memory, as the loop IR says.
 */
const always = [
  '-std=c99', // GNU's dialects know `linux` and `unix` as numbers
  '-march=native',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-ffp-contract=off',
  '-fwrapv',
  '-fno-strict-aliasing',
  // gcc 12 puts small arrays of functions that call nothing below the stack pointer, and then takes
  // some for aligned that are not: storing a vector there ends the process.
  ...onX64('-mno-red-zone'),
  // What is done lane by lane, a fused multiply-add say, becomes one instruction of the vector's width; by what gcc
  // prefers for Intel's processors it would be two of half the width, put together in memory: 20 times slower.
  ...onX64('-mprefer-vector-width=512'),
];

/**
 * Code without a schedule is small, and fast when it is written out as a whole, as `-O3` does. In
 * code with vectors that does nothing but harm: it takes longer, and the tiles leave the registers.
 */
export function flagsFor(programs: readonly Program[]): readonly string[] {
  const scheduled = [
    '-O2',
    '-ftree-vectorize',
    '-fvect-cost-model=dynamic',
    // By its guess the turns of a tile that gcc has written out are rare, all but the first, and so it
    // makes no vectors of them.
    '-fno-guess-branch-probability',
  ];
  return [
    ...(programs.some(hasVectors) ? scheduled : ['-O3']),
    ...(programs.some(addsTwiceATurn) ? ['-fno-tree-loop-vectorize'] : []),
    ...always,
  ];
}

/**
 * The functions of a long program are compiled by as many processes as there are processors, which takes half
 * the time on two. To take a short program apart takes longer than to compile it. The parts depend on the program alone.
 */
function sourcesOf(program: Program): readonly [source: string, ...others: string[]] {
  const functions = emitFunctions(program, c99);
  const source = asOneSource(functions);
  if (source.length < longText) return [source];
  const [first = source, ...others] = asSources(functions, c99, partLength);
  return [first, ...others];
}

/** About a second's work, and about half of one. */
const [longText, partLength] = [50_000, 25_000];

function hasVectors({ body }: Program): boolean {
  let has = false;
  visitStmts(body, s => {
    has ||= s.kind === 'for' && s.mode === 'vector';
  });
  return has;
}

export class CcBackend implements Backend, Translator {
  readonly name = 'cc';
  readonly target: Target;
  readonly sharesMemory = true;
  readonly #compiler: Compiler;
  readonly #late: LateNative;

  /**
   * Rejects with a `BackendError` when there is no C compiler. Where the native runtime has to be made first, whoever
   * compiles a kernel waits for it, and is told what went wrong.
   */
  static async open(target = nativeTarget()): Promise<CcBackend> {
    const compiler = findCompiler();
    const late = new LateNative(loadNative(compiler));
    await late.unlessItTakesLong();
    return new CcBackend(target, compiler, late);
  }

  private constructor(target: Target, compiler: Compiler, late: LateNative) {
    this.target = target;
    this.#compiler = compiler;
    this.#late = late;
  }

  async ready(): Promise<void> {
    await this.#late.loaded;
  }

  source(program: Program): { readonly extension: string; readonly text: string } {
    return { extension: 'c', text: emit(program, c99) };
  }

  compile(program: Program): Promise<Kernel> {
    return this.build(this.translate(program));
  }

  get translator(): Translator {
    return this;
  }

  translate(program: Program): Translated {
    const { params, scratch, symbols } = program;
    const [source, ...others] = sourcesOf(program);
    return {
      name: fileNameOf(program.name),
      source,
      others,
      flags: flagsFor([program]),
      buffers: params.map(bufferOf),
      arenaBytes: arenaBytes(scratch),
      indices: symbols.length,
    };
  }

  async build(translated: Translated): Promise<Kernel> {
    const library = compileLibrary(this.#compiler, translated);
    // A compiler that does not work fails at both: what is told is about the runtime, whatever comes first.
    library.catch(() => undefined);
    const native = await this.#late.loaded;
    return openKernel(native, await library, entryPoint, translated);
  }

  allocate(dtype: DType, cells: number): DeviceBuffer {
    return new NativeBuffer(this.#late, dtype, cells);
  }

  openStream(): Stream {
    return new NativeStream(this.#late);
  }

  /** Of the cores, each an equal share. */
  devices(count: number | 'all'): readonly BackendDevice[] {
    return partsOf(poolSize(), count).map(
      (part, i) => new NativeDevice(this.#late.native, `${this.name}:${i}`, part),
    );
  }

  /** A thread that is woken may take the processor of the caller, who then wakes the others late. */
  together(queue: () => void): void {
    const { native } = this.#late;
    native.hold();
    try {
      queue();
    } finally {
      native.release();
    }
  }

  record(commands: readonly StreamCommand[]): CommandList {
    return new NativeCommandList(this.#late.native, commands);
  }

  [Symbol.dispose](): void {
    // The native part stays loaded for the life of the process.
  }
}

function bufferOf({ dtype, dims }: Program['params'][number]): { dtype: DType; cells: number } {
  return { dtype, cells: dims.reduce((cells, dim) => cells * dim, 1) };
}
