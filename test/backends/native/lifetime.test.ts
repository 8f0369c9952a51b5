import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Native } from '../../../backends/native/addon.ts';
import { NativeBuffer } from '../../../backends/native/buffer.ts';
import { openKernel } from '../../../backends/native/kernel.ts';
import { NativeStream } from '../../../backends/native/stream.ts';
import { generator } from '../../support/generator.ts';
import { nativeWithKernels, slow, temporaryFolder } from './support.ts';

const { native, library } = await nativeWithKernels();
const folder = temporaryFolder();

function bench() {
  const stream = new NativeStream(native);
  const log = new NativeBuffer(native, 'i32', 1_001);
  const append = openKernel(native, library, 'append');
  const plan = stream.plan([{ kernel: append.bind([log]), symbols: [0] }]);
  const rest = openKernel(native, library, 'rest');
  const resting = stream.plan([{ kernel: rest.bind([]), symbols: [0] }]);
  return { stream, log, append, plan, resting };
}

const gone = (what: string) => `error[EINC0911]: ${what} is used after it was disposed of`;
const logBuffer = 'a buffer of 1001 cells of i32';

describe('after disposing', () => {
  test('a buffer throws, and disposing it again does nothing', () => {
    const { log } = bench();
    log[Symbol.dispose]();
    log[Symbol.dispose]();
    expect(() => log.read()).toThrow(gone(logBuffer));
    expect(() => log.write(Array(1_001).fill(0))).toThrow(gone(logBuffer));
  });

  test('a plan throws', () => {
    const { stream, plan } = bench();
    plan[Symbol.dispose]();
    plan[Symbol.dispose]();
    expect(() => stream.run(plan, [1])).toThrow(gone('a plan'));
    expect(() => stream.launch(plan, [1])).toThrow(gone('a plan'));
  });

  test('a kernel cannot be bound or planned, but its plans run', () => {
    const { stream, log, append, plan } = bench();
    const bound = append.bind([log]);
    append[Symbol.dispose]();
    append[Symbol.dispose]();
    stream.run(plan, [5]);
    expect(log.read()[1]).toBe(5);
    expect(() => append.bind([log])).toThrow(gone('kernel `append`'));
    expect(() => stream.plan([{ kernel: bound, symbols: [0] }])).toThrow(gone('kernel `append`'));
  });

  test('a stream throws, and so do its plans', async () => {
    const { stream, plan } = bench();
    stream[Symbol.dispose]();
    stream[Symbol.dispose]();
    expect(() => stream.run(plan, [1])).toThrow(gone('a stream'));
    expect(() => stream.wait()).toThrow(gone('a stream'));
    expect(() => stream.plan([])).toThrow(gone('a stream'));
    await expect(stream.idle()).rejects.toThrow(gone('a stream'));
    expect(() => native.run(plan.handle, 1)).toThrow("the plan's stream is closed");
    plan[Symbol.dispose]();
  });

  test('a plan with a freed buffer does not run any more', () => {
    const { stream, log, plan, append } = bench();
    log[Symbol.dispose]();
    expect(() => stream.run(plan, [1])).toThrow(gone(logBuffer));
    expect(() => stream.launch(plan, [1])).toThrow(gone(logBuffer));
    expect(() => stream.loop(plan, 3, [1], [1])).toThrow(gone(logBuffer));
    expect(() => native.run(plan.handle, 1)).toThrow('the plan names a freed buffer');
    expect(() => stream.plan([{ kernel: append.bind([log]), symbols: [0] }])).toThrow(
      gone(logBuffer),
    );
    stream.wait();
  });
});

