import { describe, expect, test } from 'vitest';
import { context, op, type Tensor, tensor } from '../../dsl/einc.ts';
import type { DeviceArray, Initial } from '../../compiler/index.ts';
import { initialValues } from '../../runtime/initial.ts';

const arrayOf = (initial: Initial): DeviceArray => ({
  label: 'w',
  dtype: 'f32',
  dims: { batch: [], input: [], output: [4] },
  initial,
});

describe('what a new array holds', () => {
  test.each([
    ['nothing', { kind: 'none' }, undefined],
    ['zeros, which memory has anyway', { kind: 'fill', value: 0 }, undefined],
    ['one number', { kind: 'fill', value: 2.5 }, [2.5, 2.5, 2.5, 2.5]],
    ['values of the host', { kind: 'values', values: [1, 2, 3, 4] }, [1, 2, 3, 4]],
  ] as const)('%s', (_, initial, expected) => {
    const values = initialValues(arrayOf(initial), 4, 1, 'w');
    expect(values && Array.from(values)).toEqual(expected);
  });

  test('-0 is not what memory has anyway', () => {
    const values = initialValues(arrayOf({ kind: 'fill', value: -0 }), 1, 1, 'w');
    expect(values && Array.from(values)).toEqual([-0]);
  });

  test('uniform numbers are within their bounds, in every part of them', () => {
    const initial = { kind: 'uniform', low: -2, high: 3 } as const;
    const values = Array.from(initialValues(arrayOf(initial), 10_000, 1, 'w') ?? [], Number);
    expect(values.every(value => value >= -2 && value < 3)).toBe(true);
    const counts = [-2, -1, 0, 1, 2].map(low => values.filter(v => Math.floor(v) === low).length);
    // Of 10000 in five equal parts: 2000 each, with a deviation of 40.
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});

interface Model {
  readonly w: Tensor;
  readonly v: Tensor;
}

const model = (): Model => {
  const y = op`y = { v; o = [50] } * ({ w; o = [50] } * ${tensor([1, 2], { label: 'x' })})`;
  return { w: y.param('w'), v: y.param('v') };
};

async function valuesOf(
  parameters: readonly Tensor[],
  options: { readonly seed?: number; readonly dtype?: 'f64' } = {},
): Promise<readonly (readonly number[])[]> {
  using ctx = await context({ backend: 'interp', ...options });
  return parameters.map(p => [...ctx.readSync(p).data]);
}

describe('the seed decides the initial values of parameters', () => {
  test('the same ones each time, for tensors made anew', async () => {
    const [one, two] = [model(), model()];
    const expected = await valuesOf([one.w, one.v], { seed: 5 });
    expect(await valuesOf([one.w, one.v], { seed: 5 })).toEqual(expected);
    expect(await valuesOf([two.w, two.v], { seed: 5 })).toEqual(expected);
  });

  test('whichever is met first, and whatever else there is', async () => {
    const { w, v } = model();
    const [first] = await valuesOf([w, v], { seed: 5 });
    const [, last] = await valuesOf([v, w], { seed: 5 });
    const [alone] = await valuesOf([w], { seed: 5 });
    expect(last).toEqual(first);
    expect(alone).toEqual(first);
  });

  test('the same numbers for f32 and f64: they have no more than 24 bits', async () => {
    const { w } = model();
    const [[single = []], [double = []]] = await Promise.all([
      valuesOf([w]),
      valuesOf([w], { dtype: 'f64' }),
    ]);
    single.forEach((value, i) => expect(value).toBeCloseTo(double[i] ?? NaN, 6));
  });

  test.each([
    ['another seed', 6],
    ['none, which is 0', undefined],
    ['a negative one', -5],
    ['one of more than 32 bits', 2 ** 32 + 5],
  ])('other ones for %s', async (_, seed) => {
    const { w } = model();
    const [expected = []] = await valuesOf([w], { seed: 5 });
    const [other = []] = await valuesOf([w], seed === undefined ? {} : { seed });
    expect(other.filter((value, i) => value === expected[i]).length).toBeLessThan(3);
  });

  test('other ones for another label, and for a second tensor of one label', async () => {
    const { w, v } = model();
    const another = model();
    const [ofW = [], ofV = [], ofSecondW = []] = await valuesOf([w, v, another.w], { seed: 5 });
    expect(ofW).toHaveLength(100);
    for (const other of [ofV, ofSecondW]) {
      expect(other.filter((value, i) => value === ofW[i]).length).toBeLessThan(3);
    }
  });
});
