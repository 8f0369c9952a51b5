/**
 * Compiled files on disk, named by what they are made from, for this user only.
 *
 * A file from here is code that will run, so the root and all above it must be such that nobody
 * else can have put it there (`cache-trust.ts`), and its hash is checked before every use: a damaged
 * library does not fail to load, it kills the process. `cache-store.ts` says how files lie there.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendError } from '../compiler/index.ts';
import { cacheFolder } from './cache-folder.ts';
import { remove, removeAtExit } from './cache-removal.ts';
import { type Product, Store, StoreFailure } from './cache-store.ts';
import { prepareRoot } from './cache-trust.ts';
import { preparedFiles } from './prepared.ts';
import { isOn } from './switches.ts';
import { isWantOfRoom } from './want-of-room.ts';

export { cacheFolder, contentKey } from './cache-folder.ts';
export type { Product };

export interface Cache {
  /**
   * The path of the file for `key`, verified by this call. When there is none, or a damaged one,
   * `produce` makes it. Within this process a key is produced once at a time.
   */
  file(key: string, produce: Producer): Promise<string>;
  /** The path of the file for `key` if it exists, complete and unchanged. */
  find(key: string): string | undefined;
}

/** Makes a file in `workspace`, an empty folder of its own that goes away with everything in it. */
export type Producer = (workspace: string) => Promise<Product>;

export interface CacheOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called at most once, with the reason if compiled files are not kept. */
  readonly warn?: (message: string) => void;
  /** The kind of files: their extension, and their folder in the root; by default libraries, in the root itself. */
  readonly kind?: Kind;
  /** A store of files made in advance. */
  readonly prepared?: Store;
}

export interface Kind {
  readonly folder: string;
  readonly extension: string;
}

const libraries: Kind = { folder: '', extension: 'so' };

/**
 * `$EINC_CACHE_DIR`, `$XDG_CACHE_HOME/einc` or `~/.cache/einc`. With `EINC_CACHE=off`, or where that
 * cannot be trusted or written to, a private folder that goes away with the process.
 */
export function openCache({
  env = process.env,
  warn = () => undefined,
  kind = libraries,
  prepared = preparedFiles(kind.folder, kind.extension),
}: CacheOptions = {}): Cache {
  const { folder, extension } = kind;
  if (!isOn('EINC_CACHE', env)) return new DiskCache(extension, prepared);
  const root = join(cacheFolder(env), folder);
  const fault = prepareRoot(root);
  if (fault === undefined) {
    return new DiskCache(extension, prepared, new Store(root, extension), warn);
  }
  warn(`compiled code is not kept: ${fault}`);
  return new DiskCache(extension, prepared);
}

class DiskCache implements Cache {
  readonly #extension: string;
  readonly #prepared: Store;
  readonly #disk: Store | undefined;
  /** Exists once there is no disk to write to. */
  #temporary: Store | undefined;
  #warn: ((message: string) => void) | undefined;
  readonly #producing = new Map<string, Promise<string>>();

  constructor(extension: string, prepared: Store, disk?: Store, warn?: (message: string) => void) {
    this.#extension = extension;
    this.#prepared = prepared;
    this.#disk = disk;
    this.#warn = warn;
  }

  file(key: string, produce: Producer): Promise<string> {
    const running = this.#producing.get(key);
    if (running !== undefined) return running;
    const made = this.#findOrMake(key, produce).finally(() => this.#producing.delete(key));
    this.#producing.set(key, made);
    return made;
  }

  find(key: string): string | undefined {
    return this.#disk?.find(key) ?? this.#temporary?.find(key) ?? this.#prepared.find(key);
  }

  async #findOrMake(key: string, produce: Producer): Promise<string> {
    const found = this.find(key);
    if (found !== undefined) return found;
    if (this.#disk !== undefined && this.#temporary === undefined) {
      const made = await this.#makeOnDisk(this.#disk, key, produce);
      if (made !== undefined) return made;
    }
    this.#temporary ??= temporaryStore(this.#extension);
    try {
      return await make(this.#temporary, key, produce);
    } catch (error) {
      throw error instanceof BackendError || !isWantOfRoom(error) ? error : noPlace(error);
    }
  }

  /** undefined when the disk cannot be written to. */
  async #makeOnDisk(disk: Store, key: string, produce: Producer): Promise<string | undefined> {
    try {
      return await make(disk, key, produce);
    } catch (error) {
      if (!(error instanceof StoreFailure) && !isWantOfRoom(error)) throw error;
      this.#warn?.(`compiled code is not kept: ${wordsOf(error)}`);
      this.#warn = undefined;
      return undefined;
    }
  }
}

/** In a line. */
function wordsOf(error: unknown): string {
  if (!(error instanceof BackendError))
    return error instanceof Error ? error.message : String(error);
  const { message, notes = [] } = error.diagnostic;
  return [message, ...notes.slice(0, 1)].join(': ');
}

async function make(store: Store, key: string, produce: Producer): Promise<string> {
  const workspace = store.openWorkspace();
  removeAtExit.add(workspace);
  try {
    return store.add(key, await produce(workspace));
  } finally {
    remove(workspace);
    removeAtExit.delete(workspace);
  }
}

function temporaryStore(extension: string): Store {
  try {
    const root = mkdtempSync(join(tmpdir(), 'einc-'));
    removeAtExit.add(root);
    return new Store(root, extension);
  } catch (cause) {
    throw noPlace(cause);
  }
}

function noPlace(cause: unknown): BackendError {
  return new BackendError(
    {
      code: 'EINC0908',
      message: 'there is no place for compiled code',
      notes: [cause instanceof Error ? cause.message : String(cause)],
      help: ['set EINC_CACHE_DIR or TMPDIR to a folder of yours that has room'],
    },
    { cause },
  );
}
