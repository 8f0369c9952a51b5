/** Arrays that the code of an operation introduces, in `forward` and in `backward`. */
import { expect, test } from 'vitest';
import { cd, defineOp, forward, op, tensor, type TensorFunction } from '../../dsl/index.ts';
import { gradUpdate } from '../../dsl/train/index.ts';
import { linesOf } from '../support/assignment-text.ts';
import { valueOf } from '../support/evaluate.ts';
import { expectSlopes } from '../support/gradients.ts';

const a = () => op`{ a = [0.7, 1.2, 2.4] }`;
const b = () => op`{ b = [1.5, 0.6, 0.8] }`;
const x = tensor([1, 2, 3], { label: 'x' });
const weight = tensor([1, -2, 3], { label: 'weight' });

// ── forward: derivatives follow from the code ───────────────────────────────────────────────────

const scaled = defineOp({
  name: 'scaled',
  forward: cd`{ e_rhs1 } =: exp(v1); v =: e_rhs1 * v2`,
});

test('forward and back', () => {
  const loss = op`loss = ${scaled}({ w }, ${x}) ++ "i => 0"`;
  expect(linesOf(gradUpdate(loss))).toMatchInlineSnapshot(`
    "# "loss gradient";
    e_rhs1 =: exp(w);
    scaled_w_x =: e_rhs1 *. x;
    loss =:+ scaled_w_x ~logic:"i => 0";
    # "loss zero grads and backprop";
    w.grad =: 0;
    loss.grad =: 1;
    scaled_w_x.grad =: loss.grad ~logic:"0 => i";
    e_rhs1.grad =: mul_no_nan(scaled_w_x.grad, x);
    w.grad =+ mul_no_nan(e_rhs1.grad, e_rhs1);"
  `);
});

test.each([
  ['set', scaled],
  ['by let', defineOp({ name: 'f', forward: cd`let e_rhs1 = exp(v1); v =: e_rhs1 * v2` })],
  ['added to', added('{ e_rhs1 } =: exp(v1); e_rhs1 =+ v1; e_rhs1 =- 2 * v2; v =: e_rhs1 * v2')],
  ['set again', added('{ e_rhs1 } =: v1; v =: e_rhs1; e_rhs1 =: e_rhs1 * v2; v =+ e_rhs1')],
  ['of each other', added('{ p_rhs } =: v1 * v1; { lhs_q } =: p_rhs * v2; v =: p_rhs * lhs_q')],
  ['in a branch', added('if ${true} then (let e_rhs2 = sin(v2); v =: v1 * e_rhs2) else v =: v1')],
])('slopes: %s', async (_, f: TensorFunction) => {
  await expectSlopes(op`(${f}(${a()}, ${b()}) *. ${weight}) ++ "i => 0"`);
});

function added(text: string): TensorFunction {
  const [before = '', after] = text.split('${true}');
  const raw = after === undefined ? [before] : [before, after];
  const strings = Object.assign([...raw], { raw });
  return defineOp({ name: 'f', forward: cd(strings, ...(after === undefined ? [] : [true])) });
}

test('over the axes they are about, not over all of a product', async () => {
  const product = defineOp({
    name: 'product',
    logic: '@',
    forward: cd`let e_rhs1 = exp(v1); let s_rhs2 = sin(v2); v =:+ e_rhs1 * s_rhs2`,
  });
  const loss = op`${product}({ m; o = [2] }, ${b()}) ++ "i => 0"`;
  expect(linesOf(forward(loss))).toMatchInlineSnapshot(`
    "e_rhs1 =: exp(m) ~logic:"i->o => i->o";
    s_rhs2 =: sin(b) ~logic:"i => i";
    product_m_b =:+ e_rhs1 * s_rhs2 ~logic:"@";
    sum =:+ product_m_b ~logic:"i => 0";"
  `);
  await expectSlopes(loss);
});

test('a sum in the shape of the result', async () => {
  const softmax = defineOp({
    name: 'softmax',
    logic: '...i => ...i',
    forward: cd`{ e_rhs1 } =: exp(v1); v =: e_rhs1`,
  });
  const normalised = defineOp({
    name: 'total',
    logic: '...i => ...0',
    forward: cd`let e_rhs1 = exp(v1); let sum_lhs = e_rhs1; v =: log(sum_lhs)`,
  });
  expect(await valueOf(softmax(x))).toEqual([1, 2, 3].map(Math.exp));
  const total = Math.log([1, 2, 3].reduce((sum, n) => sum + Math.exp(n), 0));
  expect(await valueOf(normalised(x))).toEqual([total]);
  await expectSlopes(op`${normalised}(${a()}) ++ "i => 0"`);
});

