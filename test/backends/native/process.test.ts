import { Worker } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import { builtChild, nativeWithKernels, runChild, slow } from './support.ts';

const { native, library } = await nativeWithKernels();
// A machine at work may take seconds to start a process.
vi.setConfig({ testTimeout: 60_000 });

test.concurrent.each([
  ['nothing-queued', 0, 'end of the script\n'],
  ['pending-idle', 0, 'end of the script\nsum 1\n'],
  ['queued-only', 0, 'end of the script\n'],
  ['process-exit', 3, ''],
  ['uncaught', 1, ''],
])('a process ends by itself: %s', async (way, code, stdout) => {
  const started = performance.now();
  const ended = await runChild('exit', [library, way]);
  expect(ended).toMatchObject({ code, stdout });
  expect(ended.stderr).toMatch(way === 'uncaught' ? /Error: on purpose/ : /^$/);
  // What is queued behind the kernel that runs is dropped, not waited for.
  expect(performance.now() - started).toBeLessThan(30_000);
});

test('memory, maps, threads and files stay as they are', async () => {
  const { code, stdout, stderr } = await runChild('leaks', [library]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { before, after, later } = JSON.parse(stdout) as Record<
    'before' | 'after' | 'later',
    Record<string, number>
  >;
  expect(after['liveBytes']).toBe(0);
  expect(after['threads']).toBe(before['threads']);
  expect(after['files']).toBe(before['files']);
  // One map for each of the 61 streams that came and went, or for each library, would be a leak.
  expect((after['maps'] ?? 0) - (before['maps'] ?? 0)).toBeLessThan(40);
  // The collector may have grown its heap meanwhile, once; what leaks does so each time.
  const [first = 0, second = 0, third = 0] = [before, after, later].map(s => s['residentBytes']);
  expect(Math.min(second - first, third - second)).toBeLessThan(6 << 20);
});

test('what is forgotten comes back, what a plan needs does not', async () => {
  const { stdout, stderr } = await runChild('forgotten', [library]);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ peak: 20 * 40_000 + 4, left: 4, sum: 7 });
});

test('workers can be terminated at work', async () => {
  const before = native.liveBytes();
  for (let i = 0; i < (slow ? 20 : 3); i++) {
    const worker = new Worker(builtChild('worker'), { workerData: library });
    const sum = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    expect(sum).toBe(1_001);
    await worker.terminate();
  }
  expect(native.liveBytes()).toBe(before);
});
