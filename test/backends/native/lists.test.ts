import { describe, expect, test } from 'vitest';
import type { PlanHandle, StreamHandle, TypedArray } from '../../../backends/native/addon.ts';
import { generator } from '../../support/generator.ts';
import { nativeWithKernels, slow } from './support.ts';

const { native, library } = await nativeWithKernels();
const opened = native.open(library);
const [mix, fail, rest] = ['mix', 'fail', 'rest'].map(name => native.kernel(opened, name));
const [run, wait, copy, fill, get] = [0, 1, 2, 3, 4];

type Command = readonly [kind: number, stream: number, a: number, b?: number, c?: number];

function list(streams: readonly StreamHandle[], commands: readonly Command[]) {
  const numbers = commands.flatMap(([kind, stream, a, b = 0, c = 0]) => [kind, stream, a, b, c]);
  return native.createList(Float64Array.of(streams.length, ...streams, ...numbers));
}

function plan(stream: StreamHandle, kernel: number | undefined, ...given: number[]): PlanHandle {
  const indices = given.filter(argument => argument < 0).length;
  return native.createPlan(stream, indices, Float64Array.of(kernel ?? NaN, given.length, ...given));
}

/** Indices, and room for the positions of so many streams. */
function numbersFor(streams: number, ...indices: number[]): Float64Array {
  return Float64Array.of(...indices, ...Array<number>(streams).fill(NaN));
}

/** Random lists on streams whose cells two of them use: as if one command was done after the other. */
async function expectOrder(seed: number, starts: number): Promise<void> {
  const draw = generator(seed);
  const [streamCount, cellCount, most] = [3, 4, 12];
  const cells = native.allocate(4 * cellCount);
  const streams = Array.from({ length: streamCount }, () => native.createStream());
  const plans = streams.map(stream => plan(stream, mix, cells, -1, -2));
  const lists = Array.from({ length: 5 }, () => {
    const commands: Command[] = [];
    const drawn: number[] = [];
    const last = new Map<number, number>();
    for (let n = 0; n < most; n++) {
      const [stream, cell] = [draw(streamCount), draw(cellCount)];
      const before = last.get(cell);
      if (before !== undefined) commands.push([wait, stream, before]);
      last.set(cell, commands.length);
      commands.push([run, stream, plans[stream] ?? NaN, 2 * drawn.length]);
      drawn.push(cell);
    }
    return { handle: list(streams, commands), drawn };
  });
  const model = new Uint32Array(cellCount);
  const done: Promise<void>[] = [];
  for (let n = 0; n < starts; n++) {
    const { handle, drawn } = lists[draw(lists.length)] ?? { drawn: [] };
    if (handle === undefined) throw new Error('drawn out of range');
    const indices = drawn.flatMap((cell, i) => [cell, n + i]);
    const numbers = numbersFor(streamCount, ...indices);
    done.push(native.start(handle, numbers, [new Float64Array(streamCount)]));
    drawn.forEach((cell, i) => (model[cell] = Math.imul(model[cell] ?? 0, 3) + n + i));
  }
  await Promise.all(done);
  const result = new Uint32Array(cellCount);
  native.read(cells, 0, result);
  expect([...result]).toEqual([...model]);
  for (const { handle } of lists) native.destroyList(handle);
  for (const stream of streams) native.destroyStream(stream);
  native.free(cells);
}

test.each(slow ? Array.from({ length: 40 }, (_, i) => i) : [1, 2])(
  'lists that are started without waiting for the last one keep the order (seed %i)',
  { timeout: 60_000 },
  seed => expectOrder(seed, 1000),
);

test('inputs are read from an offset on, and results come back with the end', async () => {
  const streams = [native.createStream(), native.createStream()];
  const [one, two] = [native.allocate(8), native.allocate(8)];
  const commands: Command[] = [
    [fill, 0, one, 0, 4],
    [wait, 1, 0],
    [copy, 1, two, one],
    [get, 1, two, 0, 8],
    [get, 0, one, 0, 4],
  ];
  const handle = list(streams, commands);
  const numbers = numbersFor(2);
  const results = new Float64Array(4);
  const started = [5, 50].map(async value => {
    await native.start(handle, numbers, [results, Int32Array.of(value, value + 1, value + 2)]);
    return [...new Int32Array(results.buffer, 16)];
  });
  // The last one has its own place, and what is after it none.
  expect(await Promise.all(started)).toEqual([
    [6, 7, 6, 0],
    [51, 52, 51, 0],
  ]);
  expect(numbers[0]).toBeGreaterThan(0);
  expect(
    native.waitFor(streams[0] as StreamHandle, streams[1] as StreamHandle, numbers[1] ?? NaN),
  ).toBe(numbers[0]);
  for (const stream of streams) native.destroyStream(stream);
});

test('for how long each stream has been at work, waiting aside', async () => {
  const streams = [native.createStream(), native.createStream()] as const;
  const plans = streams.map(stream => plan(stream, rest, -1));
  const handle = list(streams, [
    [run, 0, plans[0] ?? NaN, 0],
    [wait, 1, 0],
    [run, 1, plans[1] ?? NaN, 1],
  ]);
  const results = new Float64Array(2);
  const start = () => native.start(handle, numbersFor(2, 50_000, 1000), [results]);
  const both = [start(), start()];
  for (const one of both) {
    await one;
    const [first = NaN, second = NaN] = results;
    expect(first).toBeGreaterThanOrEqual(50);
    expect(second).toBeGreaterThanOrEqual(1);
    expect(second).toBeLessThan(50);
  }
  for (const stream of streams) native.destroyStream(stream);
});

