/** `cumsum`, `cumprod`, `cummax`, `cummin`: values, gradients, and what they cost. */
import { describe, expect, test } from 'vitest';
import {
  context,
  cummax,
  cummin,
  cumprod,
  cumsum,
  forward,
  grad,
  op,
  type Tensor,
  tensor,
} from '../../../dsl/einc.ts';
import { close } from '../../support/close.ts';
import { valueOf } from '../../support/evaluate.ts';
import { expectSlopes } from '../../support/gradients.ts';
import { states } from './recurrences.ts';

const values = [2, -1, 0.5, 3, 3, -4, 1];
const ops = {
  cumsum: [cumsum, (a: number, b: number) => a + b],
  cumprod: [cumprod, (a: number, b: number) => a * b],
  cummax: [cummax, Math.max],
  cummin: [cummin, Math.min],
} as const;
const names = Object.keys(ops) as (keyof typeof ops)[];
const upTo = (name: keyof typeof ops, xs: readonly number[]): readonly number[] =>
  states(ops[name][1], { cumsum: 0, cumprod: 1, cummax: -Infinity, cummin: Infinity }[name], xs);
const x = (): Tensor => tensor(values, { label: 'x' });
const inOp: Readonly<Record<keyof typeof ops, (x: Tensor) => Tensor>> = {
  cumsum: t => op`cumsum(${t})`,
  cumprod: t => op`cumprod ${t}`,
  cummax: t => op`cummax(${t})`,
  cummin: t => op`cummin(${t})`,
};

describe.each(names)('%s', name => {
  const [f] = ops[name];

  test('along the last output axis', async () => {
    expect(await valueOf(inOp[name](x()))).toEqual(upTo(name, values));
    expect(await valueOf(f(x()))).toEqual(upTo(name, values));
  });

  test('of rows', async () => {
    const m = tensor([values, values.toReversed()], { label: 'm' });
    expect(await valueOf(inOp[name](m))).toEqual([
      upTo(name, values),
      upTo(name, values.toReversed()),
    ]);
  });

  test('in reverse', async () => {
    const expected = upTo(name, values.toReversed()).toReversed();
    expect(await valueOf(f(x(), { reverse: true }))).toEqual(expected);
  });

  test('along another axis', async () => {
    const m = tensor(
      [
        [1, -2],
        [3, 4],
      ],
      { label: 'm', batch: [2], output: [2] },
    );
    const [a, b] = [upTo(name, [1, 3]), upTo(name, [-2, 4])];
    expect(await valueOf(f(m, { axis: 'batch' }))).toEqual([
      [a[0], b[0]],
      [a[1], b[1]],
    ]);
  });

  test('its gradient is its slope', async () => {
    const apart = [2, -1, 0.5, 3, 2.75, -4, 1];
    const y = op`${f(op`{ p = ${apart} }`)} *. ${tensor([1, 2, -1, 0.5, 3, -2, 0.25], { label: 'c' })}`;
    await expectSlopes(op`loss = ${y} ++ "i => "`);
    await expectSlopes(op`loss = (${y} *. ${y}) ++ "i => "`);
  });
});

test('the gradient of cumprod beside zeros', async () => {
  const p = op`{ p = ${[2, 0, 3, 0, 4]} }`;
  await expectSlopes(op`loss = cumprod(${p}) ++ "i => "`);
  const [slope] = grad(op`cumprod(${p})`, [p]);
  // 1 + p2 (1 + p3 (1 + …)), the product before each cell times what follows.
  expect(await valueOf(slope ?? p)).toEqual([1, 2 * (1 + 3), 0, 0, 0]);
});

test('ties of cummax share the gradient as the step of max does: half and half, turn by turn', async () => {
  const p = tensor([1, 1, 1], { label: 'p' });
  const [slope] = grad(op`cummax(${p})`, [p]);
  expect(await valueOf(slope ?? p)).toEqual(close([1 + 0.5 + 0.25, 0.5 + 0.25, 0.5]));
});

describe('the extremes of dtypes that have no infinity', () => {
  const low = [-7, -3, -5];
  const high = [7, 3, 5];

  test.each(['i8', 'i16', 'i32', 'f8e4m3', 'f16', 'bf16', 'f64'] as const)('%s', async dtype => {
    const [a, b] = [low, high].map((cells, i) => tensor(cells, { label: `x${i}`, dtype }));
    if (!a || !b) return;
    expect(await valueOf(op`cummax(${a})`)).toEqual([-7, -3, -3]);
    expect(await valueOf(op`cummin(${b})`)).toEqual([7, 3, 3]);
  });

  test.each(['u8', 'u16', 'u32', 'u64', 'i64', 'bool'] as const)('%s', async dtype => {
    const cells = dtype === 'bool' ? [1, 0, 1] : high;
    const t = tensor(cells, { label: 't', dtype });
    expect(await valueOf(op`cummin(${t})`)).toEqual(states(Math.min, Infinity, cells));
    expect(await valueOf(op`cummax(${t})`)).toEqual(states(Math.max, 0, cells));
  });

  test('64 bits are all kept', async () => {
    const t = tensor(new BigInt64Array([-(2n ** 63n), -(2n ** 62n) - 1n]), { label: 't' });
    using ctx = await context({ backend: 'interp' });
    const y = op`cummax(${t})`;
    (await ctx.compile(forward(y), { keep: [y] })).runSync();
    expect(ctx.readSync(y).bigints).toEqual(new BigInt64Array([-(2n ** 63n), -(2n ** 62n) - 1n]));
  });

  test('along rows of nothing', async () => {
    expect(await valueOf(cummax(tensor([[], []], { label: 'e', dtype: 'i32' })))).toEqual([[], []]);
  });
});
