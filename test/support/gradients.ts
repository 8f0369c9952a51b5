/** Gradients of parameters, by backprop and by central differences. */
import { expect } from 'vitest';
import { cd, type Context, forward, type Indices, op, type Tensor } from '../../dsl/einc.ts';
import { gradUpdate } from '../../dsl/train/index.ts';
import { openInterpreter } from './evaluate.ts';

/** The sum of all cells. */
export const total = (y: Tensor): Tensor => op`${y} ++ "...|...->... => "`;

/** A scalar to which each cell of `y` counts differently. */
export const weighted = (y: Tensor): Tensor => total(op`${y} *. ${y} *. { c = 0.7 }`);

/** Half of the step of a difference: between rounding (1e-16 / h) and the third derivative (h²). */
const h = 1e-5;

/**
 * Expects the gradient of `loss`, a scalar, by every parameter to be its slope there. Parameters
 * start from their initial values, so those decide where.
 */
export async function expectSlopes(loss: Tensor, indices: Indices = {}): Promise<void> {
  const params = Object.entries(loss.params);
  expect(params).not.toEqual([]);
  const gradients = await gradientsOf(loss, indices);
  using ctx = await openInterpreter();
  const slopeOf = await slopes(ctx, loss, indices);
  for (const [name, param] of params) {
    const expected = slopeOf(param);
    const actual = gradients[name] ?? [];
    expect(actual.length, name).toBe(expected.length);
    expected.forEach((slope, cell) => {
      const error = Math.abs((actual[cell] ?? NaN) - slope);
      expect(error, `${name}[${cell}] is ${actual[cell]}, not ${slope}`).toBeLessThan(
        1e-7 * Math.max(1, Math.abs(slope)),
      );
    });
  }
}

/** By backprop: the gradient of each parameter, in memory order. */
export async function gradientsOf(
  loss: Tensor,
  indices: Indices = {},
): Promise<Readonly<Record<string, readonly number[]>>> {
  const params = Object.entries(loss.params);
  using ctx = await openInterpreter();
  const keep = params.map(([, p]) => p.grad);
  const routine = await ctx.compile(gradUpdate(loss), { keep });
  await routine.runAmong(indices);
  return Object.fromEntries(
    params.map(([name, p]) => [name, Array.from(ctx.readSync(p.grad).data)] as const),
  );
}

async function slopes(
  ctx: Context,
  loss: Tensor,
  indices: Indices,
): Promise<(p: Tensor) => readonly number[]> {
  const routine = await ctx.compile(cd`${forward(loss)}`);
  const lossWith = (param: Tensor, values: ArrayLike<number>): number => {
    ctx.write(param, values);
    routine.runAmong(indices);
    return ctx.item(loss);
  };
  return param => {
    const at = Float64Array.from(ctx.readSync(param).data);
    const result = Array.from(at, (value, cell) => {
      const [above, below] = [h, -h].map(step => lossWith(param, at.with(cell, value + step)));
      return ((above ?? NaN) - (below ?? NaN)) / (2 * h);
    });
    ctx.write(param, at);
    return result;
  };
}
