/** NVRTC, the library that compiles CUDA in this process. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  addressOf,
  type Functions,
  openLibrary,
  type Library,
  type Signatures,
} from '../../foreign/library.ts';

const functions = {
  nvrtcVersion: ['i32', 'memory', 'memory'],
  nvrtcGetErrorString: ['string', 'i32'],
  nvrtcGetNumSupportedArchs: ['i32', 'memory'],
  nvrtcGetSupportedArchs: ['i32', 'memory'],
  nvrtcCreateProgram: ['i32', 'memory', 'string', 'string', 'i32', 'memory', 'memory'],
  nvrtcCompileProgram: ['i32', 'pointer', 'i32', 'memory'],
  nvrtcGetProgramLogSize: ['i32', 'pointer', 'memory'],
  nvrtcGetProgramLog: ['i32', 'pointer', 'memory'],
  nvrtcGetCUBINSize: ['i32', 'pointer', 'memory'],
  nvrtcGetCUBIN: ['i32', 'pointer', 'memory'],
  nvrtcGetPTXSize: ['i32', 'pointer', 'memory'],
  nvrtcGetPTX: ['i32', 'pointer', 'memory'],
  nvrtcDestroyProgram: ['i32', 'memory'],
} as const satisfies Signatures;

export type NvrtcResult =
  | { readonly kind: 'image'; readonly image: Uint8Array }
  | {
      readonly kind: 'failure';
      /** `NVRTC_ERROR_COMPILATION` */
      readonly status: string;
      /** The compiler's log. */
      readonly log: string;
    };

export class Nvrtc {
  readonly version: string;
  /** As numbers: 90 is sm_90. */
  readonly architectures: readonly number[];
  readonly #library: Library<typeof functions>;

  /** Throws `LibraryNotFound` if the library, or the one that it depends on, cannot be opened. */
  constructor(path: string) {
    // NVRTC loads this library by name only, and does not find it outside the system's folders.
    const [builtins] = builtinsBeside(path);
    if (builtins !== undefined) openLibrary([builtins], {});
    this.#library = openLibrary([path], functions);
    const { calls } = this.#library;
    const numbers = new Int32Array(2);
    calls.nvrtcVersion(numbers, numbers.subarray(1));
    this.version = numbers.join('.');
    this.architectures = architecturesOf(calls);
  }

  /** On another thread. Errors refer to `name` with a file extension. */
  async compile(name: string, text: string, options: readonly string[]): Promise<NvrtcResult> {
    const { calls, asyncCalls } = this.#library;
    const created = new BigUint64Array(1);
    const status = calls.nvrtcCreateProgram(created, text, name, 0, null, null);
    if (status !== 0) return this.#failure(status, '');
    const program = Number(created[0]);
    const words = options.map(option => new Uint8Array(Buffer.from(`${option}\0`)));
    const pointers = BigUint64Array.from(words, word => BigInt(addressOf(word)));
    try {
      const compiled = await asyncCalls.nvrtcCompileProgram(program, words.length, pointers);
      if (compiled !== 0) return this.#failure(compiled, this.#log(program));
      return this.#image(program);
    } finally {
      // The options are read up to here.
      words.length = 0;
      calls.nvrtcDestroyProgram(created);
    }
  }

  /** Machine code; PTX if the options name a virtual architecture. */
  #image(program: number): NvrtcResult {
    const { calls } = this.#library;
    const size = new BigUint64Array(1);
    const isCubin = calls.nvrtcGetCUBINSize(program, size) === 0 && size[0] !== 0n;
    if (!isCubin) {
      const status = calls.nvrtcGetPTXSize(program, size);
      if (status !== 0) return this.#failure(status, '');
    }
    const image = new Uint8Array(Number(size[0]));
    const status = isCubin
      ? calls.nvrtcGetCUBIN(program, image)
      : calls.nvrtcGetPTX(program, image);
    return status === 0 ? { kind: 'image', image } : this.#failure(status, '');
  }

  #log(program: number): string {
    const { calls } = this.#library;
    const size = new BigUint64Array(1);
    if (calls.nvrtcGetProgramLogSize(program, size) !== 0) return '';
    const log = new Uint8Array(Number(size[0]));
    if (calls.nvrtcGetProgramLog(program, log) !== 0) return '';
    return Buffer.from(log).toString().replaceAll('\0', '');
  }

  #failure(status: number, log: string): NvrtcResult {
    const name = this.#library.calls.nvrtcGetErrorString(status) ?? `status ${status}`;
    return { kind: 'failure', status: name, log };
  }
}

/**
 * That of the same version, or else of the same CUDA: that of 11.8 is beside `libnvrtc.so.11.2`, the name used
 * throughout CUDA 11.
 */
function builtinsBeside(path: string): readonly string[] {
  const folder = dirname(path);
  const [version = '.so'] = /\.so(\.\d+)*$/.exec(basename(path)) ?? [];
  const [major = '.so'] = /\.so(\.\d+)?/.exec(version) ?? [];
  const names = readdirSync(folder);
  const of = (end: string): readonly string[] =>
    names.filter(name => `${name}.`.startsWith(`libnvrtc-builtins${end}.`));
  const own = of(version);
  return (own.length > 0 ? own : of(major)).map(name => join(folder, name));
}

function architecturesOf(calls: Functions<typeof functions>): readonly number[] {
  const count = new Int32Array(1);
  calls.nvrtcGetNumSupportedArchs(count);
  const all = new Int32Array(count[0] ?? 0);
  calls.nvrtcGetSupportedArchs(all);
  return [...all];
}
