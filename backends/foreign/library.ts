/**
 * Calls functions of installed C libraries: the CUDA driver, NVRTC, MPI, NCCL. The only file that knows
 * koffi, which is loaded when the first library is opened, so a program that uses none never loads it.
 *
 * Callbacks from C are not supported. koffi runs them on the JavaScript thread and blocks the library's
 * thread until that is free: if JavaScript is waiting for the library at the time, both deadlock.
 */
import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';

/** The kinds of C arguments and results, and their JavaScript types. */
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
  /** JavaScript memory, which must not be used by C after the call, or an address. */
  readonly memory: NodeJS.TypedArray | number | null;
  /** A struct of 128 bytes by value: NCCL's unique id. */
  readonly bytes128: { readonly bytes: Uint8Array };
}

export type Kind = keyof Kinds;

/** The result first, as in C: `int f(void *, unsigned)` is `['i32', 'memory', 'u32']`. */
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
  /** The name under which it was found. */
  readonly name: string;
  readonly calls: Functions<S>;
  /**
   * The same on one of libuv's few threads. Calls may be reordered, and memory arguments must
   * be kept alive until the call is done.
   */
  readonly asyncCalls: AsyncFunctions<S>;
  /** The address of a variable or function, if the library has it. */
  addressOf(symbol: string): number | undefined;
}

export interface OpenOptions {
  /** Whether libraries that are opened later see its symbols (RTLD_GLOBAL), as MPI's plug-ins need. */
  readonly isGlobal?: boolean;
}

/** Thrown if none of the libraries could be opened. */
export class LibraryNotFound extends Error {
  /** The names that were tried, with the system's error messages. */
  readonly tried: readonly string[];

  constructor(tried: readonly string[]) {
    super(`no library: ${tried.join('; ')}`);
    this.name = 'LibraryNotFound';
    this.tried = tried;
  }
}

/**
 * Opens the first of the libraries that exists, by name or path. It stays loaded for the life of the
 * process. Throws `LibraryNotFound` if none can be used; a library that lacks a function counts as missing.
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

/** The address of JavaScript memory, which is stable as long as something refers to it. */
export function addressOf(memory: NodeJS.TypedArray): number {
  // The cells of a small array are stored inside the object and move with it, until its buffer is accessed.
  return memory.buffer.byteLength === 0 ? 0 : Number(koffi().address(memory));
}

/** Views memory owned by C, without copying. The owner must ensure that nobody uses the view after freeing it. */
export function bytesAt(address: number, length: number): ArrayBuffer {
  return koffi().view(address, length);
}

/** A null-terminated string. */
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
      // Keeps the memory arguments alive until here.
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
  // koffi runs C on stacks of its own, whose default size is too small: MPICH overflows
  // them. Use the system's default size, which libraries are written for.
  const stack = 8 << 20;
  module.config({ sync_stack_size: stack, async_stack_size: stack, max_async_calls: 4096 });
  loaded = module;
  return module;
}
