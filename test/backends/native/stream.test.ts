import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import { NativeBuffer } from '../../../backends/native/buffer.ts';
import { openKernel } from '../../../backends/native/kernel.ts';
import { NativeStream } from '../../../backends/native/stream.ts';
import { type Plan } from '../../../runtime/backend.ts';
import { nativeWithKernels } from './support.ts';

const { native, library } = await nativeWithKernels();

const kernel = (symbol: string) => openKernel(native, library, symbol);

/** A stream, a log, and plans that append to it. */
function bench() {
  const stream = new NativeStream(native);
  const log = new NativeBuffer(native, 'i32', 1_001);
  const append = kernel('append').bind([log]);
  const fail = kernel('fail').bind([]);
  const rest = kernel('rest').bind([]);
  return {
    stream,
    appendIndex: stream.plan([{ kernel: append, symbols: [0] }]),
    failThenAppend: stream.plan([
      { kernel: append, symbols: [0] },
      { kernel: fail, symbols: [1] },
      { kernel: append, symbols: [0] },
    ]),
    restMicroseconds: stream.plan([{ kernel: rest, symbols: [0] }]),
    log,
    logged: () => {
      const [count = 0, ...entries] = Array.from(log.read(), Number);
      return entries.slice(0, count);
    },
  };
}

const failure = (step: number, code: number) =>
  `error[EINC0910]: kernel \`fail\` failed with code ${code}, at step ${step} of its plan
  = note: what was queued behind it did not run`;

describe('running', () => {
  test('run gives the indices of the call to the kernel', () => {
    const { stream, appendIndex, logged } = bench();
    stream.run(appendIndex, [7]);
    stream.run(appendIndex, [-3]);
    expect(logged()).toEqual([7, -3]);
  });

  test('the kernels of a plan run in order, each with the indices it names', () => {
    const { stream, log, logged } = bench();
    const product = kernel('append_product').bind([log]);
    const append = kernel('append').bind([log]);
    const plan = stream.plan([
      { kernel: append, symbols: [2] },
      { kernel: product, symbols: [0, 1] },
      { kernel: product, symbols: [2, 2] },
      { kernel: append, symbols: [0] },
    ]);
    expect(plan.indexCount).toBe(3);
    stream.run(plan, [2, 3, 5]);
    stream.launch(plan, [7, 11, 13]);
    stream.wait();
    expect(logged()).toEqual([5, 6, 25, 2, 13, 77, 169, 7]);
  });

  test('an empty plan runs', () => {
    const { stream } = bench();
    const plan = stream.plan([]);
    stream.run(plan, []);
    stream.launch(plan, []);
    stream.wait();
    expect(plan.indexCount).toBe(0);
  });

  test('launch captures the indices of its call', () => {
    const { stream, appendIndex, restMicroseconds, logged } = bench();
    stream.launch(restMicroseconds, [2000]);
    for (const i of [1, 2, 3]) stream.launch(appendIndex, [i]);
    stream.wait();
    expect(logged()).toEqual([1, 2, 3]);
  });

  test('run comes after what is queued', () => {
    const { stream, appendIndex, restMicroseconds, logged } = bench();
    stream.launch(restMicroseconds, [5000]);
    stream.launch(appendIndex, [1]);
    stream.run(appendIndex, [2]);
    expect(logged()).toEqual([1, 2]);
  });

  test.each(['loop', 'runLoop'] as const)('%s moves each index by its step', method => {
    const { stream, log, logged } = bench();
    const plan = stream.plan([{ kernel: kernel('append_product').bind([log]), symbols: [0, 1] }]);
    stream[method](plan, 4, [10, 2], [1, -1]);
    stream[method](plan, 0, [0, 0], [0, 0]);
    stream.wait();
    expect(logged()).toEqual([20, 11, 0, -13]);
  });

  test('an index of 64 bits arrives whole', () => {
    const { stream, log, logged } = bench();
    const plan = stream.plan([{ kernel: kernel('append_high_word').bind([log]), symbols: [0] }]);
    stream.run(plan, [7 * 2 ** 32 + 5]);
    stream.launch(plan, [-(2 ** 40)]);
    stream.loop(plan, 2, [0], [2 ** 33]);
    stream.wait();
    expect(logged()).toEqual([7, -(2 ** 8), 0, 2]);
  });

  test('signals go to other threads', () => {
    const { stream } = bench();
    const tasks = readdirSync('/proc/self/task').map(task => {
      return readFileSync(`/proc/self/task/${task}/status`, 'utf8');
    });
    const ours = tasks.filter(status => status.startsWith('Name:\teinc-stream\n'));
    expect(ours.length).toBeGreaterThan(0);
    for (const status of ours) {
      const blocked = BigInt(`0x${/^SigBlk:\t(\w+)$/m.exec(status)?.[1] ?? '0'}`);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGUSR1'] as const) {
        expect((blocked >> BigInt(constants.signals[signal] - 1)) & 1n).toBe(1n);
      }
    }
    stream.wait();
  });

  test('a hundred thousand launches wait for room in the ring and all run', () => {
    const { stream } = bench();
    const sum = new NativeBuffer(native, 'f32', 1);
    const plan = stream.plan([{ kernel: kernel('add').bind([sum]), symbols: [0] }]);
    for (let i = 0; i < 100_000; i++) stream.launch(plan, [1]);
    stream.wait();
    expect(sum.read()[0]).toBe(100_000);
  });

  test('idle resolves when what was queued before it has run, and leaves the event loop free', async () => {
    const { stream, appendIndex, restMicroseconds, logged } = bench();
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    stream.launch(restMicroseconds, [50_000]);
    stream.launch(appendIndex, [1]);
    await stream.idle();
    clearInterval(ticking);
    expect(logged()).toEqual([1]);
    expect(turns).toBeGreaterThan(3);
    await stream.idle();
  });
});

