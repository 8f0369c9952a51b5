import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { BackendError } from '../../../compiler/index.ts';
import { findCppCompiler } from '../../../backends/cuda-emulator/library.ts';
import { findCompiler } from '../../../backends/native/compiler.ts';
import { temporaryFolder } from './support.ts';

const root = temporaryFolder();

/** Folders of PATH with the named programs, which need not work. */
function folder(name: string, ...programs: string[]): string {
  const path = join(root, name);
  mkdirSync(path);
  for (const program of programs) {
    writeFileSync(join(path, program), '');
    chmodSync(join(path, program), 0o755);
  }
  return path;
}

const [empty, gccOnly, both] = [
  folder('empty'),
  folder('gcc-only', 'gcc'),
  folder('both', 'clang', 'cc'),
];

function errorOf(env: Record<string, string>): string {
  try {
    findCompiler(env);
  } catch (error) {
    if (error instanceof BackendError) return error.message;
    throw error;
  }
  return 'found';
}

test.each([
  ['cc before clang', { PATH: both }, join(both, 'cc')],
  ['the first name that is anywhere', { PATH: `${gccOnly}:${both}` }, join(both, 'cc')],
  ['gcc where there is no cc', { PATH: `${empty}::${gccOnly}` }, join(gccOnly, 'gcc')],
  ['an empty $EINC_CC is none', { PATH: gccOnly, EINC_CC: '' }, join(gccOnly, 'gcc')],
  ['$EINC_CC as a command', { PATH: both, EINC_CC: 'clang' }, join(both, 'clang')],
  ['$EINC_CC as a path', { PATH: both, EINC_CC: join(gccOnly, 'gcc') }, join(gccOnly, 'gcc')],
])('%s', (_, env, path) => {
  expect(findCompiler(env)).toMatchObject({ path, searchPath: env.PATH });
});

test('the identity is that of the file behind the links, and of its state', () => {
  const links = folder('links');
  symlinkSync(join(gccOnly, 'gcc'), join(links, 'cc'));
  const linked = findCompiler({ PATH: links });
  expect(linked.path).toBe(join(links, 'cc'));
  expect(linked.identity).toBe(findCompiler({ PATH: gccOnly }).identity);
  utimesSync(join(gccOnly, 'gcc'), 1, 1);
  expect(findCompiler({ PATH: links }).identity).not.toBe(linked.identity);
});

test('no compiler at all', () => {
  // On a machine without /usr/local/bin/cc and so on this is the text word by word.
  const path = `${empty}:${join(root, 'nowhere')}`;
  expect(errorOf({ PATH: path }).replace(path, '/usr/local/bin:/usr/bin'))
    .toBe(`error[EINC0901]: no C compiler found for backend \`cc\`
  = note: tried $EINC_CC (unset), cc, gcc, clang on PATH=/usr/local/bin:/usr/bin
  = help: Debian/Ubuntu: sudo apt-get install --no-install-recommends gcc libc6-dev
  = help: elsewhere: set EINC_CC=/path/to/cc
  = help: without a compiler: run with EINC_BACKEND=interp (slow, pure TypeScript)
  = help: \`einc doctor\` shows what was found`);
});

test('an $EINC_CC that is not there is not replaced by another', () => {
  expect(errorOf({ PATH: both, EINC_CC: '/nowhere/cc' }))
    .toBe(`error[EINC0901]: no C compiler found for backend \`cc\`
  = note: $EINC_CC is \`/nowhere/cc\`: not an executable file
  = help: set EINC_CC to one path or command, with no options in it
  = help: or unset it: cc, gcc, clang are then tried on PATH
  = help: without a compiler: run with EINC_BACKEND=interp (slow, pure TypeScript)
  = help: \`einc doctor\` shows what was found`);
});

test('no C++ compiler', () => {
  expect(() => findCppCompiler({ PATH: gccOnly })).toThrow(
    `error[EINC0940]: no C++ compiler found for backend \`cuda-emulator\`
  = note: tried $EINC_CXX (unset), c++, g++, clang++ on PATH=${gccOnly}
  = help: Debian/Ubuntu: sudo apt-get install --no-install-recommends g++
  = help: elsewhere: set EINC_CXX=/path/to/c++
  = help: without a compiler: run with EINC_BACKEND=interp (slow, pure TypeScript)
  = help: \`einc doctor\` shows what was found`,
  );
});

test.each([
  ['options in it', { PATH: both, EINC_CC: 'cc -m32' }, '$EINC_CC is `cc -m32`: not on PATH'],
  ['a folder', { PATH: both, EINC_CC: both }, 'not an executable file'],
  ['a folder of PATH that is relative', { PATH: relative('.', both) }, 'tried $EINC_CC (unset)'],
  ['no PATH', {}, 'on PATH=\n'],
])('not found: %s', (_, env, words) => {
  expect(errorOf(env)).toContain(words);
});

test('a file that may not be executed is no compiler', () => {
  const path = folder('not-executable', 'cc');
  chmodSync(join(path, 'cc'), 0o644);
  expect(errorOf({ PATH: path })).toContain('EINC0901');
});
