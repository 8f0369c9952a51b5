import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BackendError } from '../../../compiler/index.ts';
import { loadNative } from '../../../backends/native/addon.ts';
import { compileLibrary, type LibrarySource } from '../../../backends/native/compile.ts';
import { type Compiler, findCompiler } from '../../../backends/native/compiler.ts';
import { openCache } from '../../../runtime/cache.ts';
import { temporaryFolder } from './support.ts';

const root = temporaryFolder();
const compiler = findCompiler();

/** A cache of its own, so that everything is built. */
function freshCache(name: string) {
  const folder = join(root, 'caches', name);
  return { folder, cache: openCache({ env: { EINC_CACHE_DIR: folder } }) };
}

/** A shell script in the compiler's place. */
function fakeCompiler(name: string, script: string): Compiler {
  const path = join(root, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { path, identity: name, searchPath: process.env['PATH'] ?? '' };
}

const answer: LibrarySource = {
  name: 'answer',
  source: '#include <stdint.h>\nint32_t answer(void *const *args) { (void)args; return 42; }\n',
  flags: ['-O1', '-g'],
};

async function errorOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('no error'),
    (reason: unknown) => reason,
  );
  return error instanceof BackendError ? error.message : String(error);
}

/** What is in a folder besides folders. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name));
}

function workspacesIn(folder: string): string[] {
  return readdirSync(join(folder, 'v1', 'jobs'));
}

/** Of processes whose command line has `word` in it. */
function running(word: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter(command => command.includes(word));
}

