import { expect, test } from 'vitest';
import { type EventHandle, type StreamHandle } from '../../../backends/native/addon.ts';
import { generator, nativeWithKernels, slow } from './support.ts';

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
  const events = Array.from({ length: cellCount }, () => native.createEvent());
  const lastStream = new Map<number, StreamHandle>();
  const model = new Uint32Array(cellCount);
  for (let task = 0; task < tasks; task++) {
    const cell = draw(cellCount);
    const stream = streams[draw(streamCount)];
    const event = events[cell];
    if (stream === undefined || event === undefined) throw new Error('drawn out of range');
    follow(lastStream.get(cell), stream.handle, event);
    native.launch(stream.plan, cell, task);
    lastStream.set(cell, stream.handle);
    model[cell] = Math.imul(model[cell] ?? 0, 3) + task;
  }
  for (const { handle } of streams) native.wait(handle);
  const result = new Uint32Array(cellCount);
  native.read(cells, 0, result);
  expect([...result]).toEqual([...model]);
  for (const { handle } of streams) native.destroyStream(handle);
  for (const event of events) native.destroyEvent(event);
  native.free(cells);
}

function follow(last: StreamHandle | undefined, next: StreamHandle, event: EventHandle): void {
  if (last === undefined || last === next) return;
  native.recordEvent(last, event);
  native.waitEvent(next, event);
}

test.each(slow ? Array.from({ length: 40 }, (_, i) => i) : [1, 2])(
  'two streams keep the order that events ask for (seed %i)',
  seed => expectOrder(seed, 2, 20_000),
);

test('so do five', () => expectOrder(3, 5, 20_000));

test('waiting for an event that nobody records is waiting for nothing', () => {
  const stream = native.createStream();
  const event = native.createEvent();
  native.waitEvent(stream, event);
  native.wait(stream);
  native.destroyEvent(event);
  native.destroyStream(stream);
});

test('an event that is destroyed still does what was queued', () => {
  const [one, other] = [native.createStream(), native.createStream()];
  for (let i = 0; i < 1000; i++) {
    const event = native.createEvent();
    native.recordEvent(one, event);
    native.waitEvent(other, event);
    native.destroyEvent(event);
    expect(() => native.recordEvent(one, event)).toThrow('is no live event');
  }
  native.destroyStream(one);
  native.destroyStream(other);
});
