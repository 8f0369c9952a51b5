/**
 * Compiled files on disk, named by what they are made from, for this user only.
 *
 *   <root>/v1/ab/abcd….so     the file
 *   <root>/v1/ab/abcd….json   its SHA-256 and size, and what it was made from, for people
 *   <root>/v1/jobs/…          folders of producers at work
 *
 * A file from here is code that will run, so the root and all above it must be such that nobody
 * else can have put it there, and its hash is checked before every use: a damaged library does not
 * fail to load, it kills the process. Files appear by rename within one file system, whole or not
 * at all, and are replaced the same way, never changed or deleted, because another process may be
 * about to load them. That makes locks needless: of several who make the same file the last wins.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { BackendError } from '../compiler/index.ts';

export interface Cache {
  /**
   * The path of the file for `key`, verified by this call. When there is none, or a damaged one,
   * `produce` makes it. Within this process a key is produced once at a time.
   */
  file(key: string, produce: Producer): Promise<string>;
}

/** Makes a file in `workspace`, an empty folder of its own that goes away with everything in it. */
export type Producer = (workspace: string) => Promise<Product>;

export interface Product {
  readonly path: string;
  /** For people who look into the cache; nothing reads it. */
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface CacheOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Told at most once, that and why compiled files are not kept. */
  readonly warn?: (message: string) => void;
}

/**
 * `$EINC_CACHE_DIR`, `$XDG_CACHE_HOME/einc` or `~/.cache/einc`. With `EINC_CACHE=off`, or where that
 * cannot be trusted or written to, a private folder that goes away with the process.
 */
export function openCache({ env = process.env, warn = () => undefined }: CacheOptions = {}): Cache {
  if (env['EINC_CACHE'] === 'off') return new DiskCache();
  const root = cacheFolder(env);
  const fault = prepareRoot(root);
  if (fault === undefined) return new DiskCache(new Store(root), warn);
  warn(`compiled code is not kept: ${fault}`);
  return new DiskCache();
}

/** Names a file by everything that decides its content; no two lists of parts share a key. */
export function contentKey(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}

/** Where compiled files are kept, if that place can be trusted. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const chosen = env['EINC_CACHE_DIR'] ?? '';
  if (chosen !== '') return resolve(chosen);
  const xdg = env['XDG_CACHE_HOME'] ?? '';
  const home = env['HOME'] ?? '';
  return join(isAbsolute(xdg) ? xdg : join(home === '' ? homedir() : home, '.cache'), 'einc');
}

class DiskCache implements Cache {
  readonly #disk: Store | undefined;
  /** Exists once there is no disk to write to. */
  #temporary: Store | undefined;
  #warn: ((message: string) => void) | undefined;
  readonly #producing = new Map<string, Promise<string>>();

  constructor(disk?: Store, warn?: (message: string) => void) {
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

  async #findOrMake(key: string, produce: Producer): Promise<string> {
    const found = this.#disk?.find(key) ?? this.#temporary?.find(key);
    if (found !== undefined) return found;
    if (this.#disk !== undefined && this.#temporary === undefined) {
      const made = await this.#makeOnDisk(this.#disk, key, produce);
      if (made !== undefined) return made;
    }
    this.#temporary ??= temporaryStore();
    return make(this.#temporary, key, produce);
  }

  /** undefined when the disk cannot be written to. */
  async #makeOnDisk(disk: Store, key: string, produce: Producer): Promise<string | undefined> {
    try {
      return await make(disk, key, produce);
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      this.#warn?.(`compiled code is not kept: ${error.message}`);
      this.#warn = undefined;
      return undefined;
    }
  }
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

/** The store itself cannot be written to; the producer is not to blame. */
class StoreFailure extends Error {}

/** One root folder with its entries. */
class Store {
  readonly #root: string;

  constructor(root: string) {
    this.#root = join(root, 'v1');
  }

  /** The path of a whole and unchanged entry. */
  find(key: string): string | undefined {
    const base = this.#base(key);
    try {
      this.#checkFolders(base);
      const { sha256, bytes } = JSON.parse(readOwn(`${base}.json`).toString()) as EntryMeta;
      const content = readOwn(`${base}.so`);
      return content.length === bytes && digest(content) === sha256 ? `${base}.so` : undefined;
    } catch {
      return undefined;
    }
  }

