/** Who prints what when several ranks run a program. The launcher is played by variables. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LinePrefix } from '../../cli/rank-output.ts';
import { placeWith } from './support.ts';

const { folder, einc } = placeWith({
  'prints.ts': `console.log('one\\ntwo'); console.error('wrong'); process.stdout.write('no end');`,
  'throws.ts': `throw new Error('of this rank');`,
});

const rank = (n: number, log = ''): Record<string, string> => ({
  EINC_RANK: String(n),
  EINC_WORLD: '3',
  ...(log === '' ? {} : { EINC_LOG: log }),
});

test('the first rank prints as if it were alone', async () => {
  expect(await einc(['run', 'prints.ts'], rank(0))).toEqual({
    code: 0,
    stdout: 'one\ntwo\nno end',
    stderr: 'wrong\n',
  });
});

test('of the others only what goes wrong is shown, with their numbers', async () => {
  const said = await einc(['run', 'prints.ts'], rank(2));
  expect(said).toEqual({ code: 0, stdout: '', stderr: '[2] wrong\n' });
  const { code, stderr } = await einc(['run', 'throws.ts'], rank(1));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^\[1\] Error: of this rank\n\[1\] {5}at /);
});

test('EINC_LOG=all shows all, with numbers', async () => {
  const said = await einc(['run', 'prints.ts'], rank(1, 'all'));
  expect(said).toEqual({ code: 0, stdout: '[1] one\n[1] two\n[1] no end', stderr: '[1] wrong\n' });
});

test('EINC_LOG=folder has a file for each', async () => {
  const said = await einc(['run', 'prints.ts'], rank(1, 'logs/run'));
  expect(said).toEqual({ code: 0, stdout: '', stderr: '[1] wrong\n' });
  const log = readFileSync(join(folder, 'logs', 'run', 'rank-1.log'), 'utf8');
  expect(log).toBe('one\ntwo\nwrong\nno end');
});

test('a prefix stands before each line, however they come', () => {
  const prefix = new LinePrefix('> ');
  const pieces = ['a', 'b\n', '', '\n', 'c\nd', '\n'].map(piece => prefix.apply(piece));
  expect(pieces).toEqual(['> a', 'b\n', '', '> \n', '> c\n> d', '\n']);
});
