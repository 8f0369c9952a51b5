/** The two kinds of benchmarked programs: those that compute tensors, and those that train. */
import {
  type Code,
  type Context,
  context,
  forward,
  sequence,
  type Indices,
  type Tensor,
} from 'einc';
import { lossSteps, type Subject } from './benchmark.ts';
import type { Timed } from './measure.ts';

type Float = 'f32' | 'f64';

/** Computes tensors, in one routine. Its outcome is some cells of each. */
export async function computing(dtype: Float, results: readonly Tensor[]): Promise<Subject> {
  const ctx = await context({ dtype });
  const routine = await ctx.compile(sequence(results.map(forward)), { keep: results });
  return {
    call: () => routine.runSync(),
    ...byDevice(ctx, () => routine.run()),
    outcome: () => {
      routine.runSync();
      return results.flatMap(result => sample(ctx.readSync(result).data));
    },
    [Symbol.dispose]: () => ctx[Symbol.dispose](),
  };
}

export interface Training {
  readonly loss: Tensor;
  /** A step: gradients and update. */
  readonly update: Code;
  /** The static symbols of the n-th step. */
  readonly indices?: (n: number) => Indices;
}

/** Takes a training step with each call. Its outcome is the losses of the first steps. */
export async function training(
  dtype: Float,
  { loss, update, indices = () => ({}) }: Training,
): Promise<Subject> {
  const ctx = await context({ dtype });
  const step = await ctx.compile(update, { keep: [loss] });
  let n = 0;
  const call = (): void => step.runSync(indices(n++));
  return {
    call,
    ...byDevice(ctx, () => step.run(indices(n++))),
    outcome: () => losses(ctx, loss, call),
    peakBytes: () => {
      const { bytes, arenaBytes } = ctx.memory();
      return bytes + arenaBytes;
    },
    [Symbol.dispose]: () => ctx[Symbol.dispose](),
  };
}

/** By the clock of the device, if it has one: runs are queued, and nobody waits for each. */
function byDevice({ stream: { queue } }: Context, enqueue: () => unknown): { timed?: Timed } {
  if (!queue.deviceSeconds) return {};
  const timed: Timed = calls => {
    const seconds = queue.deviceSeconds?.(() => {
      for (let i = 0; i < calls; i++) enqueue();
    });
    return seconds ?? NaN;
  };
  return { timed };
}

function losses(ctx: Context, loss: Tensor, step: () => void): readonly number[] {
  return Array.from({ length: lossSteps }, () => {
    step();
    return ctx.item(loss);
  });
}

/** At most 64 cells, evenly over all of them: the last of each stretch. `peers/serve.py` does the same. */
function sample(cells: ArrayLike<number>): readonly number[] {
  const count = Math.min(64, cells.length);
  return Array.from(
    { length: count },
    (_, i) => cells[Math.floor(((i + 1) * cells.length) / count) - 1] ?? NaN,
  );
}
