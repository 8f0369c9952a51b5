/** Commands that are started repeatedly. */
import type { DeviceTime } from './device-clock.ts';
import type { Inputs } from './command.ts';
import type { Indices } from './routine.ts';

export interface Recording extends Disposable {
  /**
   * Executes all commands once, after what was queued before. `inputs` must not be changed until that is done.
   * Rejects with the failure that prevented a command. Throws a `UserError` for indices or inputs that do not fit.
   */
  start(indices: Indices, inputs: Inputs): Promise<Outcome>;
}

export interface Outcome {
  /** Their values when all commands are done. */
  readonly items: readonly number[];
  /** How long each device has worked. */
  readonly devices: readonly DeviceTime[];
}
