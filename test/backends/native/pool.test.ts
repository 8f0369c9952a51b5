/** Threads that share the turns of a loop: which turns they get, for whom, and how they go. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadNative } from '../../../backends/native/addon.ts';
import { NativeBuffer } from '../../../backends/native/buffer.ts';
import { compileLibrary } from '../../../backends/native/compile.ts';
import { findCompiler } from '../../../backends/native/compiler.ts';
import { openKernel } from '../../../backends/native/kernel.ts';
import { NativeStream } from '../../../backends/native/stream.ts';
import { poolSize } from '../../../backends/native/threads.ts';
import { builtChild, runChild, temporaryFolder } from './support.ts';

vi.setConfig({ testTimeout: 60_000 });

const source = `#include <stdint.h>
#include <string.h>
#include <time.h>

void (*einc_parallel)(
  long turns, void (*part)(long first, long last, void *const *args), void *const *args);

/* Each turn notes where its part began. */
static void note(long first, long last, void *const *args) {
  int *cells = args[0];
  for (long i = first; i < last; ++i) cells[i] = (int)first;
}

int32_t note_parts(void *const *args) {
  einc_parallel((long)args[1], note, args);
  return 0;
}

static void add(long first, long last, void *const *args) {
  int *cells = args[0];
  for (long i = first; i < last; ++i) cells[i]++;
}

int32_t add_one(void *const *args) {
  einc_parallel((long)args[1], add, args);
  return 0;
}

static void note_in_turn(long first, long last, void *const *args) {
  for (long i = first; i < last; ++i) {
    void *own[] = { (int *)args[0] + 10 * i };
    einc_parallel(10, note, own);
  }
}

int32_t nest(void *const *args) {
  einc_parallel((long)args[1], note_in_turn, args);
  return 0;
}

static void go_deep(long first, long last, void *const *args) {
  volatile char deep[6 << 20];
  for (long i = 0; i < (long)sizeof deep; i += 4096) deep[i] = 1;
  add(first, last, args);
}

int32_t add_deep_down(void *const *args) {
  einc_parallel((long)args[1], go_deep, args);
  return 0;
}

static void rest(long first, long last, void *const *args) {
  struct timespec time = { 0, 20000000 };
  nanosleep(&time, 0);
  add(first, last, args);
}

