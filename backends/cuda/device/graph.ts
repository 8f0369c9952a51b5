import type { Device } from '../driver/device.ts';
import { resultOf } from '../driver/driver.ts';
import { flag } from '../driver/functions.ts';
import type { DriverStream } from '../driver/stream.ts';

/** A CUDA graph: launches recorded once and launched as one. */
export class Graph {
  readonly #device: Device;
  readonly #label: string;
  readonly #handle: number;
  readonly #release: () => void;

  /**
   * Records what `launch` queues on the stream, without executing it. Leaves the stream's backlog alone.
   * The label is used in errors.
   */
  constructor(device: Device, stream: DriverStream, label: string, launch: () => void) {
    const recorded = capture(device, stream, label, launch);
    try {
      const handle = resultOf(out =>
        device.call(`make ${label}`, 'cuGraphInstantiateWithFlags', out, recorded, 0),
      );
      this.#device = device;
      this.#label = label;
      this.#handle = handle;
      this.#release = device.owns(() => device.try('cuGraphExecDestroy', handle));
    } finally {
      device.try('cuGraphDestroy', recorded);
    }
  }

  run(stream: DriverStream): void {
    const what = `launch ${this.#label}`;
    this.#device.call(what, 'cuGraphLaunch', this.#handle, stream.handle);
  }

  /** To be called when none of its runs is in flight. */
  release(): void {
    this.#release();
  }
}

function capture(device: Device, stream: DriverStream, label: string, launch: () => void): number {
  const what = `record ${label}`;
  device.call(what, 'cuStreamBeginCapture_v2', stream.handle, flag.captureOfThread);
  try {
    launch();
  } catch (error) {
    // A stream left in capture mode would be unusable.
    const out = new BigUint64Array(1);
    device.try('cuStreamEndCapture', stream.handle, out);
    if (Number(out[0]) !== 0) device.try('cuGraphDestroy', Number(out[0]));
    throw error;
  }
  return resultOf(out => device.call(what, 'cuStreamEndCapture', stream.handle, out));
}
