/** "Backprop by example" of the slides: operations by their own forward and backward code. */
import { expect, test } from 'vitest';
import { cd, defineOp, forward, op, tensor, type TensorFunction } from '../../dsl/index.ts';
import { gradUpdate } from '../../dsl/train/index.ts';
import { linesOf } from '../support/assignment-text.ts';
import { valueOf } from '../support/evaluate.ts';
import { expectSlopes, gradientsOf } from '../support/gradients.ts';

const add = defineOp({
  name: 'plus',
  forward: cd`v =: v1 + v2`,
  backward: cd`g1 =+ g; g2 =+ g`,
});
const sub = defineOp({
  name: 'minus',
  forward: cd`v =: v1 - v2`,
  backward: cd`g1 =+ g; g2 =- g`,
});
const mul = defineOp({
  name: 'times',
  forward: cd`v =: v1 * v2`,
  backward: cd`g1 =+ g * v2; g2 =+ v1 * g`,
});
const pow = defineOp({
  name: 'power',
  forward: cd`v =: v1 ** v2`,
  backward: cd`g1 =+ g * v2 * v1 ** (v2 - 1); g2 =+ g * v * log(v1)`,
});
const div = defineOp({
  name: 'over',
  forward: cd`v =: v1 / v2`,
  backward: cd`g1 =+ g / v2; g2 =+ g * (-v1 / v2 ** 2)`,
});
const matmul = defineOp({
  name: 'product',
  logic: '@',
  forward: cd`v =:+ v1 * v2`,
  backward: cd`g1 =+ g * v2; g2 =+ v1 * g`,
});

const a = () => op`{ a = ${[0.7, 1.2, 2.4]} }`;
const b = () => op`{ b = ${[1.5, 0.6, 0.8]} }`;
const weight = tensor([1, -2, 3], { label: 'weight' });

test.each([
  ['addition', add, (p: number, q: number) => p + q],
  ['subtraction', sub, (p: number, q: number) => p - q],
  ['multiplication', mul, (p: number, q: number) => p * q],
  ['power', pow, (p: number, q: number) => p ** q],
  ['division', div, (p: number, q: number) => p / q],
])('%s: its value and its gradients', async (_, f, formula) => {
  expect(await valueOf(f(a(), b()))).toEqual([
    formula(0.7, 1.5),
    formula(1.2, 0.6),
    formula(2.4, 0.8),
  ]);
  await expectSlopes(op`(${f}(${a()}, ${b()}) *. ${weight}) ++ "i => 0"`);
});

test('a tensor product', async () => {
  const x = tensor(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ].flat(),
    { label: 'x', batch: [3], output: [2] },
  );
  const w = op`{ w; o = [2] }`;
  expect(await valueOf(matmul(w, x))).toEqual(await valueOf(op`${w} * ${x}`));
  await expectSlopes(op`tanh(${matmul}(${w}, ${x})) ++ "...|... => 0"`);
});

test('what it stands for, there and back', () => {
  const x = tensor([1, 2], { label: 'x' });
  const loss = op`loss = ${mul}({ w }, ${x}) ++ "i => 0"`;
  expect(linesOf(gradUpdate(loss))).toMatchInlineSnapshot(`
    "# "loss gradient";
    times_w_x =: w *. x;
    loss =:+ times_w_x ~logic:"i => 0";
    # "loss zero grads and backprop";
    w.grad =: 0;
    loss.grad =: 1;
    times_w_x.grad =: loss.grad ~logic:"0 => i";
    w.grad =+ times_w_x.grad *. x;"
  `);
});

test('backward is used as it is written, only for those that want a gradient', () => {
  const odd = defineOp({
    name: 'odd',
    forward: cd`v =: v1 + v2`,
    backward: cd`g1 =+ 7 *. g; g2 =+ 9 *. g`,
  });
  const loss = op`loss = ${odd}({ w }, ${weight}) ++ "i => 0"`;
  expect(linesOf(cd`${loss}.grad =: 1; ${loss}.backprop`)).toMatchInlineSnapshot(`
    "loss.grad =: 1;
    odd_w_weight.grad =: loss.grad ~logic:"0 => i";
    w.grad =+ 7 *. odd_w_weight.grad;"
  `);
});

// Without `backward` the derivative follows from the code.
test.each([
  ['a formula', defineOp({ name: 'f', forward: cd`v =: v1 * v1 + exp(v2)` })],
  ['a sum of two', defineOp({ name: 'f', forward: cd`v =: v1 * v2; v =+ sin(v2); v =- v1` })],
  [
    'a sum whose first term is its own slope',
    defineOp({ name: 'f', forward: cd`v =: exp(v1); v =+ tanh(v2)` }),
  ],
  ['a sum from nothing', defineOp({ name: 'f', forward: cd`v =:+ v1 / v2` })],
  [
    'numbers and a choice',
    defineOp({ name: 'f', forward: cd`if ${true} then v =: ${3} * v1 + v2 else v =: v1` }),
  ],
  ['other names of slots', defineOp({ name: 'f', forward: cd`lhs =: rhs1 * t2.value` })],
  ['a spec', defineOp({ name: 'f', logic: 'i; i => i', forward: cd`v =: v1 * v2` })],
])('derived: %s', async (_, f: TensorFunction) => {
  await expectSlopes(op`(${f}(${a()}, ${b()}) *. ${weight}) ++ "i => 0"`);
});

test('other numbers of operands', async () => {
  const one = defineOp({ name: 'square', forward: cd`v =: v1 * v1` });
  const three = defineOp({ name: 'mix', forward: cd`v =: v1 * v2 + v3` });
  const none = defineOp({ name: 'one', forward: cd`v =: 1` });
  expect(await valueOf(op`${one}(3) + ${three}(2, 3, 4)`)).toBe(19);
  expect(await valueOf(op`${none}() + 1`)).toBe(2);
  expect(await valueOf(mul(2, 3))).toBe(6);
  const turned = defineOp({ name: 'turn', logic: 'T', forward: cd`v =: v1` });
  const m = tensor(Float64Array.from([1, 2, 3, 4, 5, 6]), { label: 'm', output: [2], input: [3] });
  expect(await valueOf(turned(m))).toEqual([
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
});

test('a reduction over a spec', async () => {
  const dot = defineOp({ name: 'dot', logic: 'i; i => 0', forward: cd`v =:+ v1 * v2` });
  expect(await valueOf(dot(weight, weight))).toEqual([14]);
  expect(linesOf(forward(dot(weight, weight)))).toMatchInlineSnapshot(
    `"dot_weight_weight =:+ weight * weight ~logic:"i; i => 0";"`,
  );
});

test('the largest, with a backward of its own', async () => {
  const largest = defineOp({
    name: 'largest',
    logic: 'i => 0',
    forward: cd`v =:@^ v1`,
    backward: cd`g1 =+ where(eq(v, v1), g, 0)`,
  });
  expect(await valueOf(largest(weight))).toEqual([3]);
  expect(await gradientsOf(largest(op`{ w = ${[1, 5, 2]} }`))).toEqual({ w: [0, 1, 0] });
});

test('a result is called after its operation, in dumps and as a label with its operands', () => {
  const y = mul(weight, weight);
  expect(y.label).toBe('times_weight_weight');
  expect(linesOf(forward(op`${mul}(1 + ${weight}, 2)`))).toBe(
    'add =: 1 + weight;\ntimes =: add *. 2;',
  );
});
