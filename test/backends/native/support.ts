/** Small kernels, and what the tests of this folder need around them. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { loadNative, type Native } from '../../../backends/native/addon.ts';
import { compileLibrary } from '../../../backends/native/compile.ts';
import { findCompiler } from '../../../backends/native/compiler.ts';
import { type Cache, openCache, type Producer } from '../../../runtime/cache.ts';
import { builtProgram } from '../../support/built-program.ts';

export const kernelSource = `#include <stdint.h>
#include <time.h>

int32_t nothing(void *const *args) {
  (void)args;
  return 0;
}

/* log[0] counts what follows. */
int32_t append(void *const *args) {
  int32_t *log = args[0];
  log[++log[0]] = (int32_t)(intptr_t)args[1];
  return 0;
}

int32_t append_product(void *const *args) {
  int32_t *log = args[0];
  log[++log[0]] = (int32_t)((intptr_t)args[1] * (intptr_t)args[2]);
  return 0;
}

int32_t append_high_word(void *const *args) {
  int32_t *log = args[0];
  log[++log[0]] = (int32_t)((int64_t)(intptr_t)args[1] >> 32);
  return 0;
}

int32_t add(void *const *args) {
  float *x = args[0];
  x[0] += (float)(intptr_t)args[1];
  return 0;
}

/* Does not commute, so a wrong order shows. */
int32_t mix(void *const *args) {
  uint32_t *cells = args[0];
  intptr_t cell = (intptr_t)args[1];
  cells[cell] = cells[cell] * 3 + (uint32_t)(intptr_t)args[2];
  return 0;
}

int32_t fail(void *const *args) {
  return (int32_t)(intptr_t)args[0];
}

int32_t rest(void *const *args) {
  long microseconds = (long)(intptr_t)args[0];
  struct timespec time = { microseconds / 1000000, microseconds % 1000000 * 1000 };
  nanosleep(&time, 0);
  return 0;
}
`;

/** The addon and the path of a library with the kernels above. */
export async function nativeWithKernels(): Promise<{ native: Native; library: string }> {
  const [native, library] = await Promise.all([
    loadNative(),
    compileLibrary(findCompiler(), { name: 'kernels', source: kernelSource, flags: ['-O1'] }),
  ]);
  return { native, library };
}

/** A folder that goes away after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const machineTemporary = tmpdir();

/** Where caches of this process go that are not kept; the test runner ends it without `exit`. For the tests of the file. */
export function redirectTemporaryFolders(): void {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = temporaryFolder();
  afterAll(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
}

export const slow = process.env['EINC_SLOW'] === '1';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function builtChild(name: string): string {
  return builtProgram(new URL(`children/${name}.ts`, import.meta.url));
}

/** Runs `children/<name>.ts` to its end in a process of its own, with a heap that grows little. */
export function runChild(name: string, args: readonly string[]): Promise<Ended> {
  const script = builtChild(name);
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--expose-gc', '--max-semi-space-size=1', script, ...args],
      {
        env: { ...process.env, TMPDIR: machineTemporary },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 50_000,
      },
    );
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', code => resolve({ code, ...text }));
  });
}

export interface CountingCache {
  readonly cache: Cache;
  readonly warnings: readonly string[];
  readonly made: () => number;
  readonly file: (key: string, content?: string | Buffer) => Promise<string>;
}

/** A cache in `folder` that counts what it has to make. */
export function cacheIn(folder: string, env: Record<string, string> = {}): CountingCache {
  const warnings: string[] = [];
  const cache = openCache({
    env: { EINC_CACHE_DIR: folder, ...env },
    warn: text => warnings.push(text),
  });
  let made = 0;
  const produce =
    (content: string | Buffer): Producer =>
    workspace => {
      made += 1;
      const path = join(workspace, 'product');
      writeFileSync(path, content);
      return Promise.resolve({ path, meta: { about: 'a test' } });
    };
  return {
    cache,
    warnings,
    made: () => made,
    file: (key, content = 'content') => cache.file(key, produce(content)),
  };
}
