/** Removes temporary files of the cache, including those of killed processes. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders that are removed when the process exits. */
export const removeAtExit = new Set<string>();
process.on('exit', () => removeAtExit.forEach(remove));

export function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // A process that runs an hour later or more removes it.
  }
}

const leftoverAgeMs = 3_600_000;

/** Removes folders of killed processes, judged by age, since process ids are reused. */
export function removeLeftovers(jobs: string): void {
  for (const name of readdirSync(jobs)) {
    const path = join(jobs, name);
    const status = statSync(path, { throwIfNoEntry: false });
    if (status !== undefined && Date.now() - status.mtimeMs > leftoverAgeMs) remove(path);
  }
}
