/** Commands that a program queues repeatedly, as data. */
import type { AnyCells, ArrayHandle, Value } from '../compiler/index.ts';
import type { Context } from './context.ts';
import type { DeviceStream } from './device-stream.ts';
import { deviceToDevice, type TransferOptions } from './device-to-device.ts';
import type { Indices, Routine } from './routine.ts';
import type { Run } from './run.ts';

export type Command =
  | { readonly kind: 'run'; readonly ctx: Context; readonly routine: Routine }
  /** All cells of an array, from those of an input from the first one on. */
  | {
      readonly kind: 'write';
      readonly ctx: Context;
      readonly array: ArrayHandle;
      readonly input: string;
      readonly first: number;
      readonly cells: number;
    }
  | { readonly kind: 'send'; readonly array: ArrayHandle; readonly options: TransferOptions }
  /** The first cell, for the program. */
  | { readonly kind: 'item'; readonly ctx: Context; readonly array: ArrayHandle };

/** Values of the host, by the names that commands have for them. */
export type Inputs = Readonly<Record<string, ArrayLike<Value>>>;

export interface QueuedRun {
  readonly stream: DeviceStream;
  readonly run: Run;
}

/** Queues one after the other, but for items, which the program asks for when all is done. */
export function queueEach(
  commands: readonly Command[],
  indices: Indices,
  inputs: Inputs = {},
): readonly QueuedRun[] {
  return commands.flatMap(command => {
    switch (command.kind) {
      case 'run':
        return [{ stream: command.ctx.stream, run: command.routine.runAmong(indices) }];
      case 'send': {
        const run = deviceToDevice(command.array, command.options);
        return [{ stream: command.options.dst.stream, run }];
      }
      case 'write': {
        const { ctx, array, input, first, cells } = command;
        ctx.write(array, cut(inputs[input] ?? [], first, first + cells));
        return [];
      }
      case 'item':
        return [];
    }
  });
}

export function contextsOf(command: Command): readonly Context[] {
  if (command.kind !== 'send') return [command.ctx];
  return [command.options.dst, command.options.src];
}

/**
 * After the last run of each stream, or when all have told of what went wrong. To ask for less disturbs those at
 * work less.
 */
export async function allDone(queued: readonly QueuedRun[]): Promise<void> {
  const last = new Map(queued.map(({ stream, run }) => [stream, run]));
  try {
    await Promise.all(last.values());
  } catch (error) {
    await Promise.allSettled(queued.map(({ run }) => run));
    throw error;
  }
}

/** The piece for a time, counting from 0, of inputs for several times. */
export function pieceOf(inputs: Inputs, time: number, times: number): Inputs {
  const pieces = Object.entries(inputs).map(([name, values]) => {
    const each = values.length / times;
    return [name, cut(values, time * each, (time + 1) * each)] as const;
  });
  return Object.fromEntries(pieces);
}

/** The cells from `first` to `end`; of a typed array without copying them. */
export function cut(values: ArrayLike<Value>, first: number, end: number): ArrayLike<Value> {
  if (first === 0 && end === values.length) return values;
  if (isTypedArray(values)) return values.subarray(first, end);
  return Array.from({ length: end - first }, (_, i) => values[first + i] ?? NaN);
}

function isTypedArray(values: unknown): values is AnyCells {
  return ArrayBuffer.isView(values) && !(values instanceof DataView);
}
