import { expect, test } from 'vitest';
import {
  type PlanHandle,
  type Position,
  type StreamHandle,
} from '../../../backends/native/addon.ts';
import { generator } from '../../support/generator.ts';
import { nativeWithKernels, slow } from './support.ts';

const { native, library } = await nativeWithKernels();
const mix = native.kernel(native.open(library), 'mix');
const cellCount = 8;

/**
 * Tasks that do not commute, on streams and cells drawn at random. A task waits for the last one
 * on its cell when that ran on another stream; then all must be as if done one by one.
 */
function expectOrder(seed: number, streamCount: number, tasks: number): void {
  const draw = generator(seed);
  const cells = native.allocate(4 * cellCount);
  const streams = Array.from({ length: streamCount }, () => {
    const handle = native.createStream();
    const plan = native.createPlan(handle, 2, Float64Array.of(mix, 3, cells, -1, -2));
    return { handle, plan };
  });
  const last = new Map<number, { stream: StreamHandle; position: Position }>();
  const model = new Uint32Array(cellCount);
  for (let task = 0; task < tasks; task++) {
    const cell = draw(cellCount);
    const stream = streams[draw(streamCount)];
    if (stream === undefined) throw new Error('drawn out of range');
    const before = last.get(cell);
    if (before) native.waitFor(stream.handle, before.stream, before.position);
    const position = native.launch(stream.plan, cell, task);
    last.set(cell, { stream: stream.handle, position });
    model[cell] = Math.imul(model[cell] ?? 0, 3) + task;
  }
  for (const { handle } of streams) native.wait(handle);
  const result = new Uint32Array(cellCount);
  native.read(cells, 0, result);
  expect([...result]).toEqual([...model]);
  for (const { handle } of streams) native.destroyStream(handle);
  native.free(cells);
}

test.each(slow ? Array.from({ length: 40 }, (_, i) => i) : [1, 2])(
  'two streams keep the order that positions ask for (seed %i)',
  seed => expectOrder(seed, 2, 20_000),
);

test('so do five', () => expectOrder(3, 5, 20_000));

test('a stream has the positions it has come to, and no others', () => {
  const [one, other] = [native.createStream(), native.createStream()];
  expect(native.waitFor(one, other, 0)).toBe(0);
  expect(() => native.waitFor(one, other, 1)).toThrow('the stream has no position 1');
  expect(() => native.finished(one, 1)).toThrow('the stream has no position 1');
  native.destroyStream(one);
  native.destroyStream(other);
});

test('a stream that is destroyed has done what others wait for', () => {
  const log = native.allocate(4 * 4);
  const plans = (stream: StreamHandle): PlanHandle =>
    native.createPlan(stream, 2, Float64Array.of(mix, 3, log, -1, -2));
  for (let i = 0; i < 200; i++) {
    const [one, other] = [native.createStream(), native.createStream()];
    const [first, second] = [plans(one), plans(other)];
    const position = native.loop(first, 100, 0, 1, 0, 0);
    native.waitFor(other, one, position);
    native.launch(second, 0, 5);
    native.destroyStream(one);
    native.destroyStream(other);
  }
  const cells = new Uint32Array(4);
  native.read(log, 0, cells);
  let expected = 0;
  for (let i = 0; i < 200; i++) {
    for (let j = 0; j < 100; j++) expected = Math.imul(expected, 3) + 1;
    expected = Math.imul(expected, 3) + 5;
  }
  expect(cells[0]).toBe(expected >>> 0);
  native.free(log);
});

test('what is queued while workers are held runs when they are released, or when the caller waits', () => {
  const cells = native.allocate(4 * cellCount);
  const [one, other] = [native.createStream(), native.createStream()];
  const plan = native.createPlan(one, 2, Float64Array.of(mix, 3, cells, -1, -2));
  const values = (): readonly number[] => {
    const result = new Uint32Array(cellCount);
    native.read(cells, 0, result);
    return [...result];
  };
  native.hold();
  native.launch(plan, 0, 5);
  native.waitFor(other, one, 1);
  native.wait(other);
  expect(values()[0]).toBe(5);
  // More than a ring holds.
  for (let i = 0; i < 10_000; i++) native.launch(plan, 1, 1);
  native.run(plan, 2, 7);
  expect(values()[2]).toBe(7);
  native.launch(plan, 3, 9);
  native.destroyStream(other);
  native.release();
  native.wait(one);
  expect(values()[3]).toBe(9);
  native.hold();
  native.launch(plan, 3, 1);
  native.destroyStream(one);
  expect(values()[3]).toBe(28);
  native.release();
  native.free(cells);
});

test('a stream knows for how long it has been at work', async () => {
  const [from, to] = [native.allocate(1 << 22), native.allocate(1 << 22)];
  const stream = native.createStream();
  expect(native.busy(stream)).toBe(0);
  const start = performance.now();
  for (let i = 0; i < 10; i++) native.copy(stream, to, from);
  native.wait(stream);
  const taken = performance.now() - start;
  const busy = native.busy(stream);
  expect(busy).toBeGreaterThan(0);
  expect(busy).toBeLessThan(taken);
  await new Promise(resolve => setTimeout(resolve, 5));
  expect(native.busy(stream)).toBe(busy);
  native.destroyStream(stream);
  for (const buffer of [from, to]) native.free(buffer);
});

test('the event loop gets to timers before all promises are done that have settled', async () => {
  const stream = native.createStream();
  const nothing = native.kernel(native.open(library), 'nothing');
  const plan = native.createPlan(stream, 0, Float64Array.of(nothing, 0));
  let done = 0;
  const all = Array.from({ length: 200 }, async () => {
    await native.finished(stream, native.launch(plan));
    done++;
    const end = performance.now() + 1;
    while (performance.now() < end) continue;
  });
  native.wait(stream);
  const atTimer = await new Promise(resolve => setTimeout(() => resolve(done), 10));
  expect(atTimer).toBeLessThan(100);
  await Promise.all(all);
  expect(done).toBe(200);
  native.destroyStream(stream);
});
