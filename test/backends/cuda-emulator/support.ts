/** Runs CUDA that is written by hand, on arrays that are given by name. */
import type { Dim3, Step } from '../../../backends/cuda/steps.ts';
import { EmulatedKernel } from '../../../backends/cuda-emulator/kernel.ts';
import {
  compileEmulated,
  emulatedText,
  findCppCompiler,
} from '../../../backends/cuda-emulator/library.ts';
import { loadNative } from '../../../backends/native/addon.ts';
import { NativeBuffer } from '../../../backends/native/buffer.ts';
import { NativeStream } from '../../../backends/native/stream.ts';
import { cellsOf } from '../../../compiler/core/tensor-node.ts';
import { type AnyCells, parseProgram, type Program, type Value } from '../../../compiler/index.ts';
import { noCppCompiler } from '../../support/cpp-compiler.ts';

export interface HandWritten {
  /** Of its function, which takes all arrays, in order. */
  readonly name: string;
  readonly text: string;
  /** As in the text of a loop program: `x: f32[4], y: f32`. */
  readonly device: string;
  readonly grid?: number | Dim3;
  readonly block?: number | Dim3;
  readonly sharedBytes?: number;
}

export type Arrays = Readonly<Record<string, ArrayLike<Value>>>;

/** What is left in each array; those that nothing is given for begin with zeros. */
export type Run = (given?: Arrays) => Readonly<Record<string, AnyCells>>;

/** All in one library: starting the compiler is what takes the time. None where there is no compiler. */
export async function compileByHand(
  kernels: readonly HandWritten[],
  { isChecked = true, findCompiler = findCppCompiler } = {},
): Promise<ReadonlyMap<string, Run>> {
  if (noCppCompiler !== undefined) return new Map();
  const [native, compiler] = [await loadNative(), findCompiler()];
  const parts = kernels.map((kernel, i) => {
    const program = parseProgram(`${kernel.name}(): device ${kernel.device};`);
    const steps = [stepOf(program, kernel)];
    return { program, steps, entry: `einc_run_${i}`, text: kernel.text };
  });
  const texts = parts.map(({ program, text, steps, entry }) => {
    return `#line 1 "${program.name}.cu"\n${emulatedText(program, { text, steps }, entry)}`;
  });
  const text = texts.join('\n');
  const library = await compileEmulated(compiler, { name: 'by_hand', text, isChecked });
  const runs = parts.map(({ program, ...part }) => {
    const run: Run = (given = {}) => {
      using kernel = new EmulatedKernel({ ...part, native, compiler, library, program });
      using stream = new NativeStream(native);
      const buffers = program.params.map(node => {
        const buffer = new NativeBuffer(native, node.dtype, cellsOf(node));
        const values = given[node.name];
        if (values) buffer.write(values);
        return buffer;
      });
      using plan = stream.plan([{ kernel: kernel.bind(buffers), symbols: [] }]);
      stream.run(plan, []);
      const left = buffers.map((buffer, i) => [program.params[i]?.name, buffer.read()] as const);
      return Object.fromEntries(left) as Readonly<Record<string, AnyCells>>;
    };
    return [program.name, run] as const;
  });
  return new Map(runs);
}

function stepOf(program: Program, kernel: HandWritten): Step {
  const { name, grid = 1, block = 1, sharedBytes = 0 } = kernel;
  return {
    kind: 'launch',
    kernel: name,
    grid: dimensions(grid),
    block: dimensions(block),
    sharedBytes,
    args: program.params.map((_, position) => ({ kind: 'argument', position })),
    origins: [],
  };
}

function dimensions(size: number | Dim3): Dim3 {
  return typeof size === 'number' ? [size, 1, 1] : size;
}

/** `length` values, each from its place. */
export function cells(length: number, value: (i: number) => number = i => i): number[] {
  return Array.from({ length }, (_, i) => value(i));
}
