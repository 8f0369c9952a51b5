/** Other schedules for a nest, as programs of its own that do the same. */
import { expect, test } from 'vitest';
import { nestVariants, type Variant } from '../../../compiler/decisions/variants.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { programOf } from '../../support/loop-text.ts';
import { difference, outputsOf } from '../../support/run-program.ts';
import { scheduled } from '../../support/scheduled.ts';
import { smallTarget } from '../../support/small-target.ts';

const target = { ...smallTarget, cacheBytes: 2 ** 16 };

const device = `a: f32[24, 10], w: f32[40, 10], c: f32[24, 40], d: f32[24, 40],
  data: f32[3, 24, 10], z: f32[40]`;

function variantsOf(body: string, most: number, symbols = '') {
  const { witnessed, program } = scheduled(programOf(device, body, symbols), target);
  return nestVariants(witnessed, program, target, most);
}

const asked = (variants: readonly Variant[]): readonly string[] =>
  variants.map(variant => JSON.stringify(variant.asked));

const product = `zero_out c;
  for i < 24 { for j < 40 { for k < 10 { c[i, j] += a[i, k] * w[j, k]; } } }
  for i2 < 24 { for j2 < 40 { d[i2, j2] := relu(c[i2, j2] + z[j2]); } }`;

test('what is chosen comes first, then what is likely to be as good', () => {
  const [nest, ...others] = variantsOf(product, 4);
  expect(others).toEqual([]);
  expect(nest?.name).toBe('c');
  expect(asked(nest?.variants ?? [])).toMatchInlineSnapshot(`
    [
      "{"rows":4,"vectors":2}",
      "{"rows":4,"vectors":2,"pack":false}",
      "{"rows":10,"vectors":1}",
    ]
  `);
});

test('there are no more than are asked for, none twice, and each does the same', () => {
  expect(variantsOf(product, 1)[0]?.variants).toHaveLength(2);
  const [nest] = variantsOf(product, 99);
  const programs = (nest?.variants ?? []).map(({ program }) => program);
  expect(new Set(programs.map(printProgram)).size).toBe(programs.length);
  const [first, ...others] = programs.map(program => {
    verify(program);
    return outputsOf(program);
  });
  expect(others.length).toBeGreaterThan(5);
  for (const other of others) {
    expect(difference(first ?? new Map(), other, closeBy)).toBeUndefined();
  }
});

/** A product may be fused into its sum here and not there. */
function closeBy(x: number, y: number): boolean {
  return Math.abs(x - y) <= 1e-5 * (1 + Math.abs(x));
}

test('a nest alone has its fill, and arrays from outside', () => {
  const body = `local t: f32[24, 40]; zero_out t;
    for i < 24 { for j < 40 { for k < 10 { t[i, j] += a[i, k] * w[j, k]; } } }
    for i2 < 24 { for j2 < 40 { d[i2, j2] := t[i2, j2] + t[i2, 0]; } }`;
  const [nest] = variantsOf(body, 1);
  const { program } = nest?.variants[0] ?? {};
  expect(program?.name).toBe('p_t');
  expect(program?.params.map(({ name }) => name)).toEqual(['t', 'a', 'w']);
});

test('static indices stay, and a loop over steps is one', () => {
  const body = `for step < 3 {
    for i < 24 { for j < 40 { for k < 10 { c[i, j] += data[step, i, k] * w[j, k]; } } }
    for i2 < 24 { for j2 < 40 { d[i2, j2] += data[batch, 0, 0] * c[i2, j2]; } }
  }`;
  const [nest] = variantsOf(body, 1, 'batch : [0..2]');
  expect(nest?.variants[0]?.program.symbols).toEqual([
    { loop: 'batch', range: 3 },
    { loop: 'step', range: 3 },
  ]);
});

test('where there are no tiles there is nothing to choose', () => {
  expect(variantsOf('for j < 40 { z[j] := exp(z[j]); }', 4)).toEqual([]);
  expect(variantsOf('z[0] := 1;', 4)).toEqual([]);
});
