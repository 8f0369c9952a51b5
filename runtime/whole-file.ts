/** Small files that are there whole or not at all. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** Writes a file that only this user can access. Throws the system's error, and then leaves nothing behind. */
export function writeWhole(path: string, text: string): void {
  const half = `${path}.${process.pid}`;
  try {
    makeFolder(dirname(path), 0o700);
    writeFileSync(half, text, { mode: 0o600 });
    renameSync(half, path);
  } catch (error) {
    rmSync(half, { force: true });
    throw error;
  }
}
