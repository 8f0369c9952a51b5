import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileLibrary } from '../../../backends/native/compile.ts';
import { findCompiler } from '../../../backends/native/compiler.ts';
import { loadNative } from '../../../backends/native/addon.ts';
import { contentKey, openCache } from '../../../runtime/cache.ts';
import { Store } from '../../../runtime/cache-store.ts';
import { generator } from '../../support/generator.ts';
import { cacheIn, redirectTemporaryFolders, runChild, slow, temporaryFolder } from './support.ts';

const root = temporaryFolder();
redirectTemporaryFolders();
const isRoot = process.geteuid?.() === 0;
const nobody = 65_534;

const key = contentKey(['a', 'key']);

describe('keeping', () => {
  test('a file is made once, then found, by other processes too', async () => {
    const folder = join(root, 'once');
    const first = cacheIn(folder);
    const path = await first.file(key);
    expect(path).toBe(join(folder, 'v1', key.slice(0, 2), `${key}.so`));
    expect(await first.file(key)).toBe(path);
    expect(first.made()).toBe(1);
    const second = cacheIn(folder);
    expect(await second.file(key)).toBe(path);
    expect(second.made()).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('content');
    expect(JSON.parse(readFileSync(path.replace(/so$/, 'json'), 'utf8'))).toEqual({
      sha256: 'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73',
      bytes: 7,
      about: 'a test',
    });
  });

  test.each([
    ['with a cache', {}],
    ['with none', { EINC_CACHE: 'off' }],
  ])('what was prepared is found, and not made again, %s', async (title, more) => {
    const prepared = join(root, 'prepared');
    const path = await cacheIn(prepared).file(key);
    const folder = join(root, title);
    const env = { EINC_CACHE_DIR: folder, ...more };
    const cache = openCache({ env, prepared: new Store(prepared, 'so') });
    const neverMade = (): never => expect.unreachable();
    expect(await cache.file(key, neverMade)).toBe(path);
    expect(existsSync(join(folder, 'v1'))).toBe(false);
    writeFileSync(path, 'damaged');
    expect(cache.find(key)).toBeUndefined();
    rmSync(prepared, { recursive: true });
  });

  test('nobody else can read or write it', async () => {
    const folder = join(root, 'modes');
    const path = await cacheIn(folder).file(key);
    for (const made of [folder, join(folder, 'v1'), dirname(path)]) {
      expect(statSync(made).mode & 0o777).toBe(0o700);
    }
    expect(statSync(path).mode & 0o022).toBe(0);
  });

  test('whatever the umask is', async () => {
    const usual = process.umask(0);
    try {
      const { file, made } = cacheIn(join(root, 'umask'));
      const path = await file(key);
      expect(await file(key)).toBe(path);
      expect(made()).toBe(1);
    } finally {
      process.umask(usual);
    }
  });

  test('asked for twice at once, it is made once', async () => {
    const { file, made } = cacheIn(join(root, 'twice'));
    const [one, other] = await Promise.all([file(key), file(key)]);
    expect(one).toBe(other);
    expect(made()).toBe(1);
  });

  test('a producer that fails leaves nothing, and may try again', async () => {
    const folder = join(root, 'fails');
    const { cache, file, warnings } = cacheIn(folder);
    const failing = cache.file(key, workspace => {
      writeFileSync(join(workspace, 'half'), '');
      return Promise.reject(new Error('on purpose'));
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(readdirSync(join(folder, 'v1', 'jobs'))).toEqual([]);
    expect(await file(key)).toContain(key);
    expect(warnings).toEqual([]);
  });

  test.each([
    ['EINC_CACHE_DIR', { EINC_CACHE_DIR: join(root, 'a') }, join(root, 'a')],
    [
      'XDG_CACHE_HOME',
      { EINC_CACHE_DIR: '', XDG_CACHE_HOME: join(root, 'b') },
      join(root, 'b/einc'),
    ],
    ['HOME', { EINC_CACHE_DIR: '', HOME: join(root, 'c') }, join(root, 'c/.cache/einc')],
    [
      'HOME, when XDG_CACHE_HOME is relative',
      { EINC_CACHE_DIR: '', XDG_CACHE_HOME: 'x', HOME: join(root, 'd') },
      join(root, 'd/.cache/einc'),
    ],
  ])('the folder comes from %s', async (_, env, folder) => {
    expect(await cacheIn('', env).file(key)).toBe(join(folder, 'v1', key.slice(0, 2), `${key}.so`));
  });

  test('EINC_CACHE=off keeps nothing beyond the process, without a warning', async () => {
    const folder = join(root, 'off');
    const { file, made, warnings } = cacheIn(folder, { EINC_CACHE: 'off' });
    const path = await file(key);
    expect(await file(key)).toBe(path);
    expect(made()).toBe(1);
    expect(existsSync(folder)).toBe(false);
    expect(warnings).toEqual([]);
    expect(statSync(dirname(dirname(dirname(path)))).mode & 0o777).toBe(0o700);
  });

  test('folders that a killed process left go after a while', async () => {
    const folder = join(root, 'leftovers');
    const { file } = cacheIn(folder);
    await file(key);
    const [old, recent] = ['1-old', '2-recent'].map(name => join(folder, 'v1', 'jobs', name));
    for (const path of [old, recent]) mkdirSync(path ?? '');
    writeFileSync(join(old ?? '', 'file'), '');
    utimesSync(old ?? '', 1, 1);
    await file(contentKey(['another']));
    expect(readdirSync(join(folder, 'v1', 'jobs'))).toEqual(['2-recent']);
  });

  test('lists of parts do not share keys', () => {
    const lists = [
      [],
      [''],
      ['', ''],
      ['ab'],
      ['a', 'b'],
      ['a', '', 'b'],
      ['1:a'],
      ['é'],
      ['1', 'a'],
    ];
    expect(new Set(lists.map(contentKey)).size).toBe(lists.length);
  });

  test('a warm lookup takes well under five milliseconds', async () => {
    const { file } = cacheIn(join(root, 'warm'));
    await file(key, Buffer.alloc(40_000, 7));
    const times: number[] = [];
    for (let i = 0; i < 30; i++) {
      const started = performance.now();
      await file(key);
      times.push(performance.now() - started);
    }
    expect(Math.min(...times)).toBeLessThan(2);
  });
});

describe('at the same time', () => {
  const [processes, keys] = slow ? [8, 25] : [8, 10];

  test('many processes that start cold all succeed', { timeout: 60_000 }, async () => {
    const folder = join(root, 'cold');
    await loadNative();
    const children = Array.from({ length: processes }, (_, i) =>
      runChild('cold', [folder, String(i), String(keys)]),
    );
    const ended = { code: 0, stdout: 'done\n', stderr: '' };
    expect(await Promise.all(children)).toEqual(Array(processes).fill(ended));
    const entries = readdirSync(join(folder, 'v1'), { recursive: true });
    expect(entries.filter(name => String(name).endsWith('.so')).length).toBe(keys);
    expect(readdirSync(join(folder, 'v1', 'jobs'))).toEqual([]);
  });
});

describe('damage', () => {
  const content = Buffer.from(Array.from({ length: 20_000 }, (_, i) => i * 31));
  const draw = generator(5);
  const entry = async (name: string) => {
    const { file, made } = cacheIn(join(root, name));
    const path = await file(key, content);
    return { path, made, again: () => file(key, content) };
  };

  /** Each damage is seen, and mended by making the file once more. */
  async function expectMended(name: string, damages: readonly ((path: string) => void)[]) {
    const { path, made, again } = await entry(name);
    for (const [i, damage] of damages.entries()) {
      damage(path);
      expect(await again()).toBe(path);
      expect(made()).toBe(i + 2);
      expect(readFileSync(path).equals(content)).toBe(true);
    }
    await again();
    expect(made()).toBe(damages.length + 1);
  }

  test('truncation', () => {
    const points = slow ? 100 : 20;
    const lengths = Array.from({ length: points }, (_, i) => (i * content.length) / points);
    return expectMended(
      'truncation',
      lengths.map(length => path => truncateSync(path, Math.floor(length))),
    );
  });

  test('flipped bits', () => {
    const flip = (path: string) => {
      const bytes = readFileSync(path);
      const at = draw(bytes.length);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << draw(8)), at);
      writeFileSync(path, bytes);
    };
    return expectMended('flips', Array<typeof flip>(slow ? 1000 : 50).fill(flip));
  });

  test('zeroed pages', () => {
    const pages = [0, 1, 2, 3].map(page => (path: string) => {
      writeFileSync(path, readFileSync(path).fill(0, page * 4096, (page + 1) * 4096));
    });
    return expectMended('zeroes', pages);
  });

  test('more at the end, another entry, no entry, no permission', () => {
    const meta = (path: string) => path.replace(/so$/, 'json');
    return expectMended('other', [
      path => writeFileSync(path, Buffer.concat([content, Buffer.of(0)])),
      path => writeFileSync(path, 'other'),
      path => rmSync(path),
      path => rmSync(meta(path)),
      path => writeFileSync(meta(path), ''),
      path => writeFileSync(meta(path), 'null'),
      path => writeFileSync(meta(path), '{"sha256":"", "bytes":-1}'),
      path => truncateSync(meta(path), 30),
      path => chmodSync(path, 0o666),
      path => chmodSync(meta(path), 0o620),
      path => {
        renameSync(path, `${path}.real`);
        symlinkSync(`${path}.real`, path);
      },
      path => {
        renameSync(meta(path), `${path}.meta`);
        symlinkSync(`${path}.meta`, meta(path));
      },
      ...(isRoot ? [(path: string) => chownSync(path, nobody, nobody)] : []),
    ]);
  });

  test('a damaged library is rebuilt, and loads', async () => {
    const { cache } = cacheIn(join(root, 'library'));
    const source = 'int k(void *const *args) { (void)args; return 0; }';
    const build = () => compileLibrary(findCompiler(), { name: 'k', source, flags: [] }, { cache });
    const path = await build();
    const whole = readFileSync(path);
    truncateSync(path, 4096);
    expect(await build()).toBe(path);
    expect(readFileSync(path).equals(whole)).toBe(true);
    const native = await loadNative();
    native.close(native.open(path));
  });

  test('entries that cannot be replaced are made elsewhere, which is said once', async () => {
    const { file, warnings } = cacheIn(join(root, 'stuck'));
    const keys = [key, contentKey(['another'])];
    for (const stuck of keys) {
      const path = await file(stuck, content);
      rmSync(path);
      mkdirSync(join(path, 'in the way'), { recursive: true });
    }
    const made = await Promise.all(keys.map(stuck => file(stuck, content)));
    for (const [i, path] of made.entries()) {
      expect(path.startsWith(root)).toBe(false);
      expect(readFileSync(path).equals(content)).toBe(true);
      expect(await file(keys[i] ?? '', content)).toBe(path);
    }
    expect(warnings).toEqual([expect.stringContaining('cannot be written to')]);
  });
});
