/** The folder of compiled files, and their names. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** Names a file by everything that decides its content; no two lists of parts share a key. */
export function contentKey(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}

/** The folder of compiled files, if it can be trusted. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const chosen = env['EINC_CACHE_DIR'] ?? '';
  if (chosen !== '') return resolve(chosen);
  const xdg = env['XDG_CACHE_HOME'] ?? '';
  const home = env['HOME'] ?? '';
  return join(isAbsolute(xdg) ? xdg : join(home === '' ? homedir() : home, '.cache'), 'einc');
}
