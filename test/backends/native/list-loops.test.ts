/** Lists that one call starts to be executed several times. */
import { expect, test } from 'vitest';
import type { PlanHandle, StreamHandle, TypedArray } from '../../../backends/native/addon.ts';
import { NativeBuffer } from '../../../backends/native/buffer.ts';
import { NativeCommandList } from '../../../backends/native/command-list.ts';
import { NativeStream } from '../../../backends/native/stream.ts';
import { generator } from '../../support/generator.ts';
import { nativeWithKernels } from './support.ts';

const { native, library } = await nativeWithKernels();
const opened = native.open(library);
const [mix, fail] = ['mix', 'fail'].map(name => native.kernel(opened, name));
const [run, wait, fill, get] = [0, 1, 3, 4];

type Command = readonly [kind: number, stream: number, a: number, b?: number, c?: number];

function list(streams: readonly StreamHandle[], commands: readonly Command[]) {
  const numbers = commands.flatMap(([kind, stream, a, b = 0, c = 0]) => [kind, stream, a, b, c]);
  return native.createList(Float64Array.of(streams.length, ...streams, ...numbers));
}

function plan(stream: StreamHandle, kernel: number | undefined, ...given: number[]): PlanHandle {
  const indices = given.filter(argument => argument < 0).length;
  return native.createPlan(stream, indices, Float64Array.of(kernel ?? NaN, given.length, ...given));
}

/** Each stream mixes a cell; with the next start another one, without waiting for the start before. */
test.each([1, 2, 3, 4, 5])(
  'loops that are not waited for keep their order (seed %i)',
  async seed => {
    const draw = generator(seed);
    const [streamCount, times] = [3, 1 + draw(50)];
    const cells = native.allocate(4 * streamCount);
    const streams = Array.from({ length: streamCount }, () => native.createStream());
    const shift = draw(streamCount);
    const commands = streams.flatMap((stream, i): readonly Command[] => [
      [run, i, plan(stream, mix, cells, -1, -2), 2 * i],
    ]);
    const handle = list(streams, commands);
    const model = new Uint32Array(streamCount);
    for (let turn = 0; turn < 4; turn++) {
      const cellOf = (i: number): number => (i + turn * shift) % streamCount;
      const indices = streams.flatMap((_, i) => [cellOf(i), i + turn]);
      const growth = streams.flatMap((_, i) => [0, i + 1]);
      const room = streams.map(() => NaN);
      const numbers = Float64Array.of(...indices, ...growth, ...room);
      void native.start(handle, numbers, [new Float64Array(streamCount)], times);
      for (let time = 0; time < times; time++) {
        streams.forEach((_, i) => {
          const cell = cellOf(i);
          model[cell] = Math.imul(model[cell] ?? 0, 3) + i + turn + time * (i + 1);
        });
      }
    }
    const numbers = Float64Array.of(...streams.flatMap(() => [0, 0]), ...streams.map(() => NaN));
    for (let i = 0; i < streamCount; i++) {
      numbers[2 * i] = i;
      model[i] = Math.imul(model[i] ?? 0, 3);
    }
    await native.start(handle, numbers, [new Float64Array(streamCount)]);
    const result = new Uint32Array(streamCount);
    native.read(cells, 0, result);
    expect([...result]).toEqual([...model]);
    for (const stream of streams) native.destroyStream(stream);
    native.free(cells);
  },
);

test('a stream begins a time when all have ended the one before', async () => {
  const streams = [native.createStream(), native.createStream()] as const;
  const [cells, times] = [native.allocate(4), 200];
  // Both mix the same cell; within a time the second waits for the first.
  const commands: Command[] = [
    [run, 0, plan(streams[0], mix, cells, -1, -2), 0],
    [wait, 1, 0],
    [run, 1, plan(streams[1], mix, cells, -1, -2), 2],
  ];
  const numbers = Float64Array.of(0, 1, 0, 2, 0, 1, 0, 1, NaN, NaN);
  await native.start(list(streams, commands), numbers, [new Float64Array(2)], times);
  let model = 0;
  for (let time = 0; time < times; time++) {
    model = Math.imul(Math.imul(model, 3) + 1 + time, 3) + 2 + time;
  }
  const result = new Uint32Array(1);
  native.read(cells, 0, result);
  expect(result[0]).toBe(model >>> 0);
  for (const stream of streams) native.destroyStream(stream);
});

