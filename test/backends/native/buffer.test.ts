import { expect, test } from 'vitest';
import { NativeBuffer } from '../../../backends/native/buffer.ts';
import { nativeWithKernels } from './support.ts';

const { native } = await nativeWithKernels();

test.each([
  ['f32', [1.5, -0, 1 / 3, NaN], [1.5, -0, Math.fround(1 / 3), NaN]],
  ['f64', [1.5, -0, 1 / 3, Infinity], [1.5, -0, 1 / 3, Infinity]],
  ['i32', [1, -1, 2 ** 31, 2 ** 32 + 5], [1, -1, -(2 ** 31), 5]],
  ['bool', [0, 1, 2, -0], [0, 1, 1, 0]],
] as const)('%s cells hold what the dtype can', (dtype, written, expected) => {
  using buffer = new NativeBuffer(native, dtype, 4);
  buffer.write(written);
  expect([...buffer.read()]).toEqual(expected);
});

test('one cell at a time', () => {
  using buffer = new NativeBuffer(native, 'f64', 3);
  buffer.write([1, 2, 3]);
  expect([0, 1, 2].map(cell => buffer.at(cell))).toEqual([1, 2, 3]);
  expect(buffer.bytes).toBe(24);
  for (const cell of [-1, 3, 0.5, NaN]) {
    expect(() => buffer.at(cell)).toThrow(new RangeError(`cell ${cell} of 3`));
  }
});

test('a window has some of the cells of another buffer, also when that is gone', () => {
  const buffer = new NativeBuffer(native, 'f32', 5);
  buffer.write([1, 2, 3, 4, 5]);
  using window = buffer.window(1, 3);
  const live = native.liveBytes();
  window.write([7, 8, 9]);
  expect([...buffer.read()]).toEqual([1, 7, 8, 9, 5]);
  expect([window.cells, window.bytes, window.at(2)]).toEqual([3, 12, 9]);
  buffer[Symbol.dispose]();
  expect([...window.read()]).toEqual([7, 8, 9]);
  window[Symbol.dispose]();
  expect(native.liveBytes()).toBe(live - 20);
  using other = new NativeBuffer(native, 'f32', 5);
  expect(() => other.window(3, 3)).toThrow('12 bytes at 12 are not in a buffer of 20');
});

test('a typed array of the right kind is copied bit by bit', () => {
  using buffer = new NativeBuffer(native, 'f32', 2);
  const bits = Uint32Array.of(0x7fc00001, 0x80000001);
  buffer.write(new Float32Array(bits.buffer));
  const read = buffer.read();
  expect([...new Uint32Array(read.buffer)]).toEqual([...bits]);
});

test.each([1, 63, 64, 65, 4096, (1 << 20) - 1, 1 << 20, (2 << 20) + 1, 3 << 20, 50_000_000])(
  '%i bytes come zero-filled and aligned',
  bytes => {
    for (let round = 0; round < 3; round++) {
      const buffer = native.allocate(bytes);
      expect(native.address(buffer) % (bytes >= 1 << 20 ? 2 << 20 : 64)).toBe(0);
      const content = new Uint8Array(bytes);
      native.read(buffer, 0, content);
      expect(Buffer.compare(content, Buffer.alloc(bytes))).toBe(0);
      native.write(buffer, 0, content.fill(255));
      native.free(buffer);
    }
  },
);

test('live bytes are counted', () => {
  const before = native.liveBytes();
  const buffers = [0, 10, 3_000_000].map(bytes => native.allocate(bytes));
  expect(native.liveBytes() - before).toBe(3_000_010);
  for (const buffer of buffers) native.free(buffer);
  expect(native.liveBytes()).toBe(before);
});

test('copies stay inside the buffer', () => {
  const buffer = native.allocate(16);
  const four = new Float32Array(4).fill(2);
  native.write(buffer, 0, four);
  native.read(buffer, 8, four.subarray(0, 2));
  native.read(buffer, 16, new Uint8Array(0));
  expect(() => native.write(buffer, 4, four)).toThrow('16 bytes at 4 do not fit in a buffer of 16');
  expect(() => native.read(buffer, 17, new Uint8Array(0))).toThrow('do not fit');
  expect(() => native.read(buffer, 0, new Float64Array(3))).toThrow('do not fit');
  expect(() => native.read(buffer, -1, new Uint8Array(1))).toThrow('argument 1 is negative');
  expect(() => native.read(buffer, 0, [] as unknown as Uint8Array)).toThrow(
    'argument 2 is not a typed array',
  );
  native.free(buffer);
});

test('a wrong number of cells is refused', () => {
  using buffer = new NativeBuffer(native, 'f32', 4);
  expect(() => buffer.write([1, 2, 3])).toThrow('3 numbers written to a buffer of 4 cells of f32');
});
