/** The environment of a test run, its workers and their children; vitest calls this before the first file. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const ours = 'einc-tests-';

/** Called for each project of the configuration, in one process. */
export function setup(): void {
  if (basename(tmpdir()).startsWith(ours)) return;
  useFolderOfOurOwn();
  // Node 20 parses these certificates at each start, which takes longer than everything else that it does then.
  delete process.env['NODE_EXTRA_CA_CERTS'];
}

/** Workers are stopped without notice, and their children killed; what they leave behind is removed with the run. */
function useFolderOfOurOwn(): void {
  const folder = mkdtempSync(join(tmpdir(), ours));
  chmodSync(folder, 0o1777); // Like the system's folder: some children run as another user.
  process.env['TMPDIR'] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}
