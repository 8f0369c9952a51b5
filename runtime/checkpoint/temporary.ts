/**
 * Names for checkpoints while they are written: `run.ckpt.host-4711-0.tmp`. Each writer has a name of its
 * own, so that two that write one checkpoint do not write into one file.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

let writes = 0;

export function temporaryName(path: string): string {
  return `${path}.${hostname()}-${process.pid}-${writes++}.tmp`;
}

/** Removes what killed writers have left beside a checkpoint. */
export async function removeLeftovers(path: string): Promise<void> {
  const [folder, prefix] = [dirname(path), `${basename(path)}.`];
  // The writer will report errors about the folder.
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const [, host, pid] = /^(.+)-(\d+)-\d+\.tmp$/.exec(name.slice(prefix.length)) ?? [];
    if (host === undefined) continue;
    const file = join(folder, name);
    const isLeft = host === hostname() ? !isRunning(Number(pid)) : await isOld(file);
    if (isLeft) await rm(file, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

const leftoverAgeMs = 3_600_000;

/** Age is all that is known about files of processes on other machines. */
async function isOld(file: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(file)).mtimeMs > leftoverAgeMs;
  } catch {
    return false;
  }
}
