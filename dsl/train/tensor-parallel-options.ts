import type { ArrayHandle, DType, Span } from '../../compiler/index.ts';
import { Devices } from '../../runtime/index.ts';
import { optionsGiven, wrong } from '../arguments.ts';
import type { OpenDevicesOptions } from '../einc.ts';
import { describe } from '../elaborate/hole.ts';
import { World } from '../world/world.ts';

export interface TensorParallelOptions {
  /** The basis of the axis to divide: `hidden` of `{ b1; o = [hidden:512] }`. */
  readonly axis: string;
  /**
   * Devices of this process: how many, as for `devices`; `all` by default. Or devices that the program has opened.
   */
  readonly devices?: number | 'all' | Devices;
  /** Instead of devices of this process: processes, each with one slice. */
  readonly world?: World;
  /** Tensors computed by the code that `item` and `read` should be able to read. */
  readonly keep?: readonly ArrayHandle[];
  readonly seed?: number;
  readonly dtype?: DType;
  /** The backend of the devices, if `devices` are not given; default `$EINC_BACKEND`, else `cc`. */
  readonly backend?: OpenDevicesOptions['backend'];
}

const names = ['axis', 'devices', 'world', 'keep', 'seed', 'dtype', 'backend'];
const example = "{ axis: 'hidden', devices: 2 }";

/** Checks for callers in JavaScript, who have no types. */
export function checkTensorParallelOptions(options: unknown, span: Span): void {
  const given = optionsGiven('EINC0540', 'tensorParallel', options, { names, example, span });
  const { axis, devices, world, backend } = given;
  const complain = (message: string, help: readonly string[]): Error =>
    wrong('EINC0540', message, span, help);
  if (typeof axis !== 'string') {
    const message = `the option \`axis\` of \`tensorParallel\` is the name of an axis, not ${describe(axis)}`;
    throw complain(message, [`write ${example}`]);
  }
  if (world !== undefined && !(world instanceof World)) {
    const message = `the option \`world\` of \`tensorParallel\` is a world, not ${describe(world)}`;
    throw complain(message, ['write { world: await joinWorld() }']);
  }
  if (world !== undefined && devices !== undefined) {
    throw complain('`tensorParallel` divides among `devices` or among the ranks of a `world`', [
      'leave one of the two out',
    ]);
  }
  if (devices instanceof Devices && backend !== undefined) {
    throw complain('`tensorParallel` has the backend of its devices', ['leave `backend` out']);
  }
}
