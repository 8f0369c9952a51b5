/** Which files `einc check` reads, and how it finds what they import. */
import { expect, test } from 'vitest';
import { placeWith } from './support.ts';

const timeout = 120_000;
const uncached = { EINC_CACHE: 'off' };
const wrong = "import { op } from 'einc';\nexport const y = op`relu(`;\n";

const { einc } = placeWith({
  'a.mjs': wrong,
  'b.js': wrong,
  'doors.ts': "export { op } from 'einc';\n",
  'short.ts': "import { op } from './doors';\nexport const y = op`relu(`;\n",
  'notes.txt': wrong,
});

test(
  'JavaScript, and imports without an extension, as `einc run` takes them',
  { timeout },
  async () => {
    const { code, stdout } = await einc(['check', 'a.mjs', 'b.js', 'short.ts', '--json'], uncached);
    const { errors } = JSON.parse(stdout) as { errors: readonly { file: string; code: string }[] };
    expect([code, errors.map(e => [e.file, e.code])]).toEqual([
      1,
      [
        ['a.mjs', 'EINC0101'],
        ['b.js', 'EINC0101'],
        ['short.ts', 'EINC0101'],
      ],
    ]);
  },
);

test('no other file', { timeout }, async () => {
  expect(await einc(['check', 'notes.txt'], uncached)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'error[EINC0701]: notes.txt is no file of TypeScript or JavaScript\n',
  });
});
