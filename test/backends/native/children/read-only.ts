/** Asks a cache that it may not write to for a key that is there and for one that is not. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openCache } from '../../../../runtime/cache.ts';

const [, , folder = '', present = '', absent = '', user] = process.argv;
// Only now: another user may not be allowed to read the modules above.
if (user !== undefined) process.setuid?.(Number(user));
const warnings: string[] = [];
const cache = openCache({ env: { EINC_CACHE_DIR: folder }, warn: text => warnings.push(text) });
const make = (text: string) => (workspace: string) => {
  const path = join(workspace, 'made');
  writeFileSync(path, text);
  return Promise.resolve({ path, meta: {} });
};
const old = await cache.file(present, make('new'));
const one = await cache.file(absent, make('one'));
const again = await cache.file(absent, make('two'));
const outside = !one.startsWith(folder) && existsSync(one);
process.on('exit', () => {
  const kept = existsSync(dirname(one));
  console.log(JSON.stringify({ old, same: one === again, outside, warnings, kept }));
});
