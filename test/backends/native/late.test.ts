/** Buffers and streams of a native runtime that is still being built. */
import { expect, test } from 'vitest';
import type { Native } from '../../../backends/native/addon.ts';
import { NativeBuffer } from '../../../backends/native/buffer.ts';
import { openKernel } from '../../../backends/native/kernel.ts';
import { LateNative } from '../../../backends/native/late.ts';
import { NativeStream } from '../../../backends/native/stream.ts';
import { nativeWithKernels } from './support.ts';

const { native, library } = await nativeWithKernels();

/** Comes when `arrive` is called. */
function late() {
  let come: (native: Native) => void = () => undefined;
  const source = new LateNative(new Promise(resolve => (come = resolve)));
  const arrive = async (): Promise<void> => {
    come(native);
    await source.loaded;
  };
  return { source, arrive };
}

test('what is written before is there for a kernel after', async () => {
  const { source, arrive } = late();
  using log = new NativeBuffer(source, 'i32', 1_001);
  using stream = new NativeStream(source);
  log.write(Int32Array.from({ length: 1_001 }, (_, i) => (i === 0 ? 1 : i === 1 ? 5 : 0)));
  await arrive();
  using plan = stream.plan([
    { kernel: openKernel(native, library, 'append').bind([log]), symbols: [0] },
  ]);
  stream.run(plan, [7]);
  expect(Array.from(log.read(), Number).slice(0, 4)).toEqual([2, 5, 7, 0]);
});

test.each(['before', 'after'])('cells read %s are those written before', async when => {
  const { source, arrive } = late();
  using full = new NativeBuffer(source, 'bf16', 3);
  using empty = new NativeBuffer(source, 'i64', 2);
  const given = Float32Array.of(1, -2.5, 0.1);
  full.write(given);
  given.fill(9);
  if (when === 'after') await arrive();
  expect(Array.from(full.read(), Number)).toEqual([1, -2.5, 0.10009765625]);
  expect(full.at(1)).toBe(-2.5);
  expect(() => full.at(3)).toThrow(new RangeError('cell 3 of 3'));
  expect(empty.read()).toEqual(BigInt64Array.of(0n, 0n));
});

test('who reads cannot write by that', () => {
  using buffer = new NativeBuffer(late().source, 'f32', 1);
  buffer.write([1]);
  buffer.read().fill(2 as never);
  expect(buffer.at(0)).toBe(1);
});

test('a stream has nothing to do before, and copies at once', async () => {
  const { source, arrive } = late();
  using one = new NativeStream(source);
  using other = new NativeStream(source);
  using from = new NativeBuffer(source, 'f32', 2);
  using to = new NativeBuffer(source, 'f32', 2);
  from.write([1, 2]);
  one.copy(to, from);
  other.waitFor(one.record());
  other.wait();
  await one.finished(one.record());
  await other.idle();
  expect(one.busyMilliseconds()).toBe(0);
  await arrive();
  other.copy(from, to);
  one.waitFor(other.record());
  one.wait();
  expect(Array.from(from.read(), Number)).toEqual([1, 2]);
});

test('a stream that ends before was never there', () => {
  const { source } = late();
  const stream = new NativeStream(source);
  const buffer = new NativeBuffer(source, 'f32', 2);
  stream[Symbol.dispose]();
  buffer[Symbol.dispose]();
  expect(() => buffer.read()).toThrow('EINC0911');
  expect(() => stream.wait()).toThrow('EINC0911');
});

test('what no machine has room for is refused before, too', () => {
  expect(() => new NativeBuffer(late().source, 'f64', 2 ** 50)).toThrow('EINC0912');
});

test('opening waits for what is there soon, and is told what fails at once', async () => {
  const soon = new LateNative(Promise.resolve(native));
  await soon.unlessItTakesLong();
  expect(soon.ifLoaded).toBe(native);
  const never = late().source;
  await never.unlessItTakesLong();
  expect(never.ifLoaded).toBeUndefined();
  const failed = new LateNative(Promise.reject(new Error('no compiler')));
  await expect(failed.unlessItTakesLong()).rejects.toThrow('no compiler');
});