test('each time has a piece of the inputs, and results of its own', async () => {
  const stream = new NativeStream(native);
  const [a, b] = [new NativeBuffer(native, 'f32', 2), new NativeBuffer(native, 'bf16', 1)];
  const commands = new NativeCommandList(native, [
    { kind: 'fill', stream, to: a, input: 0, first: 1 },
    { kind: 'fill', stream, to: b, input: 1, first: 0 },
    { kind: 'get', stream, from: a },
    { kind: 'get', stream, from: b },
  ]);
  const threes = Array.from({ length: 15 }, (_, i) => i);
  const { values, milliseconds } = await commands.loop(5, [], [], [threes, [1, 2, 3, 4, 5]]);
  expect(values).toEqual([1, 1, 4, 2, 7, 3, 10, 4, 13, 5]);
  expect([...a.read()]).toEqual([13, 14]);
  expect(milliseconds).toHaveLength(1);
  expect(commands.mostTimes).toBe(Math.floor(1024 / 5));
  stream[Symbol.dispose]();
});

test('the times after a failure are left out, and the next start runs', async () => {
  const streams = [native.createStream(), native.createStream()] as const;
  const cells = native.allocate(8);
  const handle = list(streams, [
    [run, 0, plan(streams[0], fail, -1), 0],
    [run, 1, plan(streams[1], mix, cells, -1, -2), 1],
  ]);
  // The code that `fail` returns grows from 0, success, to 1.
  const numbers = Float64Array.of(0, 0, 1, 1, 0, 0, NaN, NaN);
  const start = (): Promise<void> => native.start(handle, numbers, [new Float64Array(2)], 10);
  await expect(start()).rejects.toMatchObject({ code: 1 });
  const mixed = new Uint32Array(1);
  native.read(cells, 0, mixed);
  expect([1, 4]).toContain(mixed[0]); // the second time may begin before the first stream fails in it
  numbers[3] = 0;
  await start();
  for (const stream of streams) native.destroyStream(stream);
});

test('what does not fit is refused', () => {
  const stream = native.createStream();
  const cells = native.allocate(8);
  const mixing = plan(stream, mix, cells, -1, -2);
  const said = (numbers: number[], times: number, ...inputs: TypedArray[]): string => {
    const commands: Command[] = [
      [run, 0, mixing, 0],
      [get, 0, cells, 0, 4],
      ...inputs.map((_, i): Command => [fill, 0, cells, i, 0]),
    ];
    try {
      const results = new Float64Array(1 + times);
      void native.start(
        list([stream], commands),
        Float64Array.from(numbers),
        [results, ...inputs],
        times,
      );
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return 'nothing';
  };
  const right = [0, 1, 0, 1, NaN];
  expect(said(right, 0)).toBe('a list is not executed 0 times');
  expect(said(right, 65537)).toBe('a list is not executed 65537 times');
  expect(said([0, 1, 0, NaN], 2)).toBe('there is no room for positions');
  expect(said([0, 1, 0, 0.5, NaN], 2)).toBe('number 1 is no index');
  expect(said([0, 1, 0, 2 ** 52, NaN], 4)).toBe('number 1 is no index');
  expect(said(right, 3, Int32Array.of(1, 2, 3, 4))).toBe(
    'an input of 16 bytes is not divided into 3 parts',
  );
  expect(said(right, 3, Int32Array.of(1, 2, 3))).toBe(
    'an input of 4 bytes does not fill a buffer of 8 from 0 on',
  );
  expect(() =>
    native.start(
      list([stream], [[get, 0, cells, 0, 4]]),
      Float64Array.of(NaN),
      [new Float64Array(2)],
      2,
    ),
  ).toThrow('there is no room for results');
  native.destroyStream(stream);
});
