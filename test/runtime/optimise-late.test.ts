import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { optimisingLate } from '../../runtime/optimise-late.ts';
import { builtProgram } from '../support/built-program.ts';
import { temporaryFolder } from '../backends/native/support.ts';

const child = builtProgram(new URL('children/optimise-late.ts', import.meta.url));

test('V8 has other options meanwhile, and its own after it: it takes code that was kept under these', () => {
  const path = join(temporaryFolder(), 'code.bin');
  const run = (when: string): string =>
    execFileSync(process.execPath, [child, when, path], { encoding: 'utf8' }).trim();
  run('before');
  expect(run('while')).toBe(String(!process.versions.v8.startsWith('11.')));
  expect(run('after')).toBe('true');
});

test('gives what the work gives, and throws what it throws', () => {
  expect(optimisingLate(() => optimisingLate(() => 42))).toBe(42);
  const failing = (): never => {
    throw new Error('its own words');
  };
  expect(() => optimisingLate(failing)).toThrow('its own words');
});
