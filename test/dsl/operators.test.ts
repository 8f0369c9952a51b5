/** The operators of `op` and `cd` on values, beside plain JavaScript. */
import { describe, expect, test } from 'vitest';
import { cd, grad, jvp, op, tensor, type Tensor } from '../../dsl/einc.ts';
import { gradientsOf } from '../support/gradients.ts';
import { valueOf, valuesAfter } from '../support/evaluate.ts';

const left = [1, -2, 0.5, NaN, 0, -0, Infinity, -7, 2];
const right = [1, 3, -0.5, 1, -0, 2, Infinity, 3, NaN];
const a = tensor(left, { label: 'a' });
const b = tensor(right, { label: 'b' });

const flooredRemainder = (x: number, y: number): number => x - y * Math.floor(x / y);

type Meaning = (x: number, y: number) => number | boolean;

const cases: readonly [sign: string, inOp: Tensor, meaning: Meaning][] = [
  ['<', op`${a} < ${b}`, (x, y) => x < y],
  ['<=', op`${a} <= ${b}`, (x, y) => x <= y],
  ['>', op`${a} > ${b}`, (x, y) => x > y],
  ['>=', op`${a} >= ${b}`, (x, y) => x >= y],
  ['==', op`${a} == ${b}`, (x, y) => x === y],
  ['!=', op`${a} != ${b}`, (x, y) => x !== y],
  ['<>', op`${a} <> ${b}`, (x, y) => x !== y],
  ['&&', op`${a} && ${b}`, (x, y) => x !== 0 && y !== 0],
  ['||', op`${a} || ${b}`, (x, y) => x !== 0 || y !== 0],
  ['@^', op`${a} @^ ${b}`, Math.max],
  ['@-', op`${a} @- ${b}`, Math.min],
  ['-@>', op`${a} -@> ${b}`, x => x],
  ['-/>', op`${a} -/> ${b}`, (_, y) => y],
  ['-?/', op`${a} -?/ ${b}`, (x, y) => (x > 0 ? y : 0)],
  ['-?^', op`${a} -?^ ${b}`, (x, y) => (x > 0 && x < 1 ? y : 0)],
  ['gt', op`gt(${a}, ${b})`, (x, y) => x > y],
  ['ge', op`ge(${a}, ${b})`, (x, y) => x >= y],
  ['not', op`not(${a}) + 0 *. not(${b})`, x => x === 0],
];

const inCd: Readonly<Record<string, (y: Tensor) => ReturnType<typeof cd>>> = {
  '<': y => cd`${y} =: ${a} < ${b}`,
  '<=': y => cd`${y} =: ${a} <= ${b}`,
  '>': y => cd`${y} =: ${a} > ${b}`,
  '>=': y => cd`${y} =: ${a} >= ${b}`,
  '==': y => cd`${y} =: ${a} == ${b}`,
  '!=': y => cd`${y} =: ${a} != ${b}`,
  '<>': y => cd`${y} =: ${a} <> ${b}`,
  '&&': y => cd`${y} =: ${a} && ${b}`,
  '||': y => cd`${y} =: ${a} || ${b}`,
  '@^': y => cd`${y} =: ${a} @^ ${b}`,
  '@-': y => cd`${y} =: ${a} @- ${b}`,
  '-@>': y => cd`${y} =: ${a} -@> ${b}`,
  '-/>': y => cd`${y} =: ${a} -/> ${b}`,
  '-?/': y => cd`${y} =: ${a} -?/ ${b}`,
  '-?^': y => cd`${y} =: ${a} -?^ ${b}`,
  gt: y => cd`${y} =: gt(${a}, ${b})`,
  ge: y => cd`${y} =: ge(${a}, ${b})`,
  not: y => cd`${y} =: not(${a})`,
};

test.each(cases)('%s', async (sign, inOp, meaning) => {
  const expected = left.map((x, i) => Number(meaning(x, right[i] ?? NaN)) + 0);
  const plain = (values: unknown): number[] => (values as number[]).map(x => x + 0);
  expect(plain(await valueOf(inOp))).toEqual(expected);
  const y = tensor(new Float64Array(left.length), { label: 'y' });
  const code = inCd[sign];
  expect(plain(code && (await valuesAfter(code(y), [y]))[0])).toEqual(expected);
});

test('%', async () => {
  const x = tensor([7, -7, 5.5, -0.25], { label: 'x' });
  for (const by of [3, -3, 0.75]) {
    const expected = [7, -7, 5.5, -0.25].map(v => flooredRemainder(v, by));
    expect(await valueOf(op`${x} % ${by}`)).toEqual(expected);
  }
});

test('comparisons are looser than sums, && than those, || the loosest', async () => {
  const x = tensor([-1, 0, 1, 2, 3], { label: 'x' });
  const y = op`0 <= ${x} - 1 && ${x} + 1 < 4 || ${x} == -1`;
  expect(await valueOf(y)).toEqual([1, 0, 1, 1, 0]);
});

test('the larger of two sums', async () => {
  const x = tensor([1, 5], { label: 'x' });
  expect(await valueOf(op`${x} + 1 @^ 2 *. 2`)).toEqual([4, 6]);
  expect(await valueOf(op`${x} @^ 2 > 2`)).toEqual([0, 1]);
});

test('a choice by a condition', async () => {
  const x = tensor([-2, 0.5, 3], { label: 'x' });
  expect(await valueOf(op`where(${x} > 0 && ${x} < 1, ${x}, 0 - ${x})`)).toEqual([2, 0.5, -3]);
});

describe('stop_gradient', () => {
  const x = op`{ x = ${[2, 3]} }`;

  test('is the value itself', async () => {
    expect(await valueOf(op`stop_gradient(${x} *. 2)`)).toEqual([4, 6]);
  });

  test('lets no gradient through', async () => {
    const loss = op`(stop_gradient(${x}) *. ${x}) ++ "i => "`;
    expect((await gradientsOf(loss))['x']).toEqual([2, 3]);
    const [slope] = grad(op`stop_gradient(${x} **. 2) + ${x}`, [x]);
    expect(await valueOf(slope ?? x)).toEqual([1, 1]);
  });

  test('lets no tangent through', async () => {
    const dx = tensor([1, 10], { label: 'dx' });
    const change = jvp(op`stop_gradient(${x}) *. ${x}`, new Map([[x, dx]]));
    expect(await valueOf(change)).toEqual([2, 30]);
  });

  test('in code of its own', async () => {
    const loss = op`(${x} *. ${x}) ++ "i => "`;
    const y = tensor([0, 0], { label: 'y' });
    expect(await valuesAfter(cd`${y} =: stop_gradient(${x}) + 1; ${loss}.forward`, [y])).toEqual([
      [3, 4],
    ]);
  });
});
