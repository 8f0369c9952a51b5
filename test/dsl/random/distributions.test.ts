/** What is made of random bits: beside JAX's numbers, and the moments of many. Seeds are fixed. */
import { describe, expect, test } from 'vitest';
import { threefry2x32, type Word2 } from '../../../compiler/index.ts';
import { type DType, op, symbol, tensor, type Tensor } from '../../../dsl/einc.ts';
import { valueOf } from '../../support/evaluate.ts';
import { expectSlopes, gradientsOf } from '../../support/gradients.ts';
import { arrayOf, backends, cellsOf } from '../../support/random-cells.ts';

const many = 100_000;

/** The 32 bits of a cell: both words in one. */
function wordAt(key: Word2 | undefined, i: number): number {
  const [a, b] = threefry2x32(key ?? [0, 0], [0, i]);
  return (a ^ b) >>> 0;
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly least: number;
  readonly most: number;
}

async function momentsOf(t: Tensor, dtype?: DType): Promise<Moments> {
  const cells = await cellsOf(t, 'cc', dtype);
  expect(cells).toHaveLength(many);
  const average = (f: (x: number) => number): number =>
    cells.reduce((sum, x) => sum + f(x), 0) / many;
  const mean = average(x => x);
  const [least, most] = [Math.min, Math.max].map(f => cells.reduce((a, b) => f(a, b)));
  return {
    ...{ mean, variance: average(x => (x - mean) ** 2) },
    ...{ least: least ?? NaN, most: most ?? NaN },
  };
}

/** The deviation of a mean of so many is 0.003 of that of one. */
const close = 0.01;

function expectNear(actual: number, expected: number, within = close): void {
  expect(Math.abs(actual - expected), `${actual}, not ${expected}`).toBeLessThan(within);
}

describe.each(backends)('through %s, as JAX has them', backend => {
  test('uniform', async () => {
    const expected = [0, 1, 2].map(i => (wordAt([0, 0], i) >>> 9) * 2 ** -23);
    expect(await cellsOf(op`uniform(key(0), 3)`, backend)).toEqual(expected);
  });

  test('normal', async () => {
    const expected = [1.6226422, 2.0252647, -0.43359444];
    (await cellsOf(op`normal(key(0), 3)`, backend)).forEach((x, i) =>
      expectNear(x, expected[i] ?? NaN, 1e-6),
    );
  });

  test('randint', async () => {
    const [low, high] = [-7, 123456];
    const span = BigInt(high - low);
    const [one, other] = [0, 1].map(i => threefry2x32([0, 42], [0, i]));
    const expected = [0, 1, 2, 3].map(i => {
      const [a, b] = [wordAt(one, i), wordAt(other, i)].map(BigInt);
      const factor = ((2n ** 16n % span) ** 2n % 2n ** 32n) % span;
      const sum = BigInt.asUintN(32, ((a ?? 0n) % span) * factor + ((b ?? 0n) % span));
      return low + Number(sum % span);
    });
    expect(await cellsOf(op`randint(key(42), ${low}, ${high}, 4)`, backend)).toEqual(expected);
  });

  test('randint between numbers without one between them is the lower', async () => {
    const drawn = op`randint(key(1), [5, 5, 9, -2147483648], [2, 5, -9, -2147483648])`;
    expect(await cellsOf(drawn, backend)).toEqual([5, 5, 9, -(2 ** 31)]);
    const all = await cellsOf(op`randint(key(1), -2147483648, 2147483647, 50)`, backend);
    expect([all.some(x => x < -(2 ** 30)), all.some(x => x > 2 ** 30)]).toEqual([true, true]);
  });

  test('all 52 bits of an f64', async () => {
    const [first] = await cellsOf(op`uniform(key(0), 3)`, backend, 'f64');
    expect(first).toBe(Number(0x6b20015999ba4efen >> 12n) * 2 ** -52);
  });
});

test('cc and the interpreter draw the same bits', async () => {
  const x = tensor(
    Array.from({ length: 300 }, (_, i) => [i, -i]),
    { label: 'x' },
  );
  for (const drawn of [
    op`uniform(key(3)) *. ${x}`,
    op`bernoulli(key(3), 0.25) *. ${x}`,
    op`randint(key(3), -5, 1000000, 500)`,
    op`permutation(key(3), 50)`,
  ]) {
    expect(await cellsOf(drawn, 'cc')).toEqual(await cellsOf(drawn, 'interp'));
  }
});

