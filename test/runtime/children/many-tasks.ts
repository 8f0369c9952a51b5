/** Prints how the process and its event loop fare over many tasks: `many-tasks.ts TASKS`. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { generator } from '../../support/generator.ts';
import { RandomStreams } from '../../support/random-streams.ts';

const tasks = Number(process.argv[2] ?? 100_000);
const setting = { backend: 'cc', devices: 2, streams: 8, isAsync: true } as const;
using streams = await RandomStreams.open(setting, generator(7));

async function work(count: number): Promise<void> {
  let inTurn = 0;
  for (let i = 1; i <= count; i++) {
    inTurn += await streams.task();
    // The model of a task takes tens of microseconds, on the thread of the event loop: a turn is short of 1 ms.
    if (inTurn >= 20) {
      inTurn = 0;
      await setImmediate();
    }
    if (i % 1000 === 0) await streams.idle();
  }
}

function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

await work(tasks / 10);
const before = residentBytes();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const start = performance.now();
await work((tasks * 9) / 10);
const seconds = (performance.now() - start) / 1000;
delay.disable();
streams.compare();
console.log(
  JSON.stringify({ before, after: residentBytes(), seconds, p99Ms: delay.percentile(99) / 1e6 }),
);
