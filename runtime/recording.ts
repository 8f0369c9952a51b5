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
  /**
   * Executes all commands `times` times, each time after the one before; those after a failure are left out. Every input has an
   * equally large piece for each time, one after the other. `indices` are those of the first time, and `growth` says by how
   * much they grow from time to time.
   */
  loop(times: number, indices: Indices, growth: Indices, inputs: Inputs): Promise<Outcome>;
  /** The most times for which `loop` is sure to return at once. */
  readonly mostTimes: number;
}

export interface Outcome {
  /** Their values when all commands are done; in a loop, after each time. */
  readonly items: readonly number[];
  /** How long each device has worked. */
  readonly devices: readonly DeviceTime[];
}