int32_t add_after_a_rest(void *const *args) {
  einc_parallel((long)args[1], rest, args);
  return 0;
}
`;

const native = await loadNative();
const library = await compileLibrary(findCompiler(), { name: 'pool', source, flags: ['-O1'] });
const anywhere = new Int32Array(0);
const asItIs = poolSize();
beforeEach(() => native.sizePool(1, anywhere));
afterAll(() => native.sizePool(asItIs.threads, Int32Array.from(asItIs.coreOf)));

function bench(symbol: string) {
  const stream = new NativeStream(native);
  const cells = new NativeBuffer(native, 'i32', 1_000);
  const kernel = openKernel(native, library, symbol);
  const plan = stream.plan([{ kernel: kernel.bind([cells]), symbols: [0] }]);
  return {
    run: (turns: number) => stream.run(plan, [turns]),
    launch: (turns: number) => stream.launch(plan, [turns]),
    wait: () => stream.wait(),
    cells: (count: number) => Array.from(cells.read(), Number).slice(0, count),
  };
}

/** What the system says of the threads that help. */
function helpers(): readonly string[] {
  return readdirSync('/proc/self/task')
    .map(task => readFileSync(`/proc/self/task/${task}/status`, 'utf8'))
    .filter(status => status.startsWith('Name:\teinc-helper\n'));
}

describe('neighbouring turns, as evenly as can be', () => {
  test.each([
    [1, 5, [0, 0, 0, 0, 0]],
    [2, 5, [0, 0, 0, 3, 3]],
    [4, 5, [0, 0, 2, 3, 4]],
    [4, 4, [0, 1, 2, 3]],
    [4, 2, [0, 1]],
    [4, 1, [0]],
    [4, 0, []],
    [3, 10, [0, 0, 0, 0, 4, 4, 4, 7, 7, 7]],
  ])('%i threads, %i turns', (threads, turns, starts) => {
    native.sizePool(threads, anywhere);
    const { run, cells } = bench('note_parts');
    for (let i = 0; i < 3; i++) run(turns);
    expect(cells(turns)).toEqual(starts);
    expect(cells(1_000).slice(turns)).toEqual(Array(1_000 - turns).fill(0));
  });
});

test('a loop in a part of another is run as a whole', () => {
  native.sizePool(3, anywhere);
  const { run, cells } = bench('nest');
  run(100);
  expect(cells(1_000)).toEqual(Array(1_000).fill(0));
});

test('several streams at once, and the calling thread', () => {
  native.sizePool(3, anywhere);
  const benches = Array.from({ length: 4 }, () => bench('add_one'));
  const own = bench('add_one');
  for (let i = 0; i < 2_000; i++) {
    for (const { launch } of benches) launch(1 + (i % 1_000));
    own.run(1 + (i % 1_000));
  }
  const expected = Array.from({ length: 1_000 }, (_, i) => 2 * (1_000 - i));
  for (const { wait, cells } of [...benches, own]) {
    wait();
    expect(cells(1_000)).toEqual(expected);
  }
});

test('a stream that finds the pool taken does not wait for it', () => {
  native.sizePool(2, anywhere);
  const [slow, quick] = [bench('add_after_a_rest'), bench('add_one')];
  for (let i = 0; i < 50; i++) slow.launch(2);
  for (let i = 0; i < 1_000; i++) quick.run(1_000);
  expect(quick.cells(1)).toEqual([1_000]);
  expect(slow.cells(1)[0]).toBeLessThan(50);
  slow.wait();
  expect(slow.cells(2)).toEqual([50, 50]);
});

test('callers and threads that have to sleep are woken', () => {
  native.sizePool(4, anywhere);
  const { run, cells } = bench('add_after_a_rest');
  for (let i = 0; i < 10; i++) run(4);
  expect(cells(4)).toEqual([10, 10, 10, 10]);
});

test('there is room for 6 MiB of locals', () => {
  native.sizePool(4, anywhere);
  const { launch, wait, cells } = bench('add_deep_down');
  launch(4);
  wait();
  expect(cells(4)).toEqual([1, 1, 1, 1]);
});

describe('the threads', () => {
  test('are made when first needed, and as many as are wanted', () => {
    const { run } = bench('add_one');
    for (const threads of [1, 4, 2]) {
      native.sizePool(threads, anywhere);
      expect(helpers()).toHaveLength(0);
      run(1);
      expect(helpers()).toHaveLength(0);
      run(2);
      expect(helpers()).toHaveLength(threads - 1);
      native.sizePool(threads, anywhere);
      expect(helpers()).toHaveLength(threads - 1);
    }
  });

  test('sleep when there is nothing to do', async () => {
    native.sizePool(4, anywhere);
    bench('add_one').run(1_000);
    await vi.waitFor(
      () => {
        for (const status of helpers()) expect(status).toMatch(/^State:\tS/m);
      },
      { timeout: 10_000 },
    );
  });

  test('get no signals', () => {
    native.sizePool(2, anywhere);
    bench('add_one').run(1_000);
    expect(helpers().map(status => /^SigBlk:\t(\w+)$/m.exec(status)?.[1])).toEqual([
      expect.stringMatching(/^[f7]/),
    ]);
  });

  test('are on other cores than their caller, when there is one for each', () => {
    const { threads, coreOf } = poolSize('');
    if (threads === 1) return;
    native.sizePool(threads, Int32Array.from(coreOf));
    const { run, cells } = bench('add_one');
    for (let i = 0; i < 1_000; i++) run(1_000);
    expect(cells(1)).toEqual([1_000]);
    const places = helpers().map(status => /^Cpus_allowed_list:\t(.*)$/m.exec(status)?.[1]);
    expect(new Set(places).size).toBe(threads - 1);
  });
});

test.each([
  [0, [], 'a pool has 1 to 1024 threads, not 0'],
  [1025, [], 'a pool has 1 to 1024 threads, not 1025'],
  [2, [0, 2], 'the cores of processors are malformed'],
  [2, [-2, 1], 'the cores of processors are malformed'],
  [2, Array<number>(1025).fill(0), 'the cores of processors are malformed'],
])('%i threads on cores %j are refused', (threads, cores, message) => {
  expect(() => native.sizePool(threads, Int32Array.from(cores))).toThrow(message);
});

describe('processes', () => {
  const childWith = async (threads: string) => {
    process.env['EINC_THREADS'] = threads;
    const child = runChild('threads', []);
    delete process.env['EINC_THREADS'];
    return await child;
  };

  test('compute the same bits with 1, 2 and 4 threads', async () => {
    const ended = await Promise.all(['1', '2', '4'].map(childWith));
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array(3).fill({ code: 0, stderr: '' }),
    );
    const results = ended.map(
      ({ stdout }) => JSON.parse(stdout) as { digest: string; helpers: number },
    );
    expect(results.map(result => result.helpers)).toEqual([0, 1, 3]);
    expect(new Set(results.map(result => result.digest)).size).toBe(1);
  });

  test('say what is wrong with the number', async () => {
    const { code, stderr } = await childWith('none');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'error[EINC0913]: $EINC_THREADS is `none`, which is no number of threads',
    );
  });

  test('end while threads are at work, and when only workers had them', async () => {
    const { code, stdout, stderr } = await runChild('pool-only-in-workers', [
      library,
      builtChild('pool-worker'),
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rounds = stdout.trim().split('\n');
    expect(rounds.map(line => JSON.parse(line) as unknown)).toEqual(
      Array(3).fill({ counts: [100, 100], more: true, left: 0 }),
    );
  });
});

const { path: compiler } = findCompiler();
const folder = temporaryFolder();

/** Undefined where the compiler has no such build, or the system does not run it. */
function build(sanitizer: string): string | undefined {
  const [program, empty] = [join(folder, sanitizer), join(folder, `${sanitizer}-empty`)];
  const flags = ['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-Werror', '-pthread'];
  const options = [...flags, `-fsanitize=${sanitizer}`];
  try {
    const input = 'int main(void) { return 0; }';
    execFileSync(compiler, [...options, '-o', empty, '-x', 'c', '-'], { input, stdio: 'pipe' });
    execFileSync(empty, { stdio: 'pipe' });
  } catch {
    return undefined;
  }
  const races = new URL('pool-races.c', import.meta.url).pathname;
  execFileSync(compiler, [...options, '-o', program, races], { stdio: 'pipe' });
  return program;
}

describe.each(['thread', 'address', 'undefined'])('the %s sanitizer', sanitizer => {
  const program = build(sanitizer);
  test.skipIf(program === undefined)('finds nothing', () => {
    expect(execFileSync(program ?? '', { encoding: 'utf8' })).toBe('right\n');
  });
});
