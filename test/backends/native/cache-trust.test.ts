import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contentKey } from '../../../runtime/cache.ts';
import { cacheIn, redirectTemporaryFolders, runChild, temporaryFolder } from './support.ts';

const root = temporaryFolder();
redirectTemporaryFolders();
const isRoot = process.geteuid?.() === 0;
const nobody = 65_534;
const key = contentKey(['a', 'key']);

describe('folders that cannot be trusted', () => {
  const at = (name: string) => join(root, 'hostile', name);
  const own = (name: string, mode = 0o700) => {
    mkdirSync(at(name), { recursive: true });
    chmodSync(at(name), mode);
    return at(name);
  };

  /** The file is there, but not in the folder; and that is said once. */
  async function expectElsewhere(folder: string, reason: string): Promise<void> {
    const { file, warnings } = cacheIn(folder);
    const path = await file(key);
    await file(contentKey(['another']));
    expect(readFileSync(path, 'utf8')).toBe('content');
    expect(path.startsWith(root)).toBe(false);
    expect(warnings).toEqual([expect.stringMatching(/^compiled code is not kept: /)]);
    expect(warnings[0]).toContain(reason);
  }

  test('a symbolic link', () => {
    symlinkSync(own('target'), at('link'));
    return expectElsewhere(at('link'), `${at('link')} is a symbolic link`);
  });

  test('a dangling link', () => {
    own('.');
    symlinkSync(at('nothing'), at('dangling'));
    return expectElsewhere(at('dangling'), 'dangling');
  });

  test.each([0o777, 0o770, 0o702, 0o1777])('writable by others: %o', mode => {
    const folder = own(`mode-${mode.toString(8)}`, mode);
    return expectElsewhere(folder, `${folder} is writable by others`);
  });

  test('a file', () => {
    own('.');
    writeFileSync(at('file'), '');
    return expectElsewhere(at('file'), 'file');
  });

  test('below a folder that others may change', () => {
    const above = own('open', 0o777);
    return expectElsewhere(join(above, 'mine'), `${above} is writable by others`);
  });

  test('below a link into such a folder', () => {
    const above = own('open-too', 0o777);
    mkdirSync(join(above, 'cache'));
    symlinkSync(join(above, 'cache'), at('way'));
    return expectElsewhere(join(at('way'), 'mine'), `${above} is writable by others`);
  });

  test('below a link in such a folder, which others may turn elsewhere', () => {
    const above = own('open-again', 0o777);
    symlinkSync(own('good'), join(above, 'link'));
    return expectElsewhere(join(above, 'link', 'mine'), `${above} is writable by others`);
  });

  test('a link of ours above it is fine, and so is a sticky folder', async () => {
    symlinkSync(own('sticky', 0o1777), at('good-way'));
    const { file, warnings } = cacheIn(join(at('good-way'), 'mine'));
    expect(await file(key)).toContain(at('good-way'));
    expect(warnings).toEqual([]);
  });

  test.each(['v1', join('v1', key.slice(0, 2))])('%s inside it writable by others', async inner => {
    const folder = own(`inner-${inner.length}`);
    const path = await cacheIn(folder).file(key);
    chmodSync(join(folder, inner), 0o777);
    const { file, made, warnings } = cacheIn(folder);
    expect(await file(key)).not.toBe(path);
    expect(made()).toBeGreaterThan(0);
    expect(warnings).toEqual([expect.stringContaining(`${join(folder, inner)} is not ours alone`)]);
  });

  test.runIf(isRoot)('owned by another user', () => {
    const folder = own('foreign');
    chownSync(folder, nobody, nobody);
    return expectElsewhere(folder, `${folder} belongs to another user`);
  });

  test.runIf(isRoot)('below a folder of another user', () => {
    const above = own('foreign-above');
    chownSync(above, nobody, nobody);
    return expectElsewhere(join(above, 'mine'), `${above} belongs to another user`);
  });

  test('a name that is too long', () => {
    return expectElsewhere(at('x'.repeat(300)), 'ENAMETOOLONG');
  });

  test(
    'read-only: what is there is used, what is not goes elsewhere and away',
    { timeout: 60_000 },
    async () => {
      const folder = own('read-only');
      const path = await cacheIn(folder).file(key);
      const jobs = join(folder, 'v1', 'jobs');
      rmSync(jobs, { recursive: true });
      for (const part of [root, at('.')]) chmodSync(part, 0o711);
      for (const part of [folder, join(folder, 'v1'), dirname(path)]) {
        chmodSync(part, 0o500);
        if (isRoot) chownSync(part, nobody, nobody);
      }
      for (const part of [path, path.replace(/so$/, 'json')]) {
        if (isRoot) chownSync(part, nobody, nobody);
      }
      const args = [folder, key, contentKey(['absent']), ...(isRoot ? [String(nobody)] : [])];
      const { stdout, stderr } = await runChild('read-only', args);
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({
        old: path,
        same: true,
        outside: true,
        warnings: [expect.stringContaining('cannot be written to (EACCES')],
        kept: false,
      });
      for (const part of [folder, join(folder, 'v1'), dirname(path)]) chmodSync(part, 0o700);
    },
  );
});
