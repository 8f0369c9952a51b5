/** Prints how the process grows over many launches, allocations and libraries. */
import { readdirSync, readFileSync } from 'node:fs';
import { NativeBuffer } from '../../../../backends/native/buffer.ts';
import { openKernel } from '../../../../backends/native/kernel.ts';
import { NativeStream } from '../../../../backends/native/stream.ts';
import { loadNative } from '../../../../backends/native/addon.ts';

const library = process.argv[2] ?? '';
const native = await loadNative();

const large = new Float32Array(1_000_000);
const small = new Float32Array(1_000);

function round(launches: number, allocations: number, libraries: number): void {
  {
    using stream = new NativeStream(native);
    using sum = new NativeBuffer(native, 'f32', 1);
    using kernel = openKernel(native, library, 'add');
    using plan = stream.plan([{ kernel: kernel.bind([sum]), symbols: [0] }]);
    for (let i = 0; i < launches; i++) stream.launch(plan, [1]);
    stream.wait();
  }
  for (let i = 0; i < allocations; i++) {
    using buffer = new NativeBuffer(native, 'f32', i % 100 === 0 ? 1_000_000 : 1_000);
    buffer.write(i % 100 === 0 ? large : small);
  }
  for (let i = 0; i < libraries; i++) openKernel(native, library, 'nothing')[Symbol.dispose]();
  const [stream, other] = [native.createStream(), native.createStream()];
  const buffer = native.allocate(64);
  for (let i = 0; i < launches; i++) {
    native.waitFor(other, stream, native.copy(stream, buffer, buffer));
  }
  native.destroyStream(other);
  for (let i = 0; i < libraries; i++) {
    const device = native.createDevice(1, new Int32Array());
    const onDevice = native.createStream(device);
    native.destroyDevice(device);
    native.destroyStream(onDevice);
  }
  const handle = native.open(library);
  const steps = Float64Array.of(native.kernel(handle, 'add'), 2, buffer, -1);
  for (let i = 0; i < 3 * launches; i++) native.destroyPlan(native.createPlan(stream, 1, steps));
  native.close(handle);
  native.free(buffer);
  native.destroyStream(stream);
}

function size() {
  globalThis.gc?.();
  return {
    residentBytes: process.memoryUsage.rss(),
    maps: readFileSync('/proc/self/maps', 'utf8').split('\n').length,
    threads: readdirSync('/proc/self/task').length,
    files: readdirSync('/proc/self/fd').length,
    liveBytes: native.liveBytes(),
  };
}

round(20_000, 2_000, 50);
function work(): void {
  round(100_000, 2_000, 200);
  // The garbage collector maps and unmaps a dozen regions as it likes: a leak must show beside them.
  for (let i = 0; i < 60; i++) round(10, 10, 1);
}

const before = size();
work();
const after = size();
work();
console.log(JSON.stringify({ before, after, later: size() }));
