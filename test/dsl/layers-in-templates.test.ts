/** `layer(~hid: 16)(x)`: layers given their settings inside a template. */
import { expect, test } from 'vitest';
import {
  forward,
  type Layer,
  op,
  type Tensor,
  tensor,
  type TensorFunction,
} from '../../dsl/index.ts';
import { printShape } from '../../dsl/shape/print.ts';
import { linesOf } from '../support/assignment-text.ts';
import { valueOf } from '../support/evaluate.ts';
import { expectSlopes } from '../support/gradients.ts';

const x = tensor([1, 2, 3], { label: 'x' });
const shapesOf = (t: Tensor) =>
  Object.entries(t.params).map(([name, p]) => `${name}: ${printShape(p.shape)}`);

test('layers of one template, in another definition of it', async () => {
  const { net, y } = op<{ net: TensorFunction; y: Tensor }>`
    layer(~hid)(x) = tanh({ w } * x + { b = 0.1; o = [hid] });
    net(x) = layer(~hid: 2, ~label: "l2")(layer(~hid: 4, ~label: "l1")(x));
    y = net(${x})`;
  expect(Object.keys(net.params)).toEqual(['w_l2', 'b_l2', 'w_l1', 'b_l1']);
  expect(linesOf(forward(y))).toMatchInlineSnapshot(`
    "matmul =:+ w_l1 * x ~logic:"@";
    add =: matmul + b_l1;
    layer_l1_x =: tanh(add);
    matmul2 =:+ w_l2 * layer_l1_x ~logic:"@";
    add2 =: matmul2 + b_l2;
    y =: tanh(add2);"
  `);
  expect(shapesOf(y)).toMatchInlineSnapshot(`
    [
      "w_l2: 4 -> 2",
      "w_l1: 3 -> 4",
      "b_l1: 4",
      "b_l2: 2",
    ]
  `);
  await expectSlopes(op`${y} ++ "i => 0"`);
});

const layer = op<Layer>`layer(~hid)(x) = { w } * x + { b; o = [hid] }`;

test('a layer in a hole, with a space before its settings, and curried', () => {
  const y = op`${layer} (~hid: 2) (${layer}(~hid: 4) ${x})`;
  expect(shapesOf(y)).toMatchInlineSnapshot(`
    [
      "w: …, 4 -> …",
      "w2: …, 3 -> …",
      "b: … -> 4",
      "b2: … -> 2",
    ]
  `);
});

test('made once where it is written: applications of a function share it', () => {
  const twice = op<TensorFunction>`twice(x) = ${layer}(~hid: 3)(x)`;
  const y = op`${twice}(${twice}(${x}))`;
  expect(Object.keys(y.params)).toEqual(['w', 'b']);
  const apart = op`${layer}(~hid: 3)(${layer}(~hid: 3)(${x}))`;
  expect(Object.keys(apart.params)).toEqual(['w', 'w2', 'b', 'b2']);
});

test('a template that runs again makes new ones', () => {
  const make = (): Tensor => op`${layer}(~hid: 3)(${x})`;
  const [one, other] = [make(), make()];
  expect(one.param('w') === other.param('w')).toBe(false);
});

test('settings: sizes, holes, tensors, functions and other layers', async () => {
  const { y, z } = op<{ y: Tensor; z: Tensor }>`
    block(~f, ~sizes, ~scale)(x) = scale *. f(x) + { c = 1; o = [sizes] };
    scaled(~n)(x) = n *. x;
    y = block(~f: scaled(~n: 2), ~sizes: [3], ~scale: ${x})(${x});
    z = block(~f: ${op<TensorFunction>`id(x) = x`}, ~sizes: ${[3]}, ~scale: -1)(${x})`;
  expect(await valueOf(y)).toEqual([3, 9, 19]);
  expect(await valueOf(z)).toEqual([0, -1, -2]);
});

test('a setting handed on to a layer inside', () => {
  const { y } = op<{ y: Tensor }>`
    inner(~hid)(x) = { w } * x + { b; o = [hid] };
    outer(~hid)(x) = inner(~hid: hid)(x);
    y = outer(~hid: 5)(${x})`;
  expect(printShape(y.shape)).toBe('… | … -> …, 5');
});

test('each layer made of a layer has layers of its own inside', () => {
  const { y } = op<{ y: Tensor }>`
    inner(~hid)(x) = { w } * x + { b; o = [hid] };
    outer(~hid)(x) = inner(~hid: hid)(x);
    y = outer(~hid: 3)(outer(~hid: 3)(${x}))`;
  expect(Object.keys(y.params)).toEqual(['w', 'w2', 'b', 'b2']);
});

test('from JavaScript the same layer', () => {
  expect(shapesOf((layer({ hid: 2, label: 'js' }) as TensorFunction)(x))).toEqual(
    shapesOf(op`${layer}(~hid: 2, ~label: "js")(${x})`),
  );
});