  /** Moves the product in. The file goes first: a description without its file would be a lie. */
  add(key: string, { path, meta }: Product): string {
    const content = readFileSync(path);
    const entry: EntryMeta = { sha256: digest(content), bytes: content.length, ...meta };
    const base = this.#base(key);
    return this.#attempt(() => {
      mkdirSync(dirname(base), { recursive: true, mode: 0o700 });
      this.#checkFolders(base);
      chmodSync(path, 0o600);
      writeFileSync(`${path}.json`, `${JSON.stringify(entry, null, 2)}\n`, { mode: 0o600 });
      renameSync(path, `${base}.so`);
      renameSync(`${path}.json`, `${base}.json`);
      return `${base}.so`;
    });
  }

  openWorkspace(): string {
    return this.#attempt(() => {
      const jobs = join(this.#root, 'jobs');
      mkdirSync(jobs, { recursive: true, mode: 0o700 });
      removeLeftovers(jobs);
      const workspace = join(jobs, `${process.pid}-${randomBytes(6).toString('hex')}`);
      mkdirSync(workspace, { mode: 0o700 });
      return workspace;
    });
  }

  /** Between the look at a file and its use, whoever may write to its folder could swap it. */
  #checkFolders(base: string): void {
    for (const folder of [this.#root, dirname(base)]) {
      const status = lstatSync(folder);
      if (!status.isDirectory() || !isOurs(status)) throw new Error(`${folder} is not ours alone`);
    }
  }

  #base(key: string): string {
    return join(this.#root, key.slice(0, 2), key);
  }

  #attempt<T>(write: () => T): T {
    try {
      return write();
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : String(cause);
      throw new StoreFailure(`${this.#root} cannot be written to (${words})`, { cause });
    }
  }
}

interface EntryMeta {
  readonly sha256: string;
  readonly bytes: number;
}

function digest(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The content of a regular file that only we can have written. */
function readOwn(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const status = fstatSync(file);
    if (!status.isFile() || !isOurs(status)) throw new Error(`${path} is not ours alone`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

// --- trust -----------------------------------------------------------------------------------------

/** Asked each time: a server that starts as root becomes another user. */
function user(): number {
  return process.geteuid?.() ?? 0;
}
const stickyBit = 0o1000;

function isOurs({ uid, mode }: Stats): boolean {
  return uid === user() && !writableByOthers(mode);
}

function writableByOthers(mode: number): boolean {
  return (mode & 0o022) !== 0;
}

/** Makes the root where it is missing; says why it cannot be trusted, or undefined. */
function prepareRoot(root: string): string | undefined {
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    const status = lstatSync(root);
    if (status.isSymbolicLink()) return `${root} is a symbolic link`;
    if (!status.isDirectory()) return `${root} is not a directory`;
    if (status.uid !== user()) return `${root} belongs to another user`;
    if (writableByOthers(status.mode)) return `${root} is writable by others`;
    return faultAbove(root) ?? faultAbove(realpathSync(root));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whoever may rename a folder above the root can put another in its place. */
function faultAbove(root: string): string | undefined {
  for (let path = dirname(root); ; path = dirname(path)) {
    const status = lstatSync(path);
    if (status.uid !== user() && status.uid !== 0) return `${path} belongs to another user`;
    const open = writableByOthers(status.mode) && (status.mode & stickyBit) === 0;
    if (open && !status.isSymbolicLink()) return `${path} is writable by others`;
    if (path === dirname(path)) return undefined;
  }
}

// --- what goes away ---------------------------------------------------------------------------------

const removeAtExit = new Set<string>();
process.on('exit', () => removeAtExit.forEach(remove));

function temporaryStore(): Store {
  try {
    const root = mkdtempSync(join(tmpdir(), 'einc-'));
    removeAtExit.add(root);
    return new Store(root);
  } catch (cause) {
    throw new BackendError(
      {
        code: 'EINC0908',
        message: 'there is no place for compiled code',
        notes: [cause instanceof Error ? cause.message : String(cause)],
        help: ['set EINC_CACHE_DIR or TMPDIR to a folder of yours'],
      },
      { cause },
    );
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // Whoever comes an hour later removes it.
  }
}

const leftoverAgeMs = 3_600_000;

/** A process that was killed leaves its folder; age tells, since its number may mean another by now. */
function removeLeftovers(jobs: string): void {
  for (const name of readdirSync(jobs)) {
    const path = join(jobs, name);
    const status = statSync(path, { throwIfNoEntry: false });
    if (status !== undefined && Date.now() - status.mtimeMs > leftoverAgeMs) remove(path);
  }
}