describe('failing', () => {
  test('run throws, once, and the kernels behind do not run', () => {
    const { stream, failThenAppend, appendIndex, logged } = bench();
    expect(() => stream.run(failThenAppend, [1, 42])).toThrow(failure(1, 42));
    stream.run(appendIndex, [2]);
    expect(logged()).toEqual([1, 2]);
  });

  test('a queued failure skips what is behind it until the next wait, which throws it', () => {
    const { stream, failThenAppend, appendIndex, logged } = bench();
    stream.launch(failThenAppend, [1, -5]);
    stream.launch(appendIndex, [2]);
    expect(() => stream.wait()).toThrow(failure(1, -5));
    stream.wait();
    stream.launch(appendIndex, [3]);
    stream.wait();
    expect(logged()).toEqual([1, 3]);
  });

  test('idle rejects with it, and only that idle', async () => {
    const { stream, failThenAppend, appendIndex, restMicroseconds, logged } = bench();
    stream.launch(restMicroseconds, [1000]);
    stream.launch(failThenAppend, [1, 9]);
    const first = stream.idle();
    stream.launch(appendIndex, [2]);
    const second = stream.idle();
    await expect(first).rejects.toThrow(failure(1, 9));
    await expect(second).resolves.toBeUndefined();
    expect(logged()).toEqual([1, 2]);
  });

  test('run throws a queued failure instead of running', () => {
    const { stream, failThenAppend, appendIndex, logged } = bench();
    stream.launch(failThenAppend, [1, 3]);
    expect(() => stream.run(appendIndex, [2])).toThrow(failure(1, 3));
    expect(logged()).toEqual([1]);
  });

  test('a loop stops at the run that fails', () => {
    const { stream, failThenAppend, logged } = bench();
    stream.loop(failThenAppend, 5, [10, -2], [1, 1]);
    expect(() => stream.wait()).toThrow(failure(1, -2));
    expect(logged()).toEqual([10]);
    expect(() => stream.runLoop(failThenAppend, 5, [20, 0], [1, 1])).toThrow(failure(1, 1));
    expect(logged()).toEqual([10, 20, 20, 21]);
  });

  test('the kernel is not named any more when its plan is gone', () => {
    const { stream, failThenAppend } = bench();
    stream.launch(failThenAppend, [1, 3]);
    failThenAppend[Symbol.dispose]();
    expect(() => stream.wait()).toThrow('a kernel failed with code 3, at step 1 of its plan');
  });
});