describe('many of them', () => {
  test.each(['f32', 'f64'] as const)('uniform as %s', async dtype => {
    const { mean, variance, least, most } = await momentsOf(op`uniform(7, ${many})`, dtype);
    expectNear(mean, 0.5);
    expectNear(variance, 1 / 12);
    expect(least >= 0 && least < 1e-4 && most < 1 && most > 1 - 1e-4).toBe(true);
  });

  test.each(['bf16', 'f16', 'f8e4m3', 'f8e5m2'] as const)('uniform as %s is below 1', async d => {
    const one = op`{ one = 1; o = []; i = []; dtype = ${d} }`;
    const drawn = op`uniform(7, ${many}) *. ${one}`;
    const flat = op`${drawn} ++ "i => i"`;
    const { mean, most } = await momentsOf(flat);
    expect(most).toBeLessThan(1);
    expect(mean).toBeGreaterThan(0.3);
  });

  test('normal', async () => {
    const { mean, variance, least, most } = await momentsOf(op`normal(7, ${many})`);
    expectNear(mean, 0);
    expectNear(variance, 1, 2 * close);
    expect(least < -3.9 && most > 3.9 && Math.max(-least, most) < 6).toBe(true);
  });

  test('truncated_normal', async () => {
    const { mean, variance, least, most } = await momentsOf(
      op`truncated_normal(7, -2, 2, ${many})`,
    );
    expectNear(mean, 0);
    expectNear(variance, 0.7737413);
    expect(least >= -2 && most <= 2 && most > 1.99).toBe(true);
  });

  test('exponential and gumbel', async () => {
    const waits = await momentsOf(op`exponential(7, ${many})`);
    expectNear(waits.mean, 1, 2 * close);
    expectNear(waits.variance, 1, 5 * close);
    const extremes = await momentsOf(op`gumbel(7, ${many})`);
    expectNear(extremes.mean, 0.5772157, 2 * close);
    expectNear(extremes.variance, Math.PI ** 2 / 6, 5 * close);
  });

  test('bernoulli', async () => {
    const { mean, least, most } = await momentsOf(op`bernoulli(7, 0.3, ${many})`);
    expectNear(mean, 0.3);
    expect([least, most]).toEqual([0, 1]);
  });

  test('randint', async () => {
    const { mean, variance, least, most } = await momentsOf(op`randint(7, -3, 8, ${many})`);
    expect([least, most]).toEqual([-3, 7]);
    expectNear(mean, 2, 4 * close);
    expectNear(variance, 10, 10 * close);
  });

  test('categorical', async () => {
    const logits = tensor([0, Math.log(2), -Infinity, Math.log(5)], { label: 'logits' });
    const rows = op`${logits} + 0 *. { rows = 0; b = [${20_000}]; o = [4] }`;
    const counts = [0, 0, 0, 0];
    for (const i of await cellsOf(op`categorical(key(1), ${rows})`, 'cc')) {
      counts[i] = (counts[i] ?? 0) + 1;
    }
    [1 / 8, 2 / 8, 0, 5 / 8].forEach((p, i) => expectNear((counts[i] ?? 0) / 20_000, p));
  });
});

test('a permutation has every number once, and another key another order', async () => {
  const [one, other] = [
    await cellsOf(op`permutation(1, 40)`),
    await cellsOf(op`permutation(2, 40)`),
  ];
  const numbers = Array.from({ length: 40 }, (_, i) => i);
  expect([...one].sort((a, b) => a - b)).toEqual(numbers);
  expect(one).not.toEqual(numbers);
  expect(other).not.toEqual(one);
});

test('they have the shape of what they meet, through operations too', async () => {
  const x = tensor([[[1, 2, 3]], [[4, 5, 6]]], { label: 'x', batch: [2], output: [3] });
  expect((await arrayOf(op`${x} + 2 *. uniform(7)`)).dims).toEqual([2, 3]);
  expect((await arrayOf(op`${x} *. where(bernoulli(7, 0.5), 2, 0)`)).dims).toEqual([2, 3]);
  expect((await arrayOf(op`uniform(7)`)).dims).toEqual([]);
  expect((await arrayOf(op`normal(7, 2, 3)`)).rows).toEqual({
    batch: [],
    input: [],
    output: [2, 3],
  });
});

test('the same key draws the same numbers, another one others', async () => {
  const difference = op`uniform(7, 100) - uniform(7, 100)`;
  expect(new Set(await cellsOf(difference))).toEqual(new Set([0]));
  expect(new Set(await cellsOf(op`uniform(7, 100) - uniform(8, 100)`)).size).toBe(100);
});

describe('gradients', () => {
  test('pass through scale and shift, and stop at the bits', async () => {
    const noise = (await valueOf(op`normal(7, 3)`)) as readonly number[];
    const y = op`({ scale = 2 } *. normal(7, 3) + { shift = 1 }) ++ "i => 0"`;
    const { scale = [], shift } = await gradientsOf(y);
    expect(scale).toHaveLength(3);
    scale.forEach((slope, i) => expectNear(slope, noise[i] ?? NaN, 1e-12));
    expect(shift).toEqual([1, 1, 1]);
  });

  test('pass to the bounds of a truncated distribution', async () => {
    await expectSlopes(op`truncated_normal(7, { low = -1; o = [3] }, { high = 2 }) ++ "i => 0"`);
  });

  test('of a dropout are the mask', async () => {
    const w = op`{ w = 3; o = [50] }`;
    const y = op`(${w} *. bernoulli(key(1), 0.5)) ++ "i => 0"`;
    const mask = await valueOf(op`bernoulli(key(1), 0.5, 50)`);
    expect(await valueOf(op`grad(${y}, ${w})`)).toEqual(mask);
  });
});

test('a symbol is a key, so each run may draw anew', async () => {
  const step = symbol('step', 10);
  const drawn = op`random_bits(fold_in(key(42), !@${step}))`;
  const at = async (n: number): Promise<unknown> => valueOf(drawn, { step: n });
  const [a, b] = threefry2x32(threefry2x32([0, 42], [0, 3]), [0, 0]);
  expect(await at(3)).toBe((a ^ b) >>> 0);
  expect(await at(4)).not.toBe(await at(3));
});
