/** Who waits for whom where some use parts of an array. */
import { expect, test } from 'vitest';
import { type Follower, HeldArray, type Moment } from '../../runtime/held-array.ts';
import { HostBuffer as Cells } from '../../backends/interpreter/buffer.ts';
import { HostBuffer } from '../../runtime/index.ts';

class Stream implements Follower {
  readonly followed: number[] = [];

  follow({ number }: Moment): void {
    this.followed.push(number);
  }
}

function moment(number: number): Moment {
  return { stream: {}, number, event: {} };
}

/** The moments that it waits for. */
function before(use: (stream: Stream) => void): readonly number[] {
  const stream = new Stream();
  use(stream);
  return stream.followed.toSorted();
}

test('parts wait for the whole and the whole for parts, but not for each other', () => {
  const held = new HeldArray(new HostBuffer('f32', new Float32Array(8)));
  const [low, high] = [held.partAt(0), held.partAt(1)];
  expect(held.partAt(0)).toBe(low);
  held.afterWrite(moment(1));
  low.afterWrite(moment(2));
  high.afterRead(moment(3));
  expect(before(s => low.beforeRead(s))).toEqual([1, 2]);
  expect(before(s => low.beforeWrite(s))).toEqual([1, 2]);
  expect(before(s => high.beforeRead(s))).toEqual([1]);
  expect(before(s => high.beforeWrite(s))).toEqual([1, 3]);
  expect(before(s => held.beforeRead(s))).toEqual([1, 2]);
  expect(before(s => held.beforeWrite(s))).toEqual([1, 2, 3]);
  held.afterRead(moment(4));
  expect(before(s => high.beforeWrite(s))).toEqual([1, 3, 4]);
});

test('a window is a part with an array of its own', () => {
  const held = new HeldArray(new Cells('f32', 6));
  const [low, high] = [held.windowAt(0, 0, 4), held.windowAt(1, 4, 2)];
  high.buffer.write([1, 2]);
  low.buffer.write([3, 4, 5, 6]);
  expect([...held.buffer.read()]).toEqual([3, 4, 5, 6, 1, 2]);
  low.afterWrite(moment(1));
  expect(before(s => high.beforeWrite(s))).toEqual([]);
  expect(before(s => held.beforeRead(s))).toEqual([1]);
});
