/**
 * Functions of libraries that others wrote: CUDA's driver, NVRTC, MPI, NCCL. The only file that knows
 * koffi, which is loaded when a library is first opened, so that who has none of them never notices.
 *
 * There are no callbacks from C. koffi runs them on the thread of JavaScript, and holds the thread of
 * the library until that has time: if it waits for the library just then, both wait for ever.
 */
import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';

/** What C takes and gives, and what that is here. */
interface Kinds {
  readonly void: undefined;
  readonly i32: number;
  readonly u32: number;
  readonly i64: number | bigint;
  readonly u64: number | bigint;
  readonly f32: number;
  readonly f64: number;
  /** Copied for the call; `null` is a null pointer. */
  readonly string: string | null;
  /** An address; 0 is a null pointer. Numbers hold those of every 64-bit system. */
  readonly pointer: number;
  /** Memory of JavaScript, which must not be used after the call, or an address. */
  readonly memory: NodeJS.TypedArray | number | null;
  /** A struct of 128 bytes by value: NCCL's name of a group. */
  readonly bytes128: { readonly bytes: Uint8Array };
}

export type Kind = keyof Kinds;

/** As C reads: `int f(void *, unsigned)` is `['i32', 'memory', 'u32']`. */
export type Signature = readonly [result: Kind, ...parameters: Kind[]];
export type Signatures = Readonly<Record<string, Signature>>;

export type ArgumentsOf<S extends Signature> = S extends readonly [
  Kind,
  ...infer P extends readonly Kind[],
]
  ? { -readonly [I in keyof P]: Kinds[P[I]] }
  : never;

export type Functions<S extends Signatures> = {
  readonly [Name in keyof S]: (...args: ArgumentsOf<S[Name]>) => Kinds[S[Name][0]];
};

export type AsyncFunctions<S extends Signatures> = {
  readonly [Name in keyof S]: (...args: ArgumentsOf<S[Name]>) => Promise<Kinds[S[Name][0]]>;
};

export interface Library<S extends Signatures> {
  /** The name it was found by. */
  readonly name: string;
  readonly calls: Functions<S>;
  /**
   * The same on one of libuv's few threads. Two calls may change places, and memory that is given must
   * be kept until the call is done.
   */
  readonly asyncCalls: AsyncFunctions<S>;
  /** The address of a variable or function, if the library has it. */
  addressOf(symbol: string): number | undefined;
}

export interface OpenOptions {
  /** Whether libraries that are opened later see its symbols, as the plug-ins of MPI must. */
  readonly isGlobal?: boolean;
}

/** None of the libraries could be opened. */
export class LibraryNotFound extends Error {
  /** What was tried and what the system said to it. */
  readonly tried: readonly string[];

  constructor(tried: readonly string[]) {
    super(`no library: ${tried.join('; ')}`);
    this.name = 'LibraryNotFound';
    this.tried = tried;
  }
}

/**
 * Opens the first of the libraries that is there, by its name or path. It stays for the life of the
 * process. Throws `LibraryNotFound` when there is none; one that lacks a function counts as none.
 */
export function openLibrary<const S extends Signatures>(
  names: readonly string[],
  signatures: S,
  options: OpenOptions = {},
): Library<S> {
  const tried: string[] = [];
  for (const name of names) {
    try {
      return new KoffiLibrary(name, signatures, options);
    } catch (cause) {
      tried.push(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
  throw new LibraryNotFound(tried);
}

/** The address of JavaScript's memory, which stays where it is as long as something refers to it. */
export function addressOf(memory: NodeJS.TypedArray): number {
  // The cells of a small array are part of the object and move with it, until someone sees its buffer.
  return memory.buffer.byteLength === 0 ? 0 : Number(koffi().address(memory));
}

/** The memory of someone else, not copied. Whoever frees it makes sure that nobody looks any more. */
export function bytesAt(address: number, length: number): ArrayBuffer {
  return koffi().view(address, length);
}

/** The string that ends with the first zero. */
export function textAt(address: number): string {
  return koffi().decode.string(address);
}

class KoffiLibrary<S extends Signatures> implements Library<S> {
  readonly name: string;
  readonly calls: Functions<S>;
  readonly asyncCalls: AsyncFunctions<S>;
  readonly #handle: Koffi.LibraryHandle;

  constructor(name: string, signatures: S, { isGlobal = false }: OpenOptions) {
    const handle = koffi().load(name, { global: isGlobal });
    const bound = Object.entries(signatures).map(([symbol, [result, ...parameters]]) => {
      return [symbol, handle.func(symbol, typeOf(result), parameters.map(typeOf))] as const;
    });
    this.name = name;
    this.calls = Object.fromEntries(bound) as unknown as Functions<S>;
    this.asyncCalls = Object.fromEntries(
      bound.map(([symbol, { async }]) => [symbol, promised(async)]),
    ) as unknown as AsyncFunctions<S>;
    this.#handle = handle;
  }

  addressOf(symbol: string): number | undefined {
    try {
      return Number(this.#handle.symbol(symbol));
    } catch {
      return undefined;
    }
  }
}

function promised(call: (...args: unknown[]) => void): (...args: unknown[]) => Promise<unknown> {
  return async (...args) => {
    try {
      return await new Promise((resolve, reject) => {
        call(...args, (error: Error | null, result: unknown) => {
          if (error) reject(error);
          else resolve(result);
        });
      });
    } finally {
      // Until now they keep the memory that was given.
      args.length = 0;
    }
  };
}

const typeNames = {
  void: 'void',
  i32: 'int32_t',
  u32: 'uint32_t',
  i64: 'int64_t',
  u64: 'uint64_t',
  f32: 'float',
  f64: 'double',
  string: 'str',
  pointer: 'uintptr_t',
  memory: 'void *',
} as const satisfies Record<Exclude<Kind, 'bytes128'>, string>;

function typeOf(kind: Kind): string | Koffi.TypeObject {
  if (kind !== 'bytes128') return typeNames[kind];
  const { array, struct } = koffi();
  bytes128 ??= struct({ bytes: array('uint8_t', 128, 'Typed') });
  return bytes128;
}

let bytes128: Koffi.TypeObject | undefined;
let loaded: typeof Koffi | undefined;

function koffi(): typeof Koffi {
  if (loaded !== undefined) return loaded;
  const module = createRequire(import.meta.url)('koffi') as typeof Koffi;
  // C runs on stacks of koffi's own, and those that it has by default are too small: MPICH overruns
  // them. As large as those of the system, which libraries are written for.
  const stack = 8 << 20;
  module.config({ sync_stack_size: stack, async_stack_size: stack, max_async_calls: 4096 });
  loaded = module;
  return module;
}
