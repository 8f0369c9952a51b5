/** A worker whose kernels use the pool of the process; says so, and goes on until it is terminated. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadNative } from '../../../../backends/native/addon.ts';
import { NativeBuffer } from '../../../../backends/native/buffer.ts';
import { openKernel } from '../../../../backends/native/kernel.ts';
import { NativeStream } from '../../../../backends/native/stream.ts';

const native = await loadNative();
native.sizePool(3, new Int32Array(0));
const stream = new NativeStream(native);
const cells = new NativeBuffer(native, 'i32', 1_000);
const kernel = openKernel(native, workerData as string, 'add_one');
const plan = stream.plan([{ kernel: kernel.bind([cells]), symbols: [0] }]);
for (let i = 0; i < 100; i++) stream.launch(plan, [1_000]);
await stream.idle();
parentPort?.postMessage(cells.read()[999]);
for (;;) {
  for (let i = 0; i < 100; i++) stream.launch(plan, [1_000]);
  void stream.idle();
  await new Promise(resolve => setImmediate(resolve));
}
