/** The values that `cd` leaves, through the interpreter, beside plain loops. */
import { expect, test } from 'vitest';
import { cd, context, op, symbol, tensor, type Tensor } from '../../dsl/einc.ts';
import { valuesAfter } from '../support/evaluate.ts';
import { expectClose } from '../support/loops.ts';

const values = [
  [1, -2, 3],
  [0.5, 4, -6],
];
const x = tensor(values, { label: 'x' });

/** An array of the host's that code may assign, with a value to start from. */
const array = (value: number, ...output: number[]): Tensor =>
  tensor(new Float64Array(output.reduce((p, n) => p * n, 1)).fill(value), { label: 'y', output });

const y = () => array(8, 2, 3);

test.each([
  ['=:', (t: Tensor) => cd`${t} =: ${x}`, (_: number, v: number) => v],
  ['=+', (t: Tensor) => cd`${t} =+ ${x}`, (old: number, v: number) => old + v],
  ['=-', (t: Tensor) => cd`${t} =- ${x}`, (old: number, v: number) => old - v],
  ['=*', (t: Tensor) => cd`${t} =* ${x}`, (old: number, v: number) => old * v],
  ['=/', (t: Tensor) => cd`${t} =/ ${x}`, (old: number, v: number) => old / v],
  ['=@^', (t: Tensor) => cd`${t} =@^ 4 *. ${x}`, (old: number, v: number) => Math.max(old, 4 * v)],
  ['=@-', (t: Tensor) => cd`${t} =@- 4 *. ${x}`, (old: number, v: number) => Math.min(old, 4 * v)],
  ['=:+', (t: Tensor) => cd`${t} =:+ ${x}`, (_: number, v: number) => v],
])('%s on what is there', async (_, code, f) => {
  const t = y();
  const [result] = await valuesAfter(code(t), [t]);
  expectClose(
    result ?? NaN,
    values.map(row => row.map(v => f(8, v))),
  );
});

test.each([
  ['=:+', (t: Tensor) => cd`${t} =:+ ${x} ~logic:"ij => i"`, (row: number[]) => sumOf(row)],
  ['=+', (t: Tensor) => cd`${t} =+ ${x} ~logic:"ij => i"`, (row: number[]) => 8 + sumOf(row)],
  ['=:-', (t: Tensor) => cd`${t} =:- ${x} ~logic:"ij => i"`, (row: number[]) => -sumOf(row)],
  ['=:*', (t: Tensor) => cd`${t} =:* ${x} ~logic:"ij => i"`, (row: number[]) => productOf(row)],
  ['=:/', (t: Tensor) => cd`${t} =:/ ${x} ~logic:"ij => i"`, (row: number[]) => 1 / productOf(row)],
  ['=:@^', (t: Tensor) => cd`${t} =:@^ ${x} ~logic:"ij => i"`, (row: number[]) => Math.max(...row)],
  ['=:@-', (t: Tensor) => cd`${t} =:@- ${x} ~logic:"ij => i"`, (row: number[]) => Math.min(...row)],
])('%s over an axis', async (_, code, f) => {
  const t = array(8, 2);
  const [result] = await valuesAfter(code(t), [t]);
  expectClose(result ?? NaN, values.map(f));
});

const sumOf = (row: number[]) => row.reduce((p, q) => p + q, 0);
const productOf = (row: number[]) => row.reduce((p, q) => p * q, 1);

test('to one slice: =: and =:+ start the others anew, =+ leaves them', async () => {
  const row = tensor([5, 6, 7], { label: 'row' });
  const arrays = [y(), y(), y()] as const;
  const [set, sum, added] = arrays;
  const code = cd`
    ${set} =: ${row} ~logic:"j => 1 j";
    ${sum} =:+ ${row} ~logic:"j => 1 j";
    ${added} =+ ${row} ~logic:"j => 1 j"`;
  expect(await valuesAfter(code, arrays)).toEqual([
    [
      [0, 0, 0],
      [5, 6, 7],
    ],
    [
      [0, 0, 0],
      [5, 6, 7],
    ],
    [
      [8, 8, 8],
      [13, 14, 15],
    ],
  ]);
});

test('assignments run in the order written, each over whole arrays', async () => {
  const [s, t] = [array(1, 2), array(2, 2)];
  const code = cd`{ old } =: ${s}; ${s} =: ${t} + 1; ${t} =: old *. 10`;
  expect(await valuesAfter(code, [s, t])).toEqual([
    [3, 3],
    [10, 10],
  ]);
});

test('a loop runs its body for every value, the last one fastest', async () => {
  const [i, j] = [symbol('i', 3), symbol('j', 4)];
  const t = array(0, 1);
  const digits = cd`for a in ${i} (for b in ${j} (${t} =: 2 *. ${t} + !@a *. !@b))`;
  let expected = 0;
  for (let p = 0; p < 3; p++) for (let q = 0; q < 4; q++) expected = 2 * expected + p * q;
  expect(await valuesAfter(digits, [t])).toEqual([[expected]]);
});

test('a slice along a loop', async () => {
  const table = tensor(Float64Array.from([1, 2, 3, 4, 5, 6]), {
    label: 'table',
    batch: [3],
    output: [2],
  });
  const t = array(0, 2);
  const code = cd`for n in ${symbol('k', 3)} (${t} =+ ${table} @| n)`;
  expect(await valuesAfter(code, [t])).toEqual([[9, 12]]);
});

test('an array that is read before it is written lives from run to run', async () => {
  using ctx = await context({ backend: 'interp' });
  const t = array(0, 1);
  const routine = await ctx.compile(cd`{ velocity } =: 0.5 *. velocity + 1; ${t} =: velocity`, {
    keep: [t],
  });
  const seen = [1, 2, 3].map(() => {
    routine.runSync();
    return ctx.item(t);
  });
  expect(seen).toEqual([1, 1.5, 1.75]);
});

test('gradients of parameters add up from run to run until they are zeroed', async () => {
  const w = op`{ w = 3 }`;
  const loss = op`${w} *. ${w}`;
  using ctx = await context({ backend: 'interp' });
  const back = cd`${loss}.forward; ${loss}.grad =: 1; ${loss}.backprop`;
  const [adding, zeroing] = [await ctx.compile(back), await ctx.compile(cd`${loss}.zero_grads`)];
  const seen = [adding, adding, zeroing, adding].map(routine => {
    routine.runSync();
    return ctx.item(w.grad);
  });
  expect(seen).toEqual([6, 12, 0, 6]);
});

test('a product of two arrays by a spec: a covariance', async () => {
  const points = [
    [1, 2],
    [3, 5],
    [8, 13],
  ];
  const rows = tensor(Float64Array.from(points.flat()), { label: 'rows', batch: [3], output: [2] });
  const t = array(0, 2, 2);
  const [result] = await valuesAfter(cd`${t} =:+ ${rows} * ${rows} ~logic:"b|i; b|j => ij"`, [t]);
  const expected = [0, 1].map(i =>
    [0, 1].map(j => sumOf(points.map(p => (p[i] ?? 0) * (p[j] ?? 0)))),
  );
  expect(result).toEqual(expected);
});
