/** Builds a `.cu` and its launcher into a library for the CPU: C++ with the emulator's header in front. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../../compiler/index.ts';
import type { Cache } from '../../runtime/cache.ts';
import type { CudaSource } from '../cuda/source.ts';
import { packageRoot } from '../native/addon.ts';
import { compileLibrary, type LibrarySource } from '../native/compile.ts';
import { type Compiler, findCompiler, type Language } from '../native/compiler.ts';
import { launcherOf } from './launcher.ts';

const cPlusPlus: Language = {
  name: 'C++',
  variable: 'EINC_CXX',
  usualCommands: ['c++', 'g++', 'clang++'],
  code: 'EINC0940',
  backend: 'cuda-emulator',
  debianPackages: 'g++',
};

/** Rejects with a `BackendError` when there is none. */
export function findCppCompiler(env = process.env): Compiler {
  return findCompiler(env, cPlusPlus);
}

const always = [
  ...['-x', 'c++', '-std=c++17', '-march=native', '-O1'],
  ...['-fvisibility=hidden', '-fno-exceptions', '-fno-rtti'],
  // As for C: the bits are those that the loops say. Integers do not wrap, since CUDA's compilers take it that they do not.
  ...['-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math'],
  '-fno-strict-aliasing',
  // A loop that becomes a call of `memset` could not be checked.
  '-fno-tree-loop-distribute-patterns',
  // Half of what `stack_bytes` in `fiber.h` gives.
  '-Werror=frame-larger-than=262144',
  ...['-include', 'emulator.h', '-lm'],
];

/** Places in the text are of use to a report alone. Of sanitizers the calls are wanted, not their libraries. */
const checked = [
  ...['-fsanitize=thread,signed-integer-overflow', '-DEINC_CHECKS=1', '-g1'],
  ...['-nodefaultlibs', '-lc', '-lgcc'],
];

export interface EmulatedLibrary {
  readonly name: string;
  readonly text: string;
  /** Whether what it does to memory is looked at. */
  readonly isChecked: boolean;
}

export function compileEmulated(
  compiler: Compiler,
  { name, text, isChecked }: EmulatedLibrary,
  options: { readonly cache?: Cache } = {},
): Promise<string> {
  const library: LibrarySource = {
    name,
    extension: 'cu',
    source: text,
    flags: [...always, ...(isChecked ? checked : [])],
    include: emulatorHeaders(),
  };
  return compileLibrary(compiler, library, options);
}

/** The source as it is, but for what C++ has no words for, and behind it what launches its kernels. */
export function emulatedText(program: Program, { text, steps }: CudaSource, entry: string): string {
  return [dynamicSharedAsMacro(text), launcherOf(program, steps, entry)].join('\n');
}

/** `extern __shared__ float x[];` may be no array of C++: nobody says how large it is. */
function dynamicSharedAsMacro(text: string): string {
  const declaration =
    /\bextern\s+__shared__\s+(?:__align__\((\d+)\)\s+)?([\w:]+(?:\s+\w+)*?)\s+(\w+)\[\];/g;
  return text.replaceAll(
    declaration,
    (_, alignment: string | undefined, type: string, name: string) =>
      `EINC_DYNAMIC_SHARED(${type}, ${name}, ${alignment ?? `alignof(${type})`});`,
  );
}

let headers: NonNullable<LibrarySource['include']> | undefined;

function emulatorHeaders(): NonNullable<LibrarySource['include']> {
  return (headers ??= readHeaders(join(packageRoot(), 'backends', 'cuda-emulator', 'include')));
}

function readHeaders(path: string): NonNullable<LibrarySource['include']> {
  const hash = createHash('sha256');
  for (const file of readdirSync(path).sort()) hash.update(readFileSync(join(path, file)));
  return { path, version: hash.digest('hex') };
}
