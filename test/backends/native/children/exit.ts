/** Ends in the way that is asked for, with streams, events and queued work alive. */
import { loadNative } from '../../../../backends/native/addon.ts';
import { NativeBuffer } from '../../../../backends/native/buffer.ts';
import { openKernel } from '../../../../backends/native/kernel.ts';
import { NativeStream } from '../../../../backends/native/stream.ts';

const [, , library = '', way = ''] = process.argv;
const native = await loadNative();
const streams = [new NativeStream(native), new NativeStream(native)] as const;
const sum = new NativeBuffer(native, 'f32', 1);
const rest = openKernel(native, library, 'rest').bind([]);
const add = openKernel(native, library, 'add').bind([sum]);
const plans = streams.map(stream =>
  stream.plan([
    { kernel: rest, symbols: [0] },
    { kernel: add, symbols: [1] },
  ]),
);
const [stream] = streams;
const [plan] = plans;
if (plan === undefined) throw new Error('no plan');
// A stream that nobody knows any more may be collected first, which waits for what is queued.
process.once('exit', () => streams);

switch (way) {
  case 'nothing-queued':
    break;
  case 'pending-idle':
    stream.launch(plan, [50_000, 1]);
    void stream.idle().then(() => console.log(`sum ${sum.read()[0] ?? NaN}`));
    break;
  case 'queued-only':
    stream.loop(plan, 1_000, [1_000_000, 1], [0, 0]);
    break;
  case 'process-exit':
    for (let i = 0; i < 4_000; i++) stream.launch(plan, [100_000, 1]);
    void stream.idle();
    process.exit(3);
    break;
  case 'uncaught':
    stream.loop(plan, 1_000_000, [1_000, 1], [0, 0]);
    throw new Error('on purpose');
  default:
    throw new Error(`no such way: ${way}`);
}
console.log('end of the script');
