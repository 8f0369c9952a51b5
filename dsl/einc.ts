/**
 * The package's public API.
 *
 *   import { context, op } from 'einc';
 *   const y = op`y = relu({ w; o = [4] } * ${x})`;
 *   using ctx = await context({ seed: 1 });
 */
import { type BackendName, openBackend } from '../backends/index.ts';
import {
  checkContextOptions,
  checkDevicesOptions,
  Context,
  type ContextOptions,
  Device,
  Devices,
  type DevicesOptions,
  DeviceStream,
  HostArray,
  hostArrayFields,
  openKeptTrees,
  promiseOf,
  wrong,
} from '../runtime/index.ts';
import type { Span } from '../compiler/index.ts';
import { tensorGiven } from './arguments.ts';
import { forward } from './code.ts';
import { describe } from './elaborate/hole.ts';
import type { Tensor } from './graph/tensor.ts';
import { callSite } from './language/call-site.ts';
import { keepTreesIn } from './language/kept-trees.ts';

export type { DType, NestOverride, Schedule, StaticSymbol } from '../compiler/index.ts';
export { BackendError, UserError } from '../compiler/index.ts';
export * from './index.ts';
export { joinWorld } from './world/join.ts';
export { type AllReduceOptions, World } from './world/world.ts';
export {
  type CompiledCode,
  Context,
  type ContextOptions,
  Device,
  Devices,
  type DevicesOptions,
  DeviceStream,
  deviceToDevice,
  HostArray,
  type Indices,
  type LinkOptions,
  Routine,
  type Run,
  type TransferOptions,
} from '../runtime/index.ts';

keepTreesIn(openKeptTrees());

export interface OpenContextOptions extends ContextOptions {
  /** `cc` compiles C; `interp` needs no compiler and is slow. Default `$EINC_BACKEND`, else `cc`. */
  readonly backend?: BackendName;
  /** One of `devices(…)`, or a stream of one, instead of a backend of its own. On a device it gets a new stream. */
  readonly on?: Device | DeviceStream;
}

/** Opens a context: the memory of tensors on a device, and what compiles routines for it. */
export function context(given: OpenContextOptions = {}): Promise<Context> {
  return promisedContext(openContext(given));
}

const promisedContext = promiseOf<Context>('context', Context, ['seed', 'dtype', 'stream']);

async function openContext(given: OpenContextOptions): Promise<Context> {
  if (given instanceof Device || given instanceof DeviceStream) {
    const what = given instanceof Device ? 'a device' : 'a stream';
    const message = `the options of \`context\` are given in an object, not ${what}`;
    throw wrong('EINC0508', message, 'write context({ on: … })');
  }
  checkContextOptions(given, ['backend', 'on']);
  const { backend, on, ...options } = given;
  if (on === undefined) return new Context(await openBackend(backend), options);
  if (backend !== undefined) {
    throw wrong(
      'EINC0508',
      'a context `on` a device has the backend of the device',
      'leave `backend` out',
    );
  }
  if (!(on instanceof DeviceStream || on instanceof Device)) {
    const help = 'devices are opened by devices(…): const [one] = await devices()';
    throw wrong('EINC0508', `a context is \`on\` a device or a stream, not ${describe(on)}`, help);
  }
  if (on instanceof DeviceStream) return new Context({ stream: on, owned: [] }, options);
  const stream = on.stream();
  return new Context({ stream, owned: [stream] }, options);
}

export interface OpenDevicesOptions extends DevicesOptions {
  /** As that of a context. */
  readonly backend?: BackendName;
}

/**
 * Opens several devices, whose streams work at the same time. On a CPU each is a set of cores.
 *
 *   using both = await devices({ count: 2 });
 *   const [one, two] = both;
 *   using ctx = await context({ on: one });
 */
export function devices(given: OpenDevicesOptions = {}): Promise<Devices> {
  return promisedDevices(openDevices(given));
}

const promisedDevices = promiseOf<Devices>('devices', Devices, ['backend', 'all']);

async function openDevices(given: OpenDevicesOptions): Promise<Devices> {
  checkDevicesOptions(given, ['backend']);
  const { backend, ...options } = given;
  const opened = await openBackend(backend);
  await opened.ready?.();
  return new Devices(opened, options);
}

/** The value of a tensor, computed in a context of its own: for trying things out. */
export function run(t: Tensor, options: OpenContextOptions = {}): Promise<HostArray> {
  return promisedValues(runAlone(t, options, callSite(run)));
}

const promisedValues = promiseOf<HostArray>('run', HostArray, hostArrayFields);

async function runAlone(t: Tensor, options: OpenContextOptions, call: Span): Promise<HostArray> {
  tensorGiven(t, 'run', call);
  using ctx = await context(options);
  const routine = await ctx.compile(forward(t));
  routine.runSync();
  return ctx.readSync(t);
}
