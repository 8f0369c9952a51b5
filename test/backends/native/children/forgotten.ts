/** Prints whether memory comes back when nobody disposes of anything. */
import { setImmediate } from 'node:timers/promises';
import { loadNative } from '../../../../backends/native/addon.ts';
import { NativeBuffer } from '../../../../backends/native/buffer.ts';
import { openKernel } from '../../../../backends/native/kernel.ts';
import { NativeStream } from '../../../../backends/native/stream.ts';

const library = process.argv[2] ?? '';
const native = await loadNative();

function forget(): void {
  const stream = new NativeStream(native);
  const sum = new NativeBuffer(native, 'f32', 10_000);
  const kernel = openKernel(native, library, 'add');
  const plan = stream.plan([{ kernel: kernel.bind([sum]), symbols: [0] }]);
  stream.launch(plan, [1]);
}

/** A plan keeps what it needs. */
function planOnly() {
  const stream = new NativeStream(native);
  const sum = new NativeBuffer(native, 'f32', 1);
  return stream.plan([{ kernel: openKernel(native, library, 'add').bind([sum]), symbols: [0] }]);
}

const kept = planOnly();
for (let i = 0; i < 20; i++) forget();
const peak = native.liveBytes();
for (let i = 0; i < 50 && native.liveBytes() > 4; i++) {
  globalThis.gc?.();
  await setImmediate();
}
kept.stream.run(kept, [7]);
console.log(
  JSON.stringify({
    peak,
    left: native.liveBytes(),
    sum: kept.steps[0]?.kernel.buffers[0]?.read()[0],
  }),
);