describe('a failure', () => {
  test('is told by the promise, keeps what waits for it from running, and is over with the list', async () => {
    const streams = [native.createStream(), native.createStream()] as const;
    const cells = native.allocate(8);
    const failing = plan(streams[0], fail, -1);
    const after = plan(streams[0], mix, cells, -1, -2);
    const other = plan(streams[1], mix, cells, -1, -2);
    const handle = list(streams, [
      [run, 0, failing, 0],
      [run, 0, after, 1],
      [wait, 1, 0],
      [run, 1, other, 3],
    ]);
    const start = (code: number) =>
      native.start(handle, numbersFor(2, code, 0, 1, 1, 2), [new Float64Array(2)]);
    const values = (): readonly number[] => {
      const found = new Uint32Array(2);
      native.read(cells, 0, found);
      return [...found];
    };
    await expect(start(7)).rejects.toMatchObject({ plan: failing, step: 0, code: 7 });
    expect(values()).toEqual([0, 0]);
    for (let turn = 0; turn < 3; turn++) await start(0);
    expect(values()).toEqual([13, 26]);
    await expect(start(9)).rejects.toMatchObject({ code: 9 });
    await native.idle(streams[0]);
    await native.idle(streams[1]);
    for (const stream of streams) native.destroyStream(stream);
  });

  test('that nobody has been told of is told by the list that is started behind it', async () => {
    const stream = native.createStream();
    const failing = plan(stream, fail, -1);
    const cells = native.allocate(4);
    const handle = list([stream], [[run, 0, plan(stream, mix, cells, -1, -2), 0]]);
    native.launch(failing, 3);
    const start = () => native.start(handle, numbersFor(1, 0, 1), [new Float64Array(1)]);
    await expect(start()).rejects.toMatchObject({ code: 3 });
    await start();
    native.destroyStream(stream);
  });
});

test('what is gone or malformed is refused before anything is queued', () => {
  const stream = native.createStream();
  const other = native.createStream();
  const cells = native.allocate(8);
  const mixing = plan(stream, mix, cells, -1, -2);
  const elsewhere = plan(other, mix, cells, -1, -2);
  const said = (
    commands: readonly Command[],
    numbers: Float64Array,
    ...arrays: TypedArray[]
  ): string => {
    try {
      const handle = list([stream], commands);
      const [results = new Float64Array(1), ...inputs] = arrays;
      void native.start(handle, numbers, [results as Float64Array, ...inputs]);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return 'nothing';
  };
  const room = numbersFor(1, 0, 1);
  expect(said([[5, 0, mixing]], room)).toBe('the list is malformed');
  expect(said([[run, 1, mixing]], room)).toBe('the list is malformed');
  expect(said([[wait, 0, 0]], room)).toBe('the list is malformed');
  expect(said([[get, 0, cells, 0, 9]], room)).toBe('the list is malformed');
  expect(() => native.createList(new Float64Array(0))).toThrow('the list is malformed');
  expect(() => native.createList(Float64Array.of(0))).toThrow('the list is malformed');
  expect(() => native.createList(Float64Array.of(1, stream, 0))).toThrow('the list is malformed');
  expect(said([[run, 0, elsewhere]], room)).toBe('the plan is of another stream');
  expect(said([[run, 0, mixing, 1]], room)).toBe('number 2 is no index');
  expect(said([[run, 0, mixing]], numbersFor(1, 0.5, 1))).toBe('number 0 is no index');
  expect(said([], new Float64Array(0))).toBe('there is no room for positions');
  expect(said([[get, 0, cells, 0, 8]], room)).toBe('there is no room for results');
  expect(said([[fill, 0, cells, 0, 0]], room)).toContain('argument 2 is not a typed array');
  const short = Int32Array.of(1, 2);
  expect(said([[fill, 0, cells, 0, 4]], room, new Float64Array(1), short)).toBe(
    'an input of 8 bytes does not fill a buffer of 8 from 4 on',
  );
  expect(said([[copy, 0, cells, native.allocate(4)]], room)).toBe(
    '4 bytes do not go into a buffer of 8',
  );
  const handle = list([stream], [[run, 0, mixing]]);
  native.free(cells);
  const start = () => native.start(handle, numbersFor(1, 0, 1), [new Float64Array(1)]);
  expect(start).toThrow('the plan names a freed buffer');
  native.destroyPlan(mixing);
  expect(start).toThrow('is no live plan');
  native.destroyStream(stream);
  expect(start).toThrow('is no live stream');
  native.destroyList(handle);
  expect(start).toThrow('is no live list');
  native.destroyStream(other);
});

test('what a started list needs stays until it is done', async () => {
  const stream = native.createStream();
  const before = native.liveBytes();
  const [big, small] = [native.allocate(1 << 20), native.allocate(4)];
  const waiting = plan(stream, rest, -1);
  const handle = list(
    [stream],
    [
      [run, 0, waiting, 0],
      [fill, 0, big, 0, 0],
      [get, 0, big, 0, 4],
    ],
  );
  const results = new Float64Array(2);
  const done = native.start(handle, numbersFor(1, 5000), [
    results,
    new Int32Array(1 << 18).fill(77),
  ]);
  native.destroyPlan(waiting);
  native.destroyList(handle);
  native.free(big);
  native.free(small);
  await done;
  expect(new Int32Array(results.buffer)[2]).toBe(77);
  expect(native.liveBytes()).toBe(before);
  native.destroyStream(stream);
});
