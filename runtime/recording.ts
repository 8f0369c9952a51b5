/** Commands that are started over and over. */
import type { DeviceTime } from './device-clock.ts';
import type { Inputs } from './command.ts';
import type { Indices } from './routine.ts';

export interface Recording extends Disposable {
  /**
   * Does all of it once, after what has been queued before. `inputs` are not to be changed until that is done.
   * Rejects with the failure that kept something of it from being done. Throws a `UserError` for indices or inputs that do not fit.
   */
  start(indices: Indices, inputs: Inputs): Promise<Outcome>;
}

export interface Outcome {
  /** As they are when all is done. */
  readonly items: readonly number[];
  /** How long each device was at work. */
  readonly devices: readonly DeviceTime[];
}
