/** How long devices are at work. */
import type { DeviceStream } from './device-stream.ts';

export interface DeviceTime {
  readonly name: string;
  readonly milliseconds: number;
}

/** Times devices from now on, without waiting if streams know how long they have worked; else by the whole time. */
export class DeviceClock {
  readonly #streams: readonly DeviceStream[];
  readonly #start: readonly number[];

  constructor(streams: readonly DeviceStream[]) {
    this.#streams = streams;
    this.#start = streams.map(millisecondsOf);
  }

  times(): readonly DeviceTime[] {
    const times = new Map<string, number>();
    this.#streams.forEach((stream, i) => {
      const { name } = stream.device;
      const own = millisecondsOf(stream) - (this.#start[i] ?? 0);
      const isCounted = stream.queue.busyMilliseconds !== undefined;
      const others = times.get(name) ?? 0;
      times.set(name, isCounted ? others + own : Math.max(others, own));
    });
    return [...times].map(([name, milliseconds]) => ({ name, milliseconds }));
  }
}

/** Of the same devices, for work done one after the other. */
export function sumOfTimes(all: readonly (readonly DeviceTime[])[]): readonly DeviceTime[] {
  const sums = new Map<string, number>();
  for (const { name, milliseconds } of all.flat()) {
    sums.set(name, (sums.get(name) ?? 0) + milliseconds);
  }
  return Array.from(sums, ([name, milliseconds]) => ({ name, milliseconds }));
}

function millisecondsOf({ queue }: DeviceStream): number {
  return queue.busyMilliseconds?.() ?? performance.now();
}
