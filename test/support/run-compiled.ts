/** Runs many loop programs through one library of C: compiling is what takes the time. */
import { flagsFor } from '../../backends/cc/backend.ts';
import { c99 } from '../../backends/cc/dialect.ts';
import { emitParts, entryPoint } from '../../backends/clike/emit.ts';
import { loadNative } from '../../backends/native/addon.ts';
import { NativeBuffer } from '../../backends/native/buffer.ts';
import { compileLibrary } from '../../backends/native/compile.ts';
import { findCompiler } from '../../backends/native/compiler.ts';
import { openKernel } from '../../backends/native/kernel.ts';
import { NativeStream } from '../../backends/native/stream.ts';
import { arenaBytes } from '../../compiler/loop/arena.ts';
import { cellsOf } from '../../compiler/core/tensor-node.ts';
import type { AnyCells, Cells } from '../../compiler/core/cells.ts';
import type { Program } from '../../compiler/loop/ir.ts';
import type { Cache } from '../../runtime/cache.ts';
import { type Input, inputFor, symbolsFor } from './run-program.ts';
import { leftOver } from './shared-memory.ts';

/** What a program leaves in each array it is given when it starts from `input`. */
export type Run = (salt?: number, input?: Input) => ReadonlyMap<string, Cells>;

export async function compileAll(
  programs: readonly Program[],
  cache?: Cache,
): Promise<readonly Run[]> {
  const source = libraryOf(programs);
  const options = cache ? { cache } : {};
  const library = { name: 'programs', source, flags: flagsFor(programs) };
  const path = await compileLibrary(findCompiler(), library, options);
  const native = await loadNative();
  return programs.map((program, i) => (salt = 0, input = inputFor) => {
    const { params, scratch, symbols } = program;
    using stream = new NativeStream(native);
    using kernel = openKernel(native, path, `${entryPoint}_${i}`);
    const buffers = params.map(node => new NativeBuffer(native, node.dtype, cellsOf(node)));
    params.forEach((node, at) => buffers[at]?.write(input(node, salt)));
    using arena = new NativeBuffer(native, 'u8', arenaBytes(scratch));
    arena.write(new Uint8Array(arena.cells).fill(leftOver));
    using plan = stream.plan([
      {
        kernel: scratch.length > 0 ? kernel.bind(buffers, arena) : kernel.bind(buffers),
        symbols: symbols.map((_, at) => at),
      },
    ]);
    stream.run(plan, [...symbolsFor(program).values()]);
    const left = new Map<string, Cells>();
    buffers.forEach((buffer, at) => {
      const cells = buffer.read();
      left.set(params[at]?.name ?? '', numbersOf(cells));
      buffer[Symbol.dispose]();
    });
    return left;
  });
}

/** Of i64 and u64 the nearest doubles. */
function numbersOf(cells: AnyCells): Cells {
  const isWide = cells instanceof BigInt64Array || cells instanceof BigUint64Array;
  return isWide ? Float64Array.from(cells, Number) : cells;
}

/** The programs beside each other, each with an entry point of its own; what several need, once. */
function libraryOf(programs: readonly Program[]): string {
  const parts = programs.map((program, i) =>
    emitParts({ ...program, name: `program_${i}` }, c99, `${entryPoint}_${i}`),
  );
  const needs = new Set(parts.flatMap(part => part.needs));
  return [...needs, ...parts.map(part => part.text)].join('\n');
}
