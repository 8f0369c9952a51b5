/** Gradients through positions beside central differences, in f64; and gradients of gradients. */
import { describe, expect, test } from 'vitest';
import { grad, jvp, op, type Tensor, tensor, vjp } from '../../../dsl/einc.ts';
import { valueOf } from '../../support/evaluate.ts';
import { expectSlopes, gradientsOf } from '../../support/gradients.ts';

/** A scalar that uses each cell of `y` differently. */
const weighted = (y: Tensor): Tensor =>
  op`(${y} *. ${y} *. cos(0.3 + offsets(${y}))) ++ "...|...->... => 0"`;

const ids = tensor([2, 0, 2, -1, NaN, 3, 0.5, 2], { label: 'ids', batch: [2, 4] });
const each = tensor([2, 0, 2, 5], { label: 'each', batch: [2], output: [2] });
const few = tensor([1, 1, 0, 7], { label: 'few' });
const w = () => op`{ w = ${[0.7, -1.2, 0.4, 2.5, -0.3]} }`;
const table = () =>
  op`{ table = ${[
    [0.5, -1],
    [1.5, 2],
    [-0.25, 0.75],
  ]} }`;
const u = () =>
  op`{ u = ${[
    [0.1, 0.2],
    [0.3, -0.4],
    [1.1, 0.6],
    [5, 6],
  ]} }`;

const cases: readonly (readonly [string, () => Tensor])[] = [
  ['an embedding, ids again and outside', () => op`take(${table()}, ${ids})`],
  ['one row', () => op`take(${table()}, 1)`],
  ['two axes at once', () => op`take(${table()}, ${few}, 1 - ${few})`],
  ['the axes of the ids in the place of one', () => op`take(${table()}, ${few})`],
  ['batch axes', () => op`take_batch({ w; b = [3]; o = [2] }, ${ids})`],
  ['a table for each batch', () => op`take({ w; b = [2]; o = [3] }, ${each})`],
  [
    'along the last axis',
    () =>
      op`take_along(${table()}, ${tensor(
        [
          [1, 1],
          [0, 9],
          [1, 0],
        ],
        { label: 'k' },
      )})`,
  ],
  ['adding at positions', () => op`scatter_add(${table()}, ${few}, ${u()})`],
  ['adding a number at positions', () => op`scatter_add(${table()}, ${ids}, { c = 0.3 })`],
  ['setting at positions, the last of two', () => op`scatter_set(${table()}, ${few}, ${u()})`],
  ['sort', () => op`sort(${w()} *. ${w()})`],
  ['the greatest', () => op`topk(sin(${w()}), 2)`],
  ['a slice from a number', () => op`dynamic_slice(${w()}, 1, 3)`],
  [
    'a slice that is moved inside',
    () => op`dynamic_slice(${w()}, ${tensor([9, -2], { label: 's', batch: [2] })}, 2)`,
  ],
  ['an updated slice', () => op`dynamic_update_slice(${w()}, { v = ${[3, 4]} } *. ${2}, 1)`],
  ['one-hot times a table', () => op`one_hot(${ids}, 3) +* "...|k; ko => ...|o" ${table()}`],
];

describe('a gradient is the slope', () => {
  test.each(cases)('%s', async (_, y) => {
    await expectSlopes(weighted(y()));
  });
});

describe('the gradient of a gradient is its slope', () => {
  test.each(cases)('%s', async (_, y) => {
    const cells = weighted(y());
    const params = Object.values(cells.params);
    const [first, ...others] = grad(op`${cells} *. ${cells}`, params).map(weighted);
    await expectSlopes(others.reduce((sum, slope) => op`${sum} + ${slope}`, first ?? cells));
  });
});

describe('forward and reverse mode agree: <seed, J dx> is <J^T seed, dx>', () => {
  const total = (y: Tensor): Tensor => op`${y} ++ "...|...->... => "`;

  test.each(cases)('%s', async (_, y) => {
    const made = y();
    const [param] = Object.values(made.params);
    if (!param) throw new Error('no parameter');
    const [dx, seed] = [op`sin(offsets(${param}) + 1)`, op`cos(offsets(${made}) + 2)`];
    const [back] = vjp(made, [param], seed);
    const left = await valueOf(total(op`${seed} *. ${jvp(made, new Map([[param, dx]]))}`));
    const right = await valueOf(total(op`${dx} *. ${back ?? made}`));
    expect(left).toBeCloseTo(Number(right), 12);
  });
});

test('a row that is taken again adds up what each time gives; one that never is gets nothing', async () => {
  const rows = tensor([1, 1, 0, 1, NaN, -1], { label: 'rows', batch: [6] });
  const loss = op`take({ table = 1; o = [3, 2] }, ${rows}) ++ "...|... => 0"`;
  expect((await gradientsOf(loss))['table']).toEqual([1, 1, 3, 3, 0, 0]);
});

test('positions pass no gradient on', async () => {
  const w = op`{ w = ${[1, 3, 2]} }`;
  expect(w.requiresGrad).toBe(true);
  const positions = [op`argmax(${w})`, op`argmin(${w})`, op`argsort(${w})`, op`argtopk(${w}, 1)`];
  for (const t of [...positions, op`one_hot(${w}, 3)`, op`offsets(${w})`]) {
    expect(t.requiresGrad).toBe(false);
    expect(await valueOf(op`grad(${t}, ${w})`)).toEqual([0, 0, 0]);
  }
  const loss = op`take(${w} *. ${w}, argmax(${w}))`;
  expect((await gradientsOf(loss))['w']).toEqual([0, 6, 0]);
});
