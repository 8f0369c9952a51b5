/** Streams that use the same arrays: the outcome is that of the calls in their order, without being asked. */
import { test } from 'vitest';
import { generator } from '../support/generator.ts';
import { RandomStreams, type Setting } from '../support/random-streams.ts';

const slow = process.env['EINC_SLOW'] === '1';

async function expectOrder(setting: Setting, tasks: number, seed: number): Promise<void> {
  using streams = await RandomStreams.open(setting, generator(seed));
  for (let i = 0; i < tasks; i++) await streams.task();
  streams.compare();
  await streams.idle();
}

test.each([1, 2, 3])(
  'random tasks on two streams of two devices (seed %i)',
  { timeout: 60_000 },
  seed => expectOrder({ backend: 'cc', devices: 2, streams: 2 }, 3000, seed),
);

test('on eight streams of three devices', { timeout: slow ? 600_000 : 120_000 }, () =>
  expectOrder({ backend: 'cc', devices: 3, streams: 8 }, slow ? 1_000_000 : 5000, 4),
);

test('on five streams of one device', { timeout: 60_000 }, () =>
  expectOrder({ backend: 'cc', devices: 1, streams: 5 }, 3000, 5),
);

test('through the interpreter, which has no streams to wait for', { timeout: 60_000 }, () =>
  expectOrder({ backend: 'interp', devices: 2, streams: 3 }, 60, 6),
);