describe('failing, beside other streams', () => {
  /** A second stream, whose plan appends to the same log. */
  function two() {
    const one = bench();
    const stream = new NativeStream(native);
    const append = stream.plan([{ kernel: kernel('append').bind([one.log]), symbols: [0] }]);
    return { ...one, other: stream, appendThere: append };
  }

  test('the run that failed rejects, and those behind it, but not the one before', async () => {
    const { stream, failThenAppend, appendIndex, restMicroseconds, logged } = bench();
    stream.launch(restMicroseconds, [2000]);
    stream.launch(appendIndex, [1]);
    const before = stream.record();
    stream.launch(failThenAppend, [2, 9]);
    const failed = stream.record();
    stream.launch(appendIndex, [3]);
    const behind = stream.record();
    await stream.finished(before);
    await expect(stream.finished(behind)).rejects.toThrow(failure(1, 9));
    await expect(stream.finished(failed)).rejects.toThrow(failure(1, 9));
    await expect(stream.finished(failed)).rejects.toThrow(failure(1, 9));
    await stream.finished(before);
    stream.launch(appendIndex, [4]);
    await stream.finished(stream.record());
    await stream.idle();
    expect(logged()).toEqual([1, 2, 4]);
  });

  test('who asks for a run before the failure leaves it to others', async () => {
    const { stream, failThenAppend, appendIndex, logged } = bench();
    stream.launch(appendIndex, [1]);
    const before = stream.record();
    stream.launch(failThenAppend, [2, 9]);
    await stream.finished(before);
    stream.launch(appendIndex, [3]);
    expect(() => stream.wait()).toThrow(failure(1, 9));
    expect(logged()).toEqual([1, 2]);
  });

  test('streams that wait for what failed do not run on', async () => {
    const { stream, failThenAppend, other, appendThere, restMicroseconds, logged } = two();
    stream.launch(restMicroseconds, [2000]);
    stream.launch(failThenAppend, [1, 7]);
    other.waitFor(stream.record());
    other.launch(appendThere, [2]);
    const there = other.record();
    await expect(other.finished(there)).rejects.toThrow(failure(1, 7));
    await expect(stream.idle()).rejects.toThrow(failure(1, 7));
    other.launch(appendThere, [3]);
    await other.idle();
    expect(logged()).toEqual([1, 3]);
    other[Symbol.dispose]();
  });

  test('but those that wait for what came before it do', async () => {
    const { stream, failThenAppend, appendIndex, other, appendThere, logged } = two();
    stream.launch(appendIndex, [1]);
    const before = stream.record();
    stream.launch(failThenAppend, [2, 7]);
    await expect(stream.idle()).rejects.toThrow(failure(1, 7));
    other.waitFor(before);
    other.launch(appendThere, [3]);
    await other.idle();
    expect(logged()).toEqual([1, 2, 3]);
    other[Symbol.dispose]();
  });

  test('a copy behind a failure is not made', () => {
    const { stream, failThenAppend, log } = bench();
    const copy = new NativeBuffer(native, 'i32', 1_001);
    stream.launch(failThenAppend, [1, 7]);
    stream.copy(copy, log);
    expect(() => stream.wait()).toThrow(failure(1, 7));
    expect(copy.at(0)).toBe(0);
    stream.copy(copy, log);
    stream.wait();
    expect(copy.at(0)).toBe(1);
  });
});

describe('misuse', () => {
  test.each<[string, (stream: NativeStream, plan: Plan) => void, string]>([
    ['too few indices', (s, p) => s.run(p, []), 'the plan wants 1 numbers for its indices, not 0'],
    [
      'too many indices',
      (s, p) => s.launch(p, [1, 2]),
      'the plan wants 1 numbers for its indices, not 2',
    ],
    [
      'no steps',
      (s, p) => s.loop(p, 2, [1], []),
      'the plan wants 2 numbers for its indices, not 1',
    ],
    ['a fraction', (s, p) => s.run(p, [0.5]), 'argument 1 is not a safe integer'],
    ['NaN', (s, p) => s.launch(p, [NaN]), 'argument 1 is not a safe integer'],
    ['2^53', (s, p) => s.run(p, [2 ** 53]), 'argument 1 is not a safe integer'],
    ['a negative count', (s, p) => s.loop(p, -1, [0], [0]), 'argument 1 is negative'],
    [
      'far too many indices',
      (s, p) => s.run(p, Array<number>(100).fill(0)),
      '101 arguments given, 1 to 17 taken',
    ],
  ])('%s', (_, call, message) => {
    const { stream, appendIndex, logged } = bench();
    expect(() => call(stream, appendIndex)).toThrow(message);
    stream.wait();
    expect(logged()).toEqual([]);
  });

  test('a plan of another stream', () => {
    const [one, other] = [bench(), bench()];
    expect(() => one.stream.run(other.appendIndex, [1])).toThrow('a plan of another stream');
  });

  test('a plan of seventeen indices', () => {
    const { stream, log } = bench();
    const append = kernel('append').bind([log]);
    expect(() => stream.plan([{ kernel: append, symbols: [16] }])).toThrow(
      'a plan takes at most 16 indices, not 17',
    );
  });

  test('buffers and indices that the signature of the kernel forbids', () => {
    const { stream, log } = bench();
    const signature = { buffers: [{ dtype: 'i32', cells: 1_001 }], indices: 1 } as const;
    const append = openKernel(native, library, 'append', signature);
    expect(() => append.bind([])).toThrow('kernel `append` takes (1001 i32) and was given ()');
    expect(() => append.bind([new NativeBuffer(native, 'f32', 1_001)])).toThrow(
      'kernel `append` takes (1001 i32) and was given (1001 f32)',
    );
    expect(() => stream.plan([{ kernel: append.bind([log]), symbols: [] }])).toThrow(
      'kernel `append` takes 1 indices, not 0',
    );
  });

  test('a library or a symbol that is not there', () => {
    expect(() => kernel('missing')).toThrow(
      'error[EINC0907]: kernel `missing` cannot be loaded\n' +
        '  = note: the library has no symbol missing',
    );
    expect(() => openKernel(native, '/nowhere/k.so', 'k')).toThrow(
      'cannot open shared object file: No such file or directory',
    );
  });
});
