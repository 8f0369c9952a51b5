/**
 * The files of a cache under one root folder.
 *
 *   <root>/v1/ab/abcd….so     the file, `.mjs` if it is a program
 *   <root>/v1/ab/abcd….json   its SHA-256 and size, and what it was made from, for people
 *   <root>/v1/jobs/…          folders of producers at work
 *
 * Files appear by rename within one file system, whole or not at all, and are replaced the same way,
 * never changed or deleted, because another process may be about to load them. That makes locks
 * needless: of several who make the same file the last wins.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { remove, removeLeftovers } from './cache-removal.ts';
import { isOurs, prepareRoot } from './cache-trust.ts';
import { makeFolder } from './make-folder.ts';

export interface Product {
  readonly path: string;
  /** Information for people who look into the cache; einc does not read it. */
  readonly meta: Readonly<Record<string, unknown>>;
}

/** The store itself cannot be written to; the producer is not to blame. */
export class StoreFailure extends Error {}

/** One root folder with its entries. */
export class Store {
  readonly #root: string;
  readonly #extension: string;

  constructor(root: string, extension: string) {
    this.#root = join(root, 'v1');
    this.#extension = extension;
  }

  /** The path of a whole and unchanged entry. */
  find(key: string): string | undefined {
    return this.read(key) && this.#path(key);
  }

  /** The contents of the entry. */
  read(key: string): Buffer | undefined {
    const base = this.#base(key);
    try {
      this.#checkFolders(base);
      const { sha256, bytes } = JSON.parse(readOwn(`${base}.json`).toString()) as EntryMeta;
      const content = readOwn(this.#path(key));
      return content.length === bytes && digest(content) === sha256 ? content : undefined;
    } catch {
      return undefined;
    }
  }

  /** Moves the product in. The file goes first: a description without its file would be a lie. */
  add(key: string, { path, meta }: Product): string {
    const content = readFileSync(path);
    const entry: EntryMeta = { sha256: digest(content), bytes: content.length, ...meta };
    const base = this.#base(key);
    const kept = this.#path(key);
    return this.#attempt(() => {
      makeFolder(dirname(base), 0o700);
      this.#checkFolders(base);
      chmodSync(path, 0o600);
      writeFileSync(`${path}.json`, `${JSON.stringify(entry, null, 2)}\n`, { mode: 0o600 });
      renameSync(path, kept);
      renameSync(`${path}.json`, `${base}.json`);
      return kept;
    });
  }

  /** The same of a product that is in memory. */
  write(key: string, content: Uint8Array, meta: Product['meta']): void {
    const workspace = this.openWorkspace();
    try {
      const path = join(workspace, 'content');
      this.#attempt(() => writeFileSync(path, content));
      this.add(key, { path, meta });
    } finally {
      remove(workspace);
    }
  }

  openWorkspace(): string {
    return this.#attempt(() => {
      const jobs = join(this.#root, 'jobs');
      makeFolder(jobs, 0o700);
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

  #path(key: string): string {
    return `${this.#base(key)}.${this.#extension}`;
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

/** Makes the folder, where it may be trusted. */
export function openStore(root: string, extension: string): Store | undefined {
  return prepareRoot(root) === undefined ? new Store(root, extension) : undefined;
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
