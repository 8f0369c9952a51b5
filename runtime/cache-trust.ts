/** Whether nobody else can have put a file where the cache keeps its own. */
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** Not remembered, since a server that starts as root changes its user. */
function user(): number {
  return process.geteuid?.() ?? 0;
}

const stickyBit = 0o1000;

export function isOurs({ uid, mode }: Stats): boolean {
  return uid === user() && !writableByOthers(mode);
}

function writableByOthers(mode: number): boolean {
  return (mode & 0o022) !== 0;
}

/** Makes the root where it is missing; says why it cannot be trusted, or undefined. */
export function prepareRoot(root: string): string | undefined {
  try {
    makeFolder(root, 0o700);
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

/** A user who may rename a folder above the root could replace it. */
function faultAbove(root: string): string | undefined {
  for (let path = dirname(root); ; path = dirname(path)) {
    const status = lstatSync(path);
    if (status.uid !== user() && status.uid !== 0) return `${path} belongs to another user`;
    const open = writableByOthers(status.mode) && (status.mode & stickyBit) === 0;
    if (open && !status.isSymbolicLink()) return `${path} is writable by others`;
    if (path === dirname(path)) return undefined;
  }
}
