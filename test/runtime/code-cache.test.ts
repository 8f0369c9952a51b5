import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { builtProgram } from '../support/built-program.ts';
import { temporaryFolder } from '../backends/native/support.ts';

const evaluating = builtProgram(new URL('children/evaluate.ts', import.meta.url));
const text = String.raw`exports.place = () => /\((.*):\d+:\d+\)/.exec(new Error().stack)[1];`;

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

function writeModule(name: string): string {
  const path = join(folder, name, 'module.cjs');
  mkdirSync(join(folder, name));
  writeFileSync(path, text);
  return path;
}

interface Options {
  readonly isWorthwhile?: boolean;
  readonly program?: string;
  readonly EINC_CACHE?: string;
  readonly EINC_CACHE_DIR?: string;
}

/** Where the module is, as a stack tells it in a process of its own. */
function evaluate(
  path: string,
  { isWorthwhile = true, program = evaluating, ...env }: Options = {},
): string {
  const cache = { EINC_CACHE: '', EINC_CACHE_DIR: join(folder, 'cache') };
  return execFileSync(process.execPath, [program, path, String(isWorthwhile)], {
    env: { ...process.env, ...cache, ...env },
    encoding: 'utf8',
  }).trim();
}

function keptCode(): readonly string[] {
  const code = join(folder, 'cache', 'code');
  if (!existsSync(code)) return [];
  return readdirSync(code, { recursive: true, encoding: 'utf8' }).filter(n => n.endsWith('.bin'));
}

test('code is kept by the first process, and taken by the second', () => {
  const path = writeModule('one');
  expect(evaluate(path)).toBe(path);
  const kept = keptCode();
  expect(kept).toHaveLength(1);
  expect(evaluate(path)).toBe(path);
  expect(keptCode()).toEqual(kept);
});

test('the same text in two places has two places', () => {
  const [one, other] = [writeModule('one'), writeModule('other')];
  expect([evaluate(one), evaluate(other), evaluate(one)]).toEqual([one, other, one]);
});

test.each([
  ['of what is not worth it', { isWorthwhile: false }],
  ['when no cache is wanted', { EINC_CACHE: 'off' }],
])('nothing is kept %s', (_, options) => {
  const path = writeModule('one');
  expect(evaluate(path, options)).toBe(path);
  expect(keptCode()).toEqual([]);
});

test('code that lies beside the program from the beginning is taken, and not kept again', () => {
  const path = writeModule('one');
  const program = join(folder, 'evaluate.js');
  copyFileSync(evaluating, program);
  const prepared = join(folder, 'prepared');
  expect(evaluate(path, { program, EINC_CACHE_DIR: prepared })).toBe(path);
  expect(evaluate(path, { program })).toBe(path);
  expect(keptCode()).toEqual([]);
  rmSync(prepared, { recursive: true });
  expect(evaluate(path, { program })).toBe(path);
  expect(keptCode()).toHaveLength(1);
});
