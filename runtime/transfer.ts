/** Arrays from the memory of one context to that of another. */
import { type ArrayHandle, UserError } from '../compiler/index.ts';
import { handleOf, wrong } from './arguments.ts';
import type { DeviceStream } from './device-stream.ts';
import type { HeldArray } from './held-array.ts';
import { Run } from './run.ts';
import type { Home } from './values.ts';

/** The array itself, or its merge buffer: a copy there, or the sender's array read where it is. */
export type Destination = 'array' | 'copy' | 'point';

export interface Ends {
  readonly to: Home;
  readonly from: Home;
  readonly into: Destination;
}

/** Queued on the stream that receives, after what the sender has queued for the array. */
export function transfer(handle: ArrayHandle, ends: Ends): Run {
  const { stream } = ends.to;
  const copied = copiedBy(handle, ends);
  return copied ? copy(stream, copied.to, copied.from) : new Run(stream.queue);
}

/** The arrays to copy; undefined if nothing has to be copied, as for a merge buffer that points. */
export function copiedBy(
  handle: ArrayHandle,
  ends: Ends,
): { readonly to: HeldArray; readonly from: HeldArray } | undefined {
  const { to, from, into } = ends;
  const node = handleOf(handle, 'deviceToDevice');
  checkEnds(node, ends);
  const sent = from.memory.arrayFor(node, 'deviceToDevice');
  if (into === 'point') {
    to.memory.merges.point(node.merge.deviceArray(to.dtype), sent);
    return undefined;
  }
  const received =
    into === 'copy'
      ? to.memory.merges.copyOf(node.merge.deviceArray(to.dtype))
      : to.memory.arrayOf(node.deviceArray(to.dtype));
  received.fill();
  return received === sent ? undefined : { to: received, from: sent };
}

function copy(stream: DeviceStream, to: HeldArray, from: HeldArray): Run {
  from.beforeRead(stream);
  to.beforeWrite(stream);
  stream.queue.copy(to.buffer, from.buffer);
  const moment = stream.moment();
  from.afterRead(moment);
  to.afterWrite(moment);
  return new Run(stream.queue, moment.event);
}

function checkEnds(node: ArrayHandle, { to, from, into }: Ends): void {
  if (to.memory === from.memory) {
    throw wrong(
      'EINC0522',
      '`deviceToDevice` is given the same context as `src` and `dst`',
      'for a value that code reads as sent: ctx.write(tensor.merge, values)',
    );
  }
  if (to.stream.sharing !== from.stream.sharing) {
    throw new UserError({
      code: 'EINC0523',
      message: `${to.stream.device.name} and ${from.stream.device.name} are opened apart, so nothing goes from one to the other`,
      help: ['open both at once: const [one, two] = await devices({ count: 2 })'],
    });
  }
  const [wanted, given] = [node.deviceArray(to.dtype), node.deviceArray(from.dtype)];
  if (wanted !== given) {
    throw new UserError({
      code: 'EINC0524',
      message: `\`${wanted.label}\` is ${given.dtype} in the context that sends it and ${wanted.dtype} in the one that receives it`,
      help: ['give both contexts the same dtype'],
    });
  }
  if (
    into === 'point' &&
    to.stream.device !== from.stream.device &&
    !to.stream.sharing.backend.sharesMemory
  ) {
    throw new UserError({
      code: 'EINC0525',
      message: `a merge buffer of ${to.stream.device.name} cannot point at an array of ${from.stream.device.name}: they share no memory`,
      help: ["copy it: { intoMergeBuffer: 'copy', … }"],
    });
  }
}
