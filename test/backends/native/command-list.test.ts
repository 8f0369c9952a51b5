/** What lists of commands say when something is wrong; `lists.test.ts` has what they do. */
import { expect, test } from 'vitest';
import { NativeBuffer } from '../../../backends/native/buffer.ts';
import { NativeCommandList } from '../../../backends/native/command-list.ts';
import { openKernel } from '../../../backends/native/kernel.ts';
import { NativeStream } from '../../../backends/native/stream.ts';
import { messageOf } from '../../runtime/support.ts';
import { nativeWithKernels } from './support.ts';

const { native, library } = await nativeWithKernels();

function failing() {
  const stream = new NativeStream(native);
  const kernel = openKernel(native, library, 'fail').bind([]);
  return { stream, plan: stream.plan([{ kernel, symbols: [0] }]) };
}

test('a kernel that fails is named, and the next start runs', async () => {
  const { stream, plan } = failing();
  const list = new NativeCommandList(native, [{ kind: 'run', stream, plan }]);
  expect(await messageOf(() => list.start([5], []))).toBe(
    `BackendError: error[EINC0910]: kernel \`fail\` failed with code 5, at step 0 of its plan
  = note: what was queued behind it did not run`,
  );
  expect(await list.start([0], [])).toMatchObject({ values: [] });
  stream[Symbol.dispose]();
});

test('values are stored and read as their dtype is', async () => {
  const stream = new NativeStream(native);
  const buffers = (['f32', 'bf16', 'f64', 'i64', 'bool'] as const).map(
    dtype => new NativeBuffer(native, dtype, 2),
  );
  const list = new NativeCommandList(native, [
    ...buffers.map((to, input) => ({ kind: 'fill', stream, to, input, first: 1 }) as const),
    ...buffers.map(from => ({ kind: 'get', stream, from }) as const),
  ]);
  const third = [7, 1 / 3, 2];
  const inputs = [third, third, new Float64Array(third), [7n, -5n, 2n], [0, 3, 0]];
  const { values, milliseconds } = await list.start([], inputs);
  expect(values).toEqual([Math.fround(1 / 3), 0.333984375, 1 / 3, -5n, 1]);
  expect(milliseconds).toHaveLength(1);
  expect([...(buffers[1]?.read() ?? [])]).toEqual([0.333984375, 2]);
  stream[Symbol.dispose]();
});

test('what has been disposed of is named', async () => {
  const { stream, plan } = failing();
  const buffer = new NativeBuffer(native, 'f32', 3);
  const list = new NativeCommandList(native, [
    { kind: 'run', stream, plan },
    { kind: 'get', stream, from: buffer },
  ]);
  buffer[Symbol.dispose]();
  expect(await messageOf(() => list.start([0], []))).toContain(
    'EINC0911]: a buffer of 3 cells of f32 is used after it was disposed of',
  );
  plan[Symbol.dispose]();
  expect(await messageOf(() => list.start([0], []))).toContain('EINC0911]: a plan is used after');
  stream[Symbol.dispose]();
  list[Symbol.dispose]();
  expect(await messageOf(() => list.start([0], []))).toContain(
    'EINC0911]: a list of commands is used after',
  );
});