describe('compiling', () => {
  test('the library is in the cache, loads, and is not built again', async () => {
    const { folder, cache } = freshCache('plain');
    const path = await compileLibrary(compiler, answer, { cache });
    const native = await loadNative();
    expect(native.kernel(native.open(path), 'answer')).toBeGreaterThan(0);
    expect(filesIn(folder).sort()).toEqual([path.replace(/so$/, 'json'), path]);
    expect(workspacesIn(folder)).toEqual([]);
    const broken = { ...fakeCompiler('never', 'exit 1'), identity: compiler.identity };
    expect(await compileLibrary(broken, answer, { cache })).toBe(path);
  });

  test('an option that the compiler does not know is left out', async () => {
    const picky = fakeCompiler(
      'picky',
      `for a; do case $a in -fnice*) echo "error: unknown argument: '$a'" >&2; no=1;; esac; done
      [ -n "$no" ] && exit 1; exec cc "$@"`,
    );
    const { cache } = freshCache('picky');
    const nice = { ...answer, flags: ['-fnice', '-O1', '-fnice-too'] };
    const path = await compileLibrary(picky, nice, { cache });
    const built = JSON.parse(readFileSync(path.replace(/so$/, 'json'), 'utf8')) as unknown;
    expect(built).toMatchObject({ command: expect.arrayContaining(['-O1']) as unknown });
    expect(JSON.stringify(built)).not.toContain('-fnice');
  });

  describe('several sources', () => {
    const question = 'int question(void);\nint answer(void) { return question(); }\n';
    const other = 'int question(void) { return 42; }\n';

    test('become one library', async () => {
      const { cache } = freshCache('several');
      const library = { ...answer, source: question, others: [other], flags: ['-O1'] };
      const path = await compileLibrary(compiler, library, { cache });
      const built = readFileSync(path.replace(/so$/, 'json'), 'utf8');
      expect(built).toContain('answer_0.o');
      expect(built).toContain('answer_1.o');
    });

    test('that are others make another library', async () => {
      const { cache } = freshCache('several-others');
      const library = { ...answer, source: question, flags: ['-O1'] };
      const paths = await Promise.all([
        compileLibrary(compiler, { ...library, others: [other] }, { cache }),
        compileLibrary(compiler, { ...library, others: [other, '\n'] }, { cache }),
        compileLibrary(compiler, { ...library, source: `${question}${other}` }, { cache }),
      ]);
      expect(new Set(paths).size).toBe(paths.length);
    });

    test('one of which is wrong are no library, and the error shows its line', async () => {
      const { cache, folder } = freshCache('several-wrong');
      const wrong = {
        ...answer,
        source: question,
        others: [other, 'int wrong(void) { return x; }\n'],
      };
      await expect(compileLibrary(compiler, wrong, { cache })).rejects.toMatchObject({
        diagnostic: {
          code: 'EINC0902',
          notes: expect.arrayContaining([expect.stringContaining('return x;')]) as unknown,
        },
      });
      expect(readdirSync(join(folder, 'v1', 'jobs'))).toEqual([]);
    });
  });

  test('the bytes do not depend on the folder, debug data included', async () => {
    const build = (name: string) =>
      compileLibrary(compiler, answer, { cache: freshCache(name).cache });
    const [one, other] = await Promise.all([build('here'), build('there-with-a-longer-name')]);
    expect(readFileSync(one).equals(readFileSync(other))).toBe(true);
    expect(readFileSync(one).includes(root)).toBe(false);
  });

  test('name, source, flags, compiler and headers make different libraries', async () => {
    const { cache } = freshCache('keys');
    const copy = fakeCompiler('copy', `exec ${compiler.path} "$@"`);
    const include = (version: string) => ({ ...answer, include: { path: root, version } });
    const paths = await Promise.all([
      compileLibrary(compiler, answer, { cache }),
      compileLibrary(copy, answer, { cache }),
      compileLibrary(compiler, { ...answer, name: 'other' }, { cache }),
      compileLibrary(compiler, { ...answer, source: `${answer.source}\n` }, { cache }),
      compileLibrary(compiler, { ...answer, flags: ['-O1'] }, { cache }),
      compileLibrary(compiler, { ...answer, flags: ['-O1', '-g', '-march=native'] }, { cache }),
      compileLibrary(compiler, include('1'), { cache }),
      compileLibrary(compiler, include('2'), { cache }),
    ]);
    expect(new Set(paths).size).toBe(paths.length);
  });

  test('the environment of the compiler is its own', async () => {
    const { cache } = freshCache('environment');
    const spy = fakeCompiler('spy', `env > ${root}/seen; exec ${compiler.path} "$@"`);
    process.env['CPATH'] = '/evil';
    await compileLibrary(spy, answer, { cache });
    delete process.env['CPATH'];
    const seen = readFileSync(join(root, 'seen'), 'utf8').split('\n');
    const names = seen.map(line => line.split('=')[0]).filter(name => name !== '');
    // PWD and the like come from the shell of the script.
    expect(
      names.filter(name => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name ?? '')).sort(),
    ).toEqual(['LC_ALL', 'PATH', 'TMPDIR']);
  });

  test.each(['', '../up', 'a/b', '-o', '.hidden', 'a b', 'a;b', 'ä'])(
    'the name %j is refused',
    name => {
      expect(() => compileLibrary(compiler, { ...answer, name })).toThrow('cannot be called');
    },
  );

  test('the addon has no warnings', () => {
    const source = new URL('../../../backends/native/runtime/runtime.c', import.meta.url).pathname;
    const headers = new URL('../../../node_modules/node-api-headers/include', import.meta.url);
    const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-fsyntax-only'];
    execFileSync(compiler.path, [...flags, '-I', headers.pathname, source]);
  });
});

