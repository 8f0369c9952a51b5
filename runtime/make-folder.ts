import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those above it that are missing. Node's `recursive` never returns where the file system
 * says ENOENT although the folder above is there, as `/proc` and automounters do; this throws what it says.
 */
export function makeFolder(path: string, mode = 0o777): void {
  if (existsSync(path)) {
    // If it is a file, this throws, as it should.
    mkdirSync(path, { recursive: true, mode });
    return;
  }
  const above = dirname(path);
  if (!existsSync(above)) makeFolder(above, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process was faster.
    if (!existsSync(path)) throw error;
  }
}
