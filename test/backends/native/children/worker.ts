/** A worker with streams at work; says so, and goes on until it is terminated. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadNative } from '../../../../backends/native/addon.ts';
import { NativeBuffer } from '../../../../backends/native/buffer.ts';
import { openKernel } from '../../../../backends/native/kernel.ts';
import { NativeStream } from '../../../../backends/native/stream.ts';

const native = await loadNative();
const stream = new NativeStream(native);
const sum = new NativeBuffer(native, 'f32', 1);
const kernel = openKernel(native, workerData as string, 'add');
const plan = stream.plan([{ kernel: kernel.bind([sum]), symbols: [0] }]);

stream.run(plan, [1]);
for (let i = 0; i < 1_000; i++) stream.launch(plan, [1]);
await stream.idle();
parentPort?.postMessage(sum.read()[0]);
for (;;) {
  for (let i = 0; i < 100; i++) stream.launch(plan, [1]);
  void stream.idle();
  await new Promise(resolve => setImmediate(resolve));
}