describe('disposing what is queued', () => {
  test('runs first; the memory goes back afterwards', () => {
    const before = native.liveBytes();
    const { stream, log, plan, append, resting } = bench();
    stream.launch(resting, [20_000]);
    stream.launch(plan, [1]);
    plan[Symbol.dispose]();
    log[Symbol.dispose]();
    append[Symbol.dispose]();
    expect(native.liveBytes()).toBeGreaterThan(before);
    stream.wait();
    expect(native.liveBytes()).toBe(before);
  });

  test('a buffer of two plans on two streams goes with the last', () => {
    const before = native.liveBytes();
    const [one, other] = [bench(), bench()];
    const shared = other.stream.plan([{ kernel: one.append.bind([one.log]), symbols: [0] }]);
    other.stream.launch(other.resting, [20_000]);
    other.stream.launch(shared, [1]);
    one.log[Symbol.dispose]();
    one.stream.wait();
    other.log[Symbol.dispose]();
    expect(native.liveBytes() - before).toBe(4 * 1_001);
    other.stream.wait();
    expect(native.liveBytes()).toBe(before);
  });

  test('right after the launch, thousands of times', () => {
    const before = native.liveBytes();
    using stream = new NativeStream(native);
    for (let i = 0; i < 5_000; i++) {
      using kernel = openKernel(native, library, 'append');
      using log = new NativeBuffer(native, 'i32', 2 + (i % 100));
      using plan = stream.plan([{ kernel: kernel.bind([log]), symbols: [0] }]);
      stream.launch(plan, [i]);
    }
    stream.wait();
    expect(native.liveBytes()).toBe(before);
  });

  test('a stream runs what it has before it goes', () => {
    const { stream, log, plan, resting } = bench();
    stream.launch(resting, [5_000]);
    stream.launch(plan, [3]);
    stream[Symbol.dispose]();
    expect([...log.read()].slice(0, 2)).toEqual([1, 3]);
  });
});

describe('handles', () => {
  const forged = [0, -0, 1, -1, 0.5, NaN, Infinity, -Infinity, 2 ** 23, 2 ** 52, 2 ** 53, 1e300];

  test.each(forged)('%d is none', handle => {
    const any = handle as never;
    expect(() => native.free(any)).toThrow('is no live buffer');
    expect(() => native.run(any)).toThrow('is no live plan');
    expect(() => native.launch(any)).toThrow('is no live plan');
    expect(() => native.close(any)).toThrow('is no live library');
    expect(() => native.wait(any)).toThrow('is no live stream');
    expect(() => native.finished(any, 0)).toThrow('is no live stream');
    expect(() => native.waitFor(any, any, 0)).toThrow('is no live stream');
    expect(() => native.copy(any, any, any)).toThrow('is no live stream');
    expect(() => native.createStream(any)).toThrow('is no live device');
    expect(() => native.destroyDevice(any)).toThrow('is no live device');
  });

  test.each([undefined, null, 'x', {}, 5n, Symbol('s')])('%s is none', value => {
    expect(() => native.run(value as never)).toThrow('argument 0 is not a plan');
    expect(() => native.read(value as never, 0, new Uint8Array(1))).toThrow('is not a buffer');
  });

  test('of one kind are not of another, and stale ones stay stale', () => {
    const buffer = native.allocate(8);
    expect(() => native.run(buffer as never)).toThrow(`${buffer} is no live plan`);
    native.free(buffer);
    for (let i = 0; i < 1_000; i++) native.free(native.allocate(8));
    const next = native.allocate(8);
    expect(next).not.toBe(buffer);
    expect(() => native.free(buffer)).toThrow(`${buffer} is no live buffer`);
    native.free(next);
  });

  test('kernels go with their library', () => {
    const handle = native.open(library);
    const kernel = native.kernel(handle, 'nothing');
    const stream = native.createStream();
    native.close(handle);
    expect(() => native.close(handle)).toThrow('is no live library');
    expect(() => native.createPlan(stream, 0, Float64Array.of(kernel, 0))).toThrow(
      'is no live kernel',
    );
    native.destroyStream(stream);
  });

  test('a library is mapped as long as its handle or a plan needs it', () => {
    const copy = join(folder, 'copy.so');
    copyFileSync(library, copy);
    const isMapped = () => readFileSync('/proc/self/maps', 'utf8').includes(copy);
    const stream = new NativeStream(native);
    const make = () => {
      const kernel = openKernel(native, copy, 'rest');
      return { kernel, plan: stream.plan([{ kernel: kernel.bind([]), symbols: [0] }]) };
    };
    const [one, other] = [make(), make()];
    one.kernel[Symbol.dispose]();
    other.kernel[Symbol.dispose]();
    expect(isMapped()).toBe(true);
    stream.launch(one.plan, [20_000]);
    one.plan[Symbol.dispose]();
    other.plan[Symbol.dispose]();
    expect(isMapped()).toBe(true);
    stream.wait();
    expect(isMapped()).toBe(false);
    openKernel(native, copy, 'nothing')[Symbol.dispose]();
    expect(isMapped()).toBe(false);
  });

  test('a malformed plan is refused and keeps nothing', () => {
    const before = native.liveBytes();
    const handle = native.open(library);
    const kernel = native.kernel(handle, 'append');
    const buffer = native.allocate(64);
    const stream = native.createStream();
    const refused = (indexCount: number, ...program: number[]) =>
      expect(() => native.createPlan(stream, indexCount, Float64Array.from(program))).toThrow();
    refused(0, kernel);
    refused(0, kernel, 1);
    refused(0, kernel, -1);
    refused(0, kernel, NaN);
    refused(0, kernel, 1e300, buffer);
    refused(0, kernel, 0.5, buffer);
    refused(0, kernel, 1, -1);
    refused(1, kernel, 2, buffer, -2);
    refused(1, kernel, 2, buffer, -1.5);
    refused(1, kernel, 2, buffer, NaN);
    refused(1, kernel, 2, buffer, -Infinity);
    refused(1, kernel, 2, buffer, -1, kernel, 2, buffer, 77);
    refused(1, buffer, 2, buffer, -1);
    refused(17, kernel, 2, buffer, -1);
    refused(-1, kernel, 2, buffer, -1);
    expect(() => native.createPlan(stream, 0, new Int32Array(2) as never)).toThrow(
      'is not a Float64Array',
    );
    native.free(buffer);
    native.close(handle);
    native.destroyStream(stream);
    expect(native.liveBytes()).toBe(before);
  });
});

