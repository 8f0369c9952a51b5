/** A cache on a disk that fills up while something is made. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { BackendError } from '../../../compiler/index.ts';
import { contentKey, openCache, type Producer } from '../../../runtime/cache.ts';
import { writeWhole } from '../../../runtime/whole-file.ts';
import { redirectTemporaryFolders, temporaryFolder } from './support.ts';

const root = temporaryFolder();
redirectTemporaryFolders();
const key = contentKey(['a', 'key']);

const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
const compilerSays = new BackendError({
  code: 'EINC0905',
  message: 'no space left on the device while compiling `k`',
  notes: ['cc1: fatal error'],
});

/** Finds no room below a folder. */
const producer =
  (folder: string, error: Error): Producer =>
  workspace => {
    if (workspace.startsWith(folder)) throw error;
    const path = join(workspace, 'k.so');
    writeFileSync(path, 'content');
    return Promise.resolve({ path, meta: {} });
  };

test.each([
  ['the system', full, 'ENOSPC: no space left on device, write'],
  ['a compiler', compilerSays, 'no space left on the device while compiling `k`: cc1: fatal error'],
])(
  'what is made is kept elsewhere for this process, when %s says so',
  async (who, error, words) => {
    const folder = join(root, who);
    const warnings: string[] = [];
    const env = { EINC_CACHE_DIR: folder };
    const cache = openCache({ env, warn: message => warnings.push(message) });
    const path = await cache.file(key, producer(folder, error));
    await cache.file(contentKey(['another']), producer(folder, error));
    expect(readFileSync(path, 'utf8')).toBe('content');
    expect(path.startsWith(folder)).toBe(false);
    expect(warnings).toEqual([`compiled code is not kept: ${words}`]);
  },
);

test('where there is no room anywhere, the message says what to set', async () => {
  const cache = openCache({ env: { EINC_CACHE: 'off' } });
  await expect(cache.file(key, producer('/', full))).rejects.toThrow(
    `error[EINC0908]: there is no place for compiled code
  = note: ENOSPC: no space left on device, write
  = help: set EINC_CACHE_DIR or TMPDIR to a folder of yours that has room`,
  );
});

test('another error is no reason to try elsewhere', async () => {
  const cache = openCache({ env: { EINC_CACHE_DIR: join(root, 'other') } });
  await expect(cache.file(key, producer('/', new Error('of mine')))).rejects.toThrow('of mine');
});

test('a file that cannot take its place leaves nothing half written', () => {
  const path = join(root, 'taken');
  writeWhole(join(path, 'inner'), 'there');
  expect(() => {
    writeWhole(path, 'text');
  }).toThrow('EISDIR');
  expect(existsSync(join(path, 'inner'))).toBe(true);
  expect(readdirSync(dirname(path)).filter(name => name.startsWith('taken.'))).toEqual([]);
});
