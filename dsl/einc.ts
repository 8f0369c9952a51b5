/**
 * The package's door.
 *
 *   import { context, op } from 'einc';
 *   const y = op`y = relu({ w; o = [4] } * ${x})`;
 *   using ctx = await context({ seed: 1 });
 */
import { type BackendName, openBackend } from '../backends/index.ts';
import {
  checkContextOptions,
  Context,
  type ContextOptions,
  type HostArray,
} from '../runtime/index.ts';
import { tensorGiven } from './arguments.ts';
import { forward } from './code.ts';
import type { Tensor } from './graph/tensor.ts';
import { callSite } from './language/call-site.ts';

export type { DType, NestOverride, Schedule, StaticSymbol } from '../compiler/index.ts';
export { BackendError, UserError } from '../compiler/index.ts';
export * from './index.ts';
export { joinWorld } from './world/join.ts';
export { type AllReduceOptions, World } from './world/world.ts';
export {
  Context,
  type ContextOptions,
  HostArray,
  type Indices,
  Routine,
} from '../runtime/index.ts';

export interface OpenContextOptions extends ContextOptions {
  /** `cc` compiles C; `interp` needs no compiler and is slow. Default `$EINC_BACKEND`, else `cc`. */
  readonly backend?: BackendName;
}

/** Opens a context: the memory of tensors on a device, and what compiles routines for it. */
export async function context(given: OpenContextOptions = {}): Promise<Context> {
  checkContextOptions(given, ['backend']);
  const { backend, ...options } = given;
  return new Context(await openBackend(backend), options);
}

/** The value of a tensor, computed in a context of its own: for trying things out. */
export async function run(t: Tensor, options: OpenContextOptions = {}): Promise<HostArray> {
  tensorGiven(t, 'run', callSite(run));
  using ctx = await context(options);
  const routine = await ctx.compile(forward(t));
  routine.runSync();
  return ctx.readSync(t);
}
