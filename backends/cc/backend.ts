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
import { addsTwiceATurn, storesNarrowIntegers } from './sum-order.ts';

function onX64(flag: string): readonly string[] {
  return arch() === 'x64' ? [flag] : [];
}

/**
 * Our own pass decides contraction, so the compiler must not contract; NaN and infinity must survive, so
 * no fast-math. Integers wrap and arrays of different types may share memory, as in the loop IR.
 */
const always = [
  '-std=c99', // GNU dialects predefine `linux` and `unix` as macros
  '-march=native',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-ffp-contract=off',
  '-fwrapv',
  '-fno-strict-aliasing',
  // gcc 12 puts small arrays of leaf functions below the stack pointer (the red zone), and then assumes alignment
  // for some that are not aligned: storing a vector there crashes the process.
  ...onX64('-mno-red-zone'),
  // Lane-by-lane operations, such as a fused multiply-add, become one instruction of the vector's full width; with gcc's
  // default preference for Intel processors it would be two of half the width, joined through memory: 20 times slower.
  ...onX64('-mprefer-vector-width=512'),
];

/**
 * With `-O3` a routine of many small nests becomes one long piece of straight-line code. For each load, gcc then looks through up to a
 * thousand stores for the one that matters, which took a third of its time; a hundred find nearly all.
 */
const unscheduled = ['-O3', '--param=sccvn-max-alias-queries-per-access=100'];

/**
 * Code without a schedule is small, and fast with the complete unrolling of `-O3`. For
 * vectorised code that only does harm: it takes longer to compile, and tiles no longer fit the registers.
 */
export function flagsFor(programs: readonly Program[]): readonly string[] {
  const scheduled = [
    '-O2',
    '-ftree-vectorize',
    '-fvect-cost-model=dynamic',
    // gcc's heuristics consider all but the first iteration of a tile that it has unrolled unlikely, and so it
    // does not vectorise them.
    '-fno-guess-branch-probability',
  ];
  return [
    ...(programs.some(hasVectors) ? scheduled : unscheduled),
    ...(programs.some(addsTwiceATurn) ? ['-fno-tree-loop-vectorize'] : []),
    ...(programs.some(storesNarrowIntegers) ? ['-fno-tree-slp-vectorize'] : []),
    ...always,
  ];
}

/**
 * The functions of a long program are compiled by as many processes as there are processors, which takes half
 * the time on two. For a short program, splitting would take longer than compiling. The split depends only on the program.
 */
function sourcesOf(program: Program): readonly [source: string, ...others: string[]] {
  const functions = emitFunctions(program, c99);
  const source = asOneSource(functions);
  if (source.length < longText) return [source];
  const [first = source, ...others] = asSources(functions, c99, partLength);
  return [first, ...others];
}

/** About a second of compiling, and about half of one. */
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
   * Rejects with a `BackendError` if there is no C compiler. If the native runtime has to be built first, the first
   * compilation of a kernel waits for it, and reports its errors.
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
    // A broken compiler fails at both: the error is always reported for the runtime, whichever comes first.
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

  /** Divides the cores equally. */
  devices(count: number | 'all'): readonly BackendDevice[] {
    return partsOf(poolSize(), count).map(
      (part, i) => new NativeDevice(this.#late.native, `${this.name}:${i}`, part),
    );
  }

  /** A woken thread may preempt the caller, who then wakes the others late. */
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