describe('what goes wrong', () => {
  test('C that is wrong: the first errors, the lines around them, the command', async () => {
    const { folder, cache } = freshCache('wrong');
    const source = [
      '#include <stdint.h>',
      'int32_t wrong(void *const *args) {',
      '  return missing;',
      '}',
      'int32_t worse(void) { return 1 }',
    ].join('\n');
    const attempt = compileLibrary(compiler, { name: 'wrong', source, flags: ['-O2'] }, { cache });
    expect(await errorOf(attempt)).toBe(`error[EINC0902]: the C compiler rejected \`wrong\`
  = note: wrong.c:3:10: error: 'missing' undeclared (first use in this function)
      2 | int32_t wrong(void *const *args) {
    > 3 |   return missing;
      4 | }
  = note: wrong.c:5:31: error: expected ';' before '}' token
      4 | }
    > 5 | int32_t worse(void) { return 1 }
  = note: ${compiler.path} -O2 -fdiagnostics-color=never -fPIC -shared -o wrong.so wrong.c`);
    expect(filesIn(folder)).toEqual([]);
    expect(workspacesIn(folder)).toEqual([]);
  });

  test('a flag that is wrong: the words of the compiler', async () => {
    const { cache } = freshCache('flag');
    const attempt = compileLibrary(compiler, { ...answer, flags: ['-march=z80'] }, { cache });
    const text = await errorOf(attempt);
    expect(text).toContain('error[EINC0902]: the C compiler rejected `answer`');
    expect(text).toContain("bad value 'z80' for '-march=' switch");
  });

  test('a symbol that is nowhere: the words of the linker', async () => {
    const { cache } = freshCache('linker');
    const source = 'int nowhere(void); int f(void) { return nowhere(); }';
    const flags = ['-Wl,--no-undefined', '-lm'];
    const text = await errorOf(compileLibrary(compiler, { name: 'f', source, flags }, { cache }));
    expect(text).toContain('undefined reference to `nowhere');
    expect(text).toContain('-o f.so f.c -lm');
  });

  test.each([
    ['exits with 1', 'exit 1', 'error[EINC0902]: the C compiler rejected `answer`'],
    ['is killed', 'kill -9 $$', 'error[EINC0904]: the C compiler crashed on `answer` (SIGKILL)'],
    [
      'has its cc1 killed',
      'echo "gcc: fatal error: Killed signal terminated program cc1" >&2; exit 1',
      'error[EINC0904]: the C compiler crashed on `answer`\n',
    ],
    [
      'has a fault',
      'echo "answer.c:1:1: internal compiler error: Segmentation fault" >&2; exit 4',
      'error[EINC0904]: the C compiler crashed on `answer`\n',
    ],
    [
      'makes nothing',
      'exit 0',
      'error[EINC0906]: the C compiler reported success but made no library of `answer`',
    ],
    ['makes something else', 'echo hello > answer.so', 'error[EINC0906]: the C compiler reported'],
    [
      'has no space',
      'echo "/usr/bin/ld: final link failed: No space left on device" >&2; exit 1',
      'error[EINC0905]: no space left on the device while compiling `answer`',
    ],
  ])('a compiler that %s', async (name, script, message) => {
    const { folder, cache } = freshCache(`fake ${name}`);
    const fake = fakeCompiler(`fake-${name.replaceAll(' ', '-')}`, script);
    const text = await errorOf(compileLibrary(fake, answer, { cache }));
    expect(text.slice(0, message.length)).toBe(message);
    expect(text).toContain(`= note: ${fake.path} -O1 -g -fdiagnostics-color=never`);
    expect(filesIn(folder)).toEqual([]);
    expect(workspacesIn(folder)).toEqual([]);
  });

  test('a compiler that cannot be started', async () => {
    const { folder, cache } = freshCache('no-start');
    const absent = { path: join(root, 'absent'), identity: '', searchPath: '' };
    expect(await errorOf(compileLibrary(absent, answer, { cache }))).toContain(
      'error[EINC0904]: the C compiler could not be started for `answer`\n  = note: spawn',
    );
    expect(workspacesIn(folder)).toEqual([]);
  });

  test('a compiler that hangs, with a child that holds its output open', async () => {
    const { folder, cache } = freshCache('hangs');
    const forEver = `sleep ${1_000_000 + process.pid}`;
    const fake = fakeCompiler('hangs', `touch temporary; ${forEver} & ${forEver}`);
    const started = performance.now();
    const text = await errorOf(compileLibrary(fake, answer, { cache, timeoutMs: 300 }));
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(text).toContain(
      'error[EINC0903]: the C compiler did not finish `answer` within 0.3 s\n',
    );
    expect(running(forEver)).toEqual([]);
    expect(workspacesIn(folder)).toEqual([]);
  });

  test('a compiler that exits, with a child that escaped and holds its output open', async () => {
    const { cache } = freshCache('escapes');
    const pid = join(root, 'escaped');
    const script = `setsid sh -c 'echo $$ > ${pid}; exec sleep 60' &
      while [ ! -s ${pid} ]; do sleep 0.01; done
      exit 1`;
    const fake = fakeCompiler('escapes', script);
    const started = performance.now();
    expect(await errorOf(compileLibrary(fake, answer, { cache }))).toContain('EINC0902');
    expect(performance.now() - started).toBeLessThan(10_000);
    process.kill(Number(readFileSync(pid, 'utf8')));
  });

  test('a real compiler that hangs leaves no cc1', async () => {
    const { folder, cache } = freshCache('fifo');
    const fifo = join(root, 'a-pipe-nobody-writes-to.h');
    execFileSync('mkfifo', [fifo]);
    const source = `#include "${fifo}"\n`;
    const name = 'reads_a_pipe_for_ever';
    const attempt = compileLibrary(
      compiler,
      { name, source, flags: [] },
      { cache, timeoutMs: 500 },
    );
    expect(await errorOf(attempt)).toContain('error[EINC0903]');
    expect(running(name)).toEqual([]);
    expect(workspacesIn(folder)).toEqual([]);
  });

  test('more jobs than cores take turns, and a failure gives its turn back', async () => {
    const { cache } = freshCache('turns');
    const fake = fakeCompiler('turns', 'exit 1');
    const attempts = Array.from({ length: 30 }, (_, i) =>
      errorOf(compileLibrary(fake, { ...answer, name: `n${i}` }, { cache })),
    );
    const texts = await Promise.all(attempts);
    expect(texts.filter(text => text.includes('EINC0902')).length).toBe(30);
  });
});

