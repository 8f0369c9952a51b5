/** CUDA on `stub-driver.c`, with kernels that gcc compiles for this processor. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { CudaBackend } from '../../../backends/cuda/backend.ts';
import type { Launch, Step } from '../../../backends/cuda/steps.ts';
import { openLibrary } from '../../../backends/foreign/library.ts';
import { compileLibrary } from '../../../backends/native/compile.ts';
import { findCompiler } from '../../../backends/native/compiler.ts';
import { parseProgram, type Program, targets } from '../../../compiler/index.ts';
import type { DeviceBuffer, Kernel } from '../../../runtime/backend.ts';

const ofStub = {
  stub_log: ['string'],
  stub_fail: ['void', 'string', 'i32', 'i32'],
  stub_fail_kernel: ['void', 'string', 'i32'],
  stub_machine: ['void', 'i32', 'i32', 'u64'],
  stub_left: ['i32'],
  stub_reset: ['void'],
} as const;

export interface Stub {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** What the driver was told since the last call, a line each. */
  readonly log: () => readonly string[];
  /** The nth call of a function from now on gives this status. */
  readonly fail: (name: string, status: number, nth?: number) => void;
  /** The next run of a kernel ends so, and with it the context. */
  readonly failKernel: (name: string, status: number) => void;
  readonly machine: (devices: number, hasPools: boolean, bytes: number) => void;
  /** As if the process began anew, with nothing in use. */
  readonly reset: () => void;
  /** The same, when all has been given back and no rule was broken since the log was last read. */
  readonly checkAndReset: () => void;
}

/** The driver, and a "compiler of CUDA" that is gcc. */
export async function openStub({ isOld = false } = {}): Promise<Stub> {
  const path = await compileLibrary(findCompiler(), {
    name: 'stub-driver',
    source: readFileSync(new URL('stub-driver.c', import.meta.url), 'utf8'),
    flags: ['-std=gnu11', '-O1', '-ldl', ...(isOld ? ['-DSTUB_OF_CUDA_11'] : [])],
  });
  const { calls } = openLibrary([path], ofStub);
  const log = (): readonly string[] =>
    (calls.stub_log() ?? '').split('\n').filter(line => line !== '');
  return {
    path,
    env: { EINC_LIBCUDA: path, EINC_NVCC: gccAsNvcc, PATH: process.env['PATH'] ?? '' },
    log,
    fail: (name, status, nth = 1) => calls.stub_fail(name, nth, status),
    failKernel: (name, status) => calls.stub_fail_kernel(name, status),
    machine: (devices, hasPools, bytes) => calls.stub_machine(devices, Number(hasPools), bytes),
    reset: () => calls.stub_reset(),
    checkAndReset: () => {
      const state = { left: calls.stub_left(), broken: broken(log()) };
      calls.stub_reset();
      expect(state).toEqual({ left: 0, broken: [] });
    },
  };
}

/** Takes the options of nvcc and makes a library of C. */
export const gccAsNvcc = fileURLToPath(new URL('gcc-as-nvcc', import.meta.url));

/** A routine as the backend gets it. */
export interface HandWritten {
  readonly text: string;
  readonly steps: readonly Step[];
}

/** A backend whose programs are those written here, by name. */
export function openStubbed(
  { env }: Stub,
  routines: Readonly<Record<string, HandWritten>>,
  ordinal = 0,
): CudaBackend {
  const source = ({ name }: Program): HandWritten => {
    const routine = routines[name];
    if (routine === undefined) throw new Error(`nobody has written ${name}`);
    return routine;
  };
  return new CudaBackend({ ordinal, target: targets.scalar, source, env });
}

/** A routine of one array of 64 doubles, called `r`, with the indices that are named. */
export async function routine(
  stub: Stub,
  steps: readonly Step[],
  indices: readonly string[] = [],
): Promise<{ readonly backend: CudaBackend; readonly kernel: Kernel }> {
  const backend = openStubbed(stub, { r: { text: kernels, steps } });
  const program = `r(${indices.join(', ')}):\n  device log: f64[64];\n  log[0] := 0;\n`;
  return { backend, kernel: await backend.compile(parseProgram(program)) };
}

/** One block of one thread. Of the arguments, a string is the variable of a loop. */
export function launch(kernel: string, ...args: readonly (number | string)[]): Launch {
  return {
    kind: 'launch',
    kernel,
    grid: [1, 1, 1],
    block: [1, 1, 1],
    sharedBytes: 0,
    args: args.map(arg =>
      typeof arg === 'number'
        ? { kind: 'argument', position: arg }
        : { kind: 'variable', name: arg },
    ),
    origins: [],
  };
}

/** C for a kernel that takes pointers and integers, in which `a[i]` is where its i-th argument lies. */
export function kernel(name: string, argumentCount: number, body: string): string {
  const head = `void ${name}(void **a, const unsigned *shape)`;
  return `const int ${name}_arguments = ${argumentCount};\n${head} {\n  (void)a; (void)shape;\n${body}\n}\n`;
}

/** Of a log, `log[0]` says how many follow. */
export const kernels = [
  kernel(
    'append',
    2,
    '  double *log = *(double **)a[0];\n  log[(int)++log[0]] = (double)*(long long *)a[1];',
  ),
  kernel(
    'count',
    2,
    '  double *log = *(double **)a[0];\n  ++log[0]; log[1] = (double)*(long long *)a[1];',
  ),
  kernel('one', 1, '  double *log = *(double **)a[0];\n  log[(int)++log[0]] = 1;'),
  kernel('empty', 1, ''),
  kernel('two', 1, '  double *log = *(double **)a[0];\n  log[(int)++log[0]] = 2;'),
].join('\n');

export function logged(log: DeviceBuffer): readonly number[] {
  const [count = 0, ...values] = [...log.read()].map(Number);
  return values.slice(0, count);
}

/** What a broken rule of the stub looks like in its log. */
export function broken(log: readonly string[]): readonly string[] {
  return log.filter(line => line.startsWith('!!'));
}