/** Calls at random, with handles that are live, stale or of the wrong kind. */
function abuse(seed: number, calls: number): void {
  const draw = generator(seed);
  const handles: number[] = [];
  const any = (): never => {
    const handle = handles[draw(handles.length)];
    return (draw(20) === 0 ? draw(2 ** 31) : (handle ?? 0)) as never;
  };
  const keep = (handle: number) => void handles.push(handle);
  const kernel = native.kernel(native.open(library), 'nothing');
  const actions: readonly (() => unknown)[] = [
    () => keep(native.allocate(1 + draw(5_000))),
    () => draw(20) === 0 && keep(native.createDevice(1 + draw(2), new Int32Array())),
    () => draw(40) === 0 && keep(native.createStream(any())),
    () => draw(20) === 0 && keep(native.createStream()),
    () => keep(native.createPlan(any(), 1, Float64Array.of(kernel, 3, any(), -1, any()))),
    () => keep(native.createPlan(any(), 0, Float64Array.of(kernel, 1, any(), any(), 0))),
    () => native.launch(any(), draw(100)),
    () => native.launch(any()),
    () => native.loop(any(), draw(5), draw(9), 1),
    () => native.run(any(), draw(100)),
    () => native.wait(any()),
    () => native.waitFor(any(), any(), draw(30)),
    () => native.copy(any(), any(), any()),
    () => void native.finished(any(), draw(30)),
    () => native.write(any(), draw(9), new Uint8Array(draw(9))),
    () => native.read(any(), draw(9), new Uint8Array(draw(9))),
    () => draw(3) === 0 && native.free(any()),
    () => draw(3) === 0 && native.destroyPlan(any()),
    () => draw(3) === 0 && native.destroyDevice(any()),
    () => draw(40) === 0 && native.destroyStream(any()),
  ];
  keep(native.createStream());
  let accepted = 0;
  for (let i = 0; i < calls; i++) {
    try {
      actions[draw(actions.length)]?.();
      accepted += 1;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
  expect(accepted).toBeGreaterThan(calls / 10);
  dropAll(handles);
}

function dropAll(handles: readonly number[]): void {
  const ways: readonly (keyof Native)[] = ['destroyStream', 'destroyPlan', 'free', 'destroyDevice'];
  for (const way of ways) {
    for (const handle of handles) {
      try {
        (native[way] as (handle: number) => void)(handle);
      } catch {
        // Of another kind, or gone already.
      }
    }
  }
}

test.each(Array.from({ length: slow ? 500 : 20 }, (_, i) => i))(
  'any order of calls ends in errors at worst, and in no leak (seed %i)',
  seed => {
    const before = native.liveBytes();
    abuse(seed, 2_000);
    expect(native.liveBytes()).toBe(before);
  },
);
