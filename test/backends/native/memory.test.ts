import { expect, test } from 'vitest';
import { NativeBuffer } from '../../../backends/native/buffer.ts';
import { availableBytes, checkRoom, noRoom } from '../../../backends/native/memory.ts';
import { nativeWithKernels } from './support.ts';

const { native } = await nativeWithKernels();

test('what is too large is refused, with what was asked and what is held', () => {
  using held = new NativeBuffer(native, 'f32', 1 << 20);
  expect(held.cells).toBe(1 << 20);
  expect(() => new NativeBuffer(native, 'f64', 2 ** 50)).toThrow(
    /^error\[EINC0912\]: no memory for 1125899906842624 cells of f64: 8\.0 PiB asked for\n {2}= note: live buffers hold 4\.0 MiB; \d+\.\d [GM]iB are available$/,
  );
});

test('the text of the refusal', () => {
  expect(noRoom('3000000000 cells of f32', 12e9, 1536, 2 ** 31).message).toBe(
    `error[EINC0912]: no memory for 3000000000 cells of f32: 11.2 GiB asked for
  = note: live buffers hold 1.5 KiB; 2.0 GiB are available`,
  );
});

test('live buffers nobody has touched count as taken', () => {
  const available = availableBytes();
  expect(() => checkRoom(available / 2, 0, 'it')).not.toThrow();
  expect(() => checkRoom(available / 2, available, 'it')).toThrow('no memory for it');
});

test('the addon itself says what was asked when the system refuses', () => {
  const before = native.liveBytes();
  const attempt = () => native.allocate(2 ** 52);
  expect(attempt).toThrow(`no memory for ${2 ** 52} bytes beside ${before} live ones`);
  expect(attempt).toThrow(expect.objectContaining({ bytesAsked: 2 ** 52, bytesLive: before }));
  expect(native.liveBytes()).toBe(before);
});

const meminfo = 'MemTotal:       24000000 kB\nMemFree: 1 kB\nMemAvailable:    1000000 kB\n';
const machine = 1_000_000 * 1024;

test.each<[string, Record<string, string>, number]>([
  ['nothing is known', {}, Infinity],
  ['no control groups', { '/proc/meminfo': meminfo }, machine],
  [
    'version 2 without a limit',
    {
      '/proc/meminfo': meminfo,
      '/proc/self/cgroup': '0::/job\n',
      '/sys/fs/cgroup/job/memory.max': 'max\n',
      '/sys/fs/cgroup/job/memory.current': '5\n',
    },
    machine,
  ],
  [
    'version 2: cached files can be had back',
    {
      '/proc/meminfo': meminfo,
      '/proc/self/cgroup': '0::/job\n',
      '/sys/fs/cgroup/job/memory.max': '1000\n',
      '/sys/fs/cgroup/job/memory.current': '900\n',
      '/sys/fs/cgroup/job/memory.stat': 'anon 500\ninactive_file 300\nactive_file 100\n',
    },
    400,
  ],
  [
    'version 2: the limit of a group above counts too',
    {
      '/proc/meminfo': meminfo,
      '/proc/self/cgroup': '0::/pod/job\n',
      '/sys/fs/cgroup/pod/memory.max': '700\n',
      '/sys/fs/cgroup/pod/memory.current': '600\n',
      '/sys/fs/cgroup/pod/job/memory.max': '1000\n',
      '/sys/fs/cgroup/pod/job/memory.current': '500\n',
    },
    100,
  ],
  [
    'version 1, whose path may not be visible inside a container',
    {
      '/proc/meminfo': meminfo,
      '/proc/self/cgroup': '5:cpu:/a\n4:memory:/docker/abc\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '2000\n',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '1500\n',
      '/sys/fs/cgroup/memory/memory.stat': 'inactive_file 1\ntotal_inactive_file 250\n',
    },
    750,
  ],
])('available: %s', (_, files, expected) => {
  expect(availableBytes(path => files[path])).toBe(expected);
});
