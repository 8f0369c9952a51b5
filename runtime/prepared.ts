/**
 * What any first run would compile, compiled when the package was built (`npm ci` in a checkout): einc's native runtime, and
 * V8's code of einc's own file. It lies beside that file, is as much to be trusted, and is only read:
 *
 *   dist/prepared/v1/ab/abcd….so         by the same keys as in the user's cache, so that what does not
 *   dist/prepared/code/v1/ab/abcd….bin   fit this compiler, this Node or this place is not found
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Store } from './cache-store.ts';

/** Files of one kind, in a folder of the root; there may be none. */
export function preparedFiles(folder: string, extension: string): Store {
  const beside = dirname(fileURLToPath(import.meta.url));
  return new Store(join(beside, 'prepared', folder), extension);
}
