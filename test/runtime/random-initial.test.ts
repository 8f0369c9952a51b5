/** Named first values of parameters: their distributions, by the parameter's settled shape. */
import { describe, expect, test } from 'vitest';
import { context, forward, op, type Tensor } from '../../dsl/einc.ts';

async function valuesOf(w: Tensor, seed = 1): Promise<readonly number[]> {
  using ctx = await context({ backend: 'interp', dtype: 'f64', seed });
  await ctx.compile(forward(op`${w} *. 1`));
  return Array.from(ctx.readSync(w).data);
}

function momentsOf(values: readonly number[]): { mean: number; deviation: number; most: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return {
    ...{ mean, deviation: Math.sqrt(variance) },
    most: values.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
  };
}

/** Of a matrix of 50 inputs and 150 outputs; `bound` is where it ends. */
const cases: readonly [name: string, w: Tensor, deviation: number, bound: number][] = [
  ['uniform', op`{ w = uniform(-0.1, 0.1); i = [50]; o = [150] }`, 0.1 / Math.sqrt(3), 0.1],
  ['normal', op`{ w = normal(0.02); i = [50]; o = [150] }`, 0.02, 0.12],
  ['truncated', op`{ w = truncated(0.5); i = [50]; o = [150] }`, 0.5 * 0.8796, 1],
  ['kaiming', op`{ w = kaiming; i = [50]; o = [150] }`, Math.sqrt(2 / 50), 1.2],
  [
    'kaiming_uniform',
    op`{ w = kaiming_uniform; i = [50]; o = [150] }`,
    ...([Math.sqrt(2 / 50), Math.sqrt(6 / 50)] as const),
  ],
  [
    'xavier',
    op`{ w = xavier; i = [50]; o = [150] }`,
    ...([Math.sqrt(2 / 200), Math.sqrt(6 / 200)] as const),
  ],
  ['xavier_normal', op`{ w = xavier_normal; i = [50]; o = [150] }`, Math.sqrt(2 / 200), 0.6],
  ['a number in a hole', op`{ w = normal(${3}); i = [50]; o = [150] }`, 3, 18],
];

test.each(cases)('%s is about 0, with its deviation', async (_, w, expected, bound) => {
  const { mean, deviation, most } = momentsOf(await valuesOf(w));
  // Of 7500 the mean deviates by 0.012 of the deviation.
  expect(Math.abs(mean)).toBeLessThan(0.05 * expected);
  expect(Math.abs(deviation / expected - 1)).toBeLessThan(0.05);
  expect(most).toBeLessThanOrEqual(bound);
  expect(most).toBeGreaterThan(0.5 * bound);
});

describe('orthogonal', () => {
  test.each<[title: string, w: Tensor, rows: number, columns: number, gain: number]>([
    ['fewer outputs', op`{ w = orthogonal; i = [7]; o = [4] }`, 4, 7, 1],
    ['fewer inputs', op`{ w = orthogonal(2); i = [3]; o = [5] }`, 5, 3, 2],
    ['two in one', op`{ w = orthogonal; b = [2]; i = [3]; o = [3] }`, 3, 3, 1],
  ])('%s', async (_, w, rows, columns, gain) => {
    const values = await valuesOf(w);
    for (let start = 0; start < values.length; start += rows * columns) {
      const at = (r: number, c: number): number => values[start + r * columns + c] ?? NaN;
      const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
      const along = (v: number, i: number): number => (rows <= columns ? at(v, i) : at(i, v));
      for (let a = 0; a < count; a++) {
        for (let b = 0; b < count; b++) {
          const product = Array.from({ length }, (_, i) => along(a, i) * along(b, i));
          const dot = product.reduce((sum, x) => sum + x, 0);
          expect(dot).toBeCloseTo(a === b ? gain ** 2 : 0, 12);
        }
      }
    }
    expect(values.some(x => x < 0) && values.some(x => x > 0)).toBe(true);
  });
});

test('the fans are those of the shape that inference finds', async () => {
  const x = op`{ x = 1; o = [200] }`;
  const y = op`{ w = kaiming; o = [30] } * ${x}`;
  using ctx = await context({ backend: 'interp', dtype: 'f64', seed: 1 });
  await ctx.compile(forward(y));
  const { deviation } = momentsOf(Array.from(ctx.readSync(y.param('w')).data));
  expect(Math.abs(deviation / Math.sqrt(2 / 200) - 1)).toBeLessThan(0.05);
});

describe('in a definition they are what they are outside of one', () => {
  const x = op`{ x = 1; o = [6] }`;
  const named = op`f(x) = { w = orthogonal; o = [4] } * x; f(${x})`;
  const called = op`f(x) = { w = normal(0.1); o = [4] } * x; f(${x})`;
  const layer = op`f(~n)(x) = { w = orthogonal(2); o = [n] } * x; f(~n: 4)(${x})`;

  async function weights(y: Tensor): Promise<readonly number[]> {
    using ctx = await context({ backend: 'interp', dtype: 'f64', seed: 1 });
    await ctx.compile(forward(y));
    return Array.from(ctx.readSync(y.param('w')).data);
  }

  test.each<[title: string, y: Tensor, plain: Tensor]>([
    ['named', named, op`{ w = orthogonal; o = [4] } * ${x}`],
    ['called', called, op`{ w = normal(0.1); o = [4] } * ${x}`],
    ['of a layer', layer, op`{ w = orthogonal(2); o = [4] } * ${x}`],
  ])('%s', async (_, y, plain) => {
    expect(await weights(y)).toEqual(await weights(plain));
  });
});

test('the seed and the label decide, nothing else', async () => {
  const make = (): Tensor => op`{ w = normal(1); o = [5] }`;
  const other = op`{ v = normal(1); o = [5] }`;
  expect(await valuesOf(make())).toEqual(await valuesOf(make()));
  expect(await valuesOf(make(), 2)).not.toEqual(await valuesOf(make(), 1));
  expect(await valuesOf(other)).not.toEqual(await valuesOf(make()));
});
