import { BackendError, parseProgram } from '../compiler/index.ts';
import { cacheFolder } from '../runtime/cache.ts';
import { CcBackend } from './cc/backend.ts';
import { findCppCompiler } from './cuda-emulator/library.ts';
import { findCompiler } from './native/compiler.ts';
import { poolSize } from './native/threads.ts';

export interface Toolchain {
  /** The path of the C compiler. */
  readonly compiler: string;
  /** The folder of compiled code. */
  readonly cache: string;
  /** The threads that kernel loops run on. */
  readonly threads: number;
  /** Time to compile, load and run a one-line kernel; almost nothing on a cache hit. */
  readonly milliseconds: number;
}

const kernel = `doctor():
  device answer: f32;
  answer := 6 * 7;
`;

/** Tests everything the C backend needs. Rejects with a `BackendError` that says what is missing. */
export async function checkToolchain(): Promise<Toolchain> {
  const start = performance.now();
  using backend = await CcBackend.open();
  using compiled = await backend.compile(parseProgram(kernel));
  using answer = backend.allocate('f32', 1);
  using stream = backend.openStream();
  using plan = stream.plan([{ kernel: compiled.bind([answer]), symbols: [] }]);
  stream.run(plan, []);
  if (answer.at(0) !== 42) throw new Error(`the C compiler computes 6 * 7 as ${answer.at(0)}`);
  const milliseconds = performance.now() - start;
  return {
    compiler: findCompiler().path,
    cache: cacheFolder(process.env),
    threads: poolSize().threads,
    milliseconds,
  };
}

/** The path of the C++ compiler, which only the GPU emulator needs; undefined without one. */
export function cppCompiler(): string | undefined {
  try {
    return findCppCompiler().path;
  } catch (error) {
    if (error instanceof BackendError) return undefined;
    throw error;
  }
}
