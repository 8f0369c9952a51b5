/** Values through the interpreter, in f64 so that plain JavaScript computes the same. */
import { context, type Context, forward, type Indices, type Tensor } from '../../dsl/einc.ts';
import type { Code } from '../../dsl/index.ts';
import type { ArrayHandle } from '../../compiler/index.ts';
import type { Nested } from '../../runtime/index.ts';

export function openInterpreter(seed = 1): Promise<Context> {
  return context({ backend: 'interp', dtype: 'f64', seed });
}

/** The value of a tensor as nested lists, in the order of memory: batch, output, input axes. */
export async function valueOf(t: Tensor, indices: Indices = {}): Promise<Nested> {
  return (await valuesAfter(forward(t), [t], indices))[0] ?? NaN;
}

/** What some arrays hold after code has run once; `indices` may be more than it has symbols. */
export async function valuesAfter(
  code: Code,
  arrays: readonly ArrayHandle[],
  indices: Indices = {},
): Promise<readonly Nested[]> {
  using ctx = await openInterpreter();
  const routine = await ctx.compile(code, { keep: arrays });
  await routine.runAmong(indices);
  return arrays.map(array => ctx.readSync(array).toNested());
}