describe('what takes long is said on a terminal', () => {
  /** What a terminal is sent while a library is compiled that long. */
  async function sentWhile(name: string, seconds: number, isTTY = true): Promise<string> {
    const { cache } = freshCache(name);
    const slow = fakeCompiler(name, `sleep ${seconds}; exec ${compiler.path} "$@"`);
    const sent: string[] = [];
    const terminal = { isTTY, columns: 20, write: (text: string) => sent.push(text) };
    const library = { ...answer, name };
    await compileLibrary(slow, library, { cache, terminal });
    await compileLibrary(slow, library, { cache, terminal });
    return sent.join('');
  }

  test('by its name, once, in a line that goes away', async () => {
    expect(await sentWhile('slow', 0.6)).toBe('\r\x1b[Kcompiling slow…\r\x1b[K');
  });

  test('in one line, however long the name', async () => {
    const line = /compiling [^\r]*/.exec(await sentWhile('a_name_that_is_long', 0.6))?.[0];
    expect(line).toBe('compiling a_name_th');
  });

  test('and goes away when compiling fails', async () => {
    const sent: string[] = [];
    const terminal = { isTTY: true, write: (text: string) => sent.push(text) };
    const { cache } = freshCache('slow-failure');
    const failing = fakeCompiler('slow-failure', 'sleep 0.6; exit 1');
    await errorOf(compileLibrary(failing, answer, { cache, terminal }));
    expect(sent).toEqual(['\r\x1b[Kcompiling answer…', '\r\x1b[K']);
  });

  test('nothing of what is quick, and nothing anywhere else', async () => {
    expect(await sentWhile('elsewhere', 0.6, false)).toBe('');
    let sent = '';
    const terminal = { isTTY: true, write: (text: string) => (sent += text) };
    const quick = fakeCompiler('quick', `printf '\\177ELF' > answer.so`);
    await compileLibrary(quick, answer, { cache: freshCache('quick').cache, terminal });
    expect(sent).toBe('');
  });
});
