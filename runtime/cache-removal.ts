/** What the cache makes for a while, and what a process that was killed leaves of it. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders that go away with the process. */
export const removeAtExit = new Set<string>();
process.on('exit', () => removeAtExit.forEach(remove));

export function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // Whoever comes an hour later removes it.
  }
}

const leftoverAgeMs = 3_600_000;

/** A process that was killed leaves its folder; age tells, since its number may mean another by now. */
export function removeLeftovers(jobs: string): void {
  for (const name of readdirSync(jobs)) {
    const path = join(jobs, name);
    const status = statSync(path, { throwIfNoEntry: false });
    if (status !== undefined && Date.now() - status.mtimeMs > leftoverAgeMs) remove(path);
  }
}
