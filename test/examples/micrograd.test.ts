import { expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { placeWith } from '../cli/support.ts';

const { einc } = placeWith({});

/** As in the README of micrograd, to all four digits. */
const printed = 'g     24.7041\ndg/da 138.8338\ndg/db 645.5773\n';

test.each(['cc', 'interp', 'cuda-emulator'])(
  'prints the numbers of the micrograd README, through %s',
  async backend => {
    const file = resolve('examples/micrograd.ts');
    expect(await einc(['run', '--backend', backend, file])).toEqual({
      code: 0,
      stdout: printed,
      stderr: '',
    });
  },
);

test('its own comment shows what it prints', () => {
  const text = readFileSync('examples/micrograd.ts', 'utf8');
  for (const line of printed.trimEnd().split('\n')) expect(text).toContain(` *   ${line}\n`);
});