test('derivatives of derivatives, backwards and forwards', async () => {
  const y = op`${scaled}(${x}, 2)`;
  const expected = [1, 2, 3].map(n => 2 * Math.exp(n));
  expect(await valueOf(op`grad(grad(${y}, ${x}), ${x})`)).toEqual(expected);
  expect(await valueOf(op`jvp(${y}, ${x}, 1)`)).toEqual(expected);
});

test('each application has its own', async () => {
  const y = op`${scaled}(${x}, 2) + ${scaled}(${x} *. 0, 3)`;
  expect(await valueOf(y)).toEqual([1, 2, 3].map(n => 2 * Math.exp(n) + 3));
});

// ── backward ────────────────────────────────────────────────────────────────────────────────────

const largest = defineOp({
  name: 'largest',
  logic: 'i => 0',
  forward: cd`v =:@^ v1`,
  backward: cd`
    { mask_rhs1 } =: eq(v, v1);
    { count_lhs } =:+ mask_rhs1;
    g1 =+ mask_rhs1 * g / count_lhs`,
});

test('ties share a gradient', async () => {
  const loss = op`${largest}({ w = [5, 1, 5] } *. 2) ++ "i => 0"`;
  expect(linesOf(cd`${loss}.grad =: 1; ${loss}.backprop`)).toMatchInlineSnapshot(`
    "sum.grad =: 1;
    largest.grad =: sum.grad ~logic:"0 => 0";
    mask_rhs1 =: largest == mul ~logic:"0; i => i";
    count_lhs =:+ mask_rhs1 ~logic:"i => 0";
    mul.grad =: mask_rhs1 * largest.grad / count_lhs ~logic:"i; 0; 0 => i";
    w.grad =+ mul.grad *. 2;"
  `);
  const y = op`${largest}(${tensor([5, 1, 5], { label: 'y' })})`;
  expect(await valueOf(y)).toEqual([5]);
  const { w } = loss.params;
  if (!w) throw new Error('no w');
  expect(await valueOf(op`grad(${largest}(${w}), ${w})`)).toEqual([0.5, 0, 0.5]);
});

test('added to, and differentiated again', async () => {
  const cube = defineOp({
    name: 'cube',
    forward: cd`v =: v1 ** 3`,
    backward: cd`{ s_rhs1 } =: v1 * v1; s_rhs1 =+ s_rhs1; s_rhs1 =+ v1 * v1; g1 =+ s_rhs1 * g`,
  });
  await expectSlopes(op`${cube}(${a()}) ++ "i => 0"`);
  const y = op`${cube}(${x})`;
  expect(await valueOf(op`grad(${y}, ${x})`)).toEqual([3, 12, 27]);
  expect(await valueOf(op`grad(grad(${y}, ${x}), ${x})`)).toEqual([6, 12, 18]);
});

test('what no gradient that is wanted needs is left out', () => {
  const odd = defineOp({
    name: 'odd',
    forward: cd`v =: v1 + v2`,
    backward: cd`let one_rhs1 = 7 * g; let two_rhs2 = 9 * g; g1 =+ one_rhs1; g2 =+ two_rhs2`,
  });
  const loss = op`loss = ${odd}({ w }, ${x}) ++ "i => 0"`;
  expect(linesOf(cd`${loss}.grad =: 1; ${loss}.backprop`)).toMatchInlineSnapshot(`
    "loss.grad =: 1;
    odd_w_x.grad =: loss.grad ~logic:"0 => i";
    one_rhs1 =: 7 *. odd_w_x.grad;
    w.grad =+ one_rhs1;"
  `);
});

test('stop_gradient: the value, a constant to all derivatives', async () => {
  const loss = op`{ w = [1, 2, 3] } *. stop_gradient(w *. 10) ++ "i => 0"`;
  expect(await valueOf(loss)).toEqual([140]);
  const { w } = loss.params;
  if (!w) throw new Error('no w');
  expect(await valueOf(op`grad(${loss}, ${w})`)).toEqual([10, 20, 30]);
  expect(await valueOf(op`jvp(${loss}, ${w}, 1)`)).toEqual([60]);
  const stopped = op`stop_gradient ${w}`;
  expect(await valueOf(op`grad(${stopped} *. ${w} ++ "i => 0", ${stopped})`)).toEqual([1, 2, 3]);
});
