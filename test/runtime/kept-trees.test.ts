import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openKeptTrees } from '../../runtime/kept-trees.ts';
import { temporaryFolder } from '../backends/native/support.ts';
import { builtProgram } from '../support/built-program.ts';

const keeping = builtProgram(new URL('children/trees.ts', import.meta.url));

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

interface Process {
  readonly text?: string;
  readonly build?: string;
  readonly program?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a process of its own finds, before it keeps something. */
function found({ text = 'x', build = 'build', program = 'a.ts', env = {} }: Process = {}): unknown {
  const cache = { EINC_CACHE: '', EINC_CACHE_DIR: join(folder, 'cache') };
  const output = execFileSync(process.execPath, [keeping, text, build, program], {
    env: { ...process.env, ...cache, ...env },
    encoding: 'utf8',
  });
  return JSON.parse(output);
}

function keptFiles(): readonly string[] {
  const trees = join(folder, 'cache', 'trees');
  if (!existsSync(trees)) return [];
  const names = readdirSync(trees, { recursive: true, encoding: 'utf8' });
  return names.filter(name => name.endsWith('.bin')).map(name => join(trees, name));
}

test('a tree is kept by the first process, and found by the second', () => {
  expect(found()).toBeNull();
  const kept = keptFiles();
  expect(kept).toHaveLength(1);
  expect(found()).toEqual({ of: 'x' });
  expect(keptFiles()).toEqual(kept);
});

test('what a process has no use for stays', () => {
  expect(found({ text: 'x' })).toBeNull();
  expect(found({ text: 'y' })).toBeNull();
  expect([found({ text: 'x' }), found({ text: 'y' })]).toEqual([{ of: 'x' }, { of: 'y' }]);
  expect(keptFiles()).toHaveLength(1);
});

test.each<[string, Process]>([
  ['another text', { text: 'x ' }],
  ['another build of einc', { build: 'other' }],
  ['another program', { program: '/elsewhere/a.ts' }],
])('%s has trees of its own', (_, other) => {
  expect(found()).toBeNull();
  expect(found(other)).toBeNull();
  expect([found(), found(other)]).toEqual([{ of: 'x' }, { of: other.text ?? 'x' }]);
});

describe('trees that nobody vouches for are not taken', () => {
  test('damaged ones', () => {
    found();
    const [path = ''] = keptFiles();
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 4) ^ 1, bytes.length - 4);
    writeFileSync(path, bytes);
    expect(found()).toBeNull();
    expect(found()).toEqual({ of: 'x' });
  });

  test('those of another program, under the name of this one', () => {
    found();
    const [own = ''] = keptFiles();
    found({ program: 'b.ts', text: 'y' });
    const other = keptFiles().find(path => path !== own) ?? '';
    copyFileSync(other, own);
    expect(found()).toBeNull();
  });

  test('those in a folder that others may write to', () => {
    found();
    chmodSync(join(folder, 'cache', 'trees'), 0o777);
    expect(found()).toBeNull();
    expect(found()).toBeNull();
  });
});

test('nothing is kept when no cache is wanted', () => {
  expect(found({ env: { EINC_CACHE: 'off' } })).toBe('off');
  expect(keptFiles()).toEqual([]);
});

test('nothing is kept by the sources of einc, whose build is not known', () => {
  expect(openKeptTrees({ env: {} })).toBeUndefined();
});
