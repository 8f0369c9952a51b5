/**
 * Checkpoints on disk. Writing goes to a file beside the old one, which takes its place when all of it is
 * on the disk: whoever is killed, or loses power, at any moment leaves a whole one behind.
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../../compiler/index.ts';
import {
  bytesIn,
  type Contents,
  decodeHeader,
  digestOf,
  encodeHeader,
  largestHeader,
} from './format.ts';
import { removeLeftovers, temporaryName } from './temporary.ts';

/** `cells` has the bytes of each array of the contents. Rejects with a `UserError` when it cannot be written. */
export async function writeCheckpoint(
  path: string,
  contents: Contents,
  cells: readonly Uint8Array[],
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await removeLeftovers(path);
    await writeSynced(temporary, [encodeHeader(contents, cells), ...cells]);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw failed(path, 'written', cause, temporary);
  }
}

async function writeSynced(path: string, parts: readonly Uint8Array[]): Promise<void> {
  await using file = await open(path, 'wx');
  for (const part of parts) await file.writeFile(part);
  await file.sync();
}

/** The new name is on the disk when the folder is. */
async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

export interface Checkpoint extends Contents {
  /** The bytes of each array. */
  readonly cells: readonly Uint8Array[];
}

/**
 * Undefined when there is no such file. Rejects with a `UserError` for one that cannot be read, or that is
 * not, to the bit, what was written.
 */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  try {
    await using file = await open(path, 'r');
    return await readFrom(file, path);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw failed(path, 'read', cause);
  }
}

async function readFrom(handle: FileHandle, path: string): Promise<Checkpoint> {
  const { size } = await handle.stat();
  let at = 0;
  const next = async (length: number): Promise<Uint8Array> => {
    if (at + length > size) throw torn(path, `it has ${size} bytes of ${at + length} or more`);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const { bytesRead } = await handle.read(bytes, done, length - done, at + done);
      if (bytesRead === 0) throw torn(path, `it ends after ${at + done} bytes`);
      done += bytesRead;
    }
    at += length;
    return bytes;
  };
  const length = Number(Buffer.from(await next(8)).readBigUInt64LE());
  if (length > largestHeader) throw torn(path, `its header would have ${length} bytes`);
  const contents = decodeHeader(Buffer.from(await next(length)).toString('utf8'));
  if (typeof contents === 'string') throw torn(path, contents);
  const cells: Uint8Array[] = [];
  for (const array of contents.arrays) cells.push(await next(bytesIn(array)));
  if (at !== size) throw torn(path, `it has ${size - at} bytes too many`);
  if (digestOf(contents, cells) !== contents.sha256) {
    throw torn(path, 'its bytes are not those that were written');
  }
  return { ...contents, cells };
}

function torn(path: string, why: string): UserError {
  return new UserError({
    code: 'EINC0957',
    message: `\`${path}\` is no whole checkpoint: ${why}`,
    help: [
      'it was changed or cut after it was written; take an older copy, or remove it to start anew',
    ],
  });
}

const isFull = 'make room, or name a file elsewhere; what stood there before is unchanged';
const isForbidden = 'name a file that this user may use';
const remedies: Readonly<Record<string, string>> = {
  ENOENT: 'make its folder first',
  ENOTDIR: 'a part of the path is a file: name a folder',
  EISDIR: 'name a file: this is a folder',
  ENOSPC: isFull,
  EDQUOT: isFull,
  EFBIG: isFull,
  EACCES: isForbidden,
  EPERM: isForbidden,
  EROFS: isForbidden,
};

function failed(
  path: string,
  what: 'written' | 'read',
  cause: unknown,
  temporary = path,
): UserError {
  const words = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const help = Object.hasOwn(remedies, code) ? remedies[code] : undefined;
  return new UserError({
    code: 'EINC0959',
    message: `the checkpoint \`${path}\` cannot be ${what}`,
    notes: [words.replaceAll(temporary, path)],
    help: help === undefined ? [] : [help],
  });
}
