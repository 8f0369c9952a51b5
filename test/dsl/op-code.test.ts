/** What each construct of `op` stands for, as `.cd` text. */
import { expect, test } from 'vitest';
import { forward, op, symbol, tensor, type Tensor, type TensorFunction } from '../../dsl/index.ts';
import { linesOf, routineText } from '../support/assignment-text.ts';
import { tensorOf } from '../support/shapes.ts';

test.each([
  ['${3} + ${3}', 'add =: x + y;'],
  ['${3} - ${3}', 'sub =: x - y;'],
  ['${3} *. ${3}', 'mul =: x *. y;'],
  ['${3} /. ${3}', 'div =: x /. y;'],
  ['${3} **. ${3}', 'pow =: x **. y;'],
  ['-${3}', 'neg =: neg(x);'],
  ['relu ${3}', 'relu =: relu(x);'],
  ['where(lt(${3}, ${3}), ${3}, 0)', 'lt =: x < y;\nwhere =: where(lt, z, 0);'],
  ['fma(${3}, 2, ${3})', 'fma =: fma(x, 2, y);'],
  ['${3 -> 4} * ${3}', 'matmul =:+ x * y ~logic:"@";'],
  ['${3, 4} ++ "ij => j"', 'sum =:+ x ~logic:"ij => j";'],
  ['${3} +* "i; j => ij" ${4}', 'einsum =: x * y ~logic:"i; j => ij";'],
  ['${3, 4} +* ${4} "ij; j => i"', 'einsum =:+ x * y ~logic:"ij; j => i";'],
  ['${80 | 2} @| ${n < 80}', 'slice =: x @| n;'],
  ['!@${n < 80} + 1', 'add =: !@n + 1;'],
  ['!@${n < 80} *. ${3}', 'mul =: !@n *. y;'],
])('%s', (text, code) => {
  expect(linesOf(forward(tensorOf(text)))).toBe(code);
});

// Constants stand in the formulas of those who use them.
test.each([
  ['${3} + 1', 'add =: x + 1;'],
  ['-2 *. ${3}', 'mul =: -2 *. x;'],
  ['1e-4 *. ${3}', 'mul =: 0.0001 *. x;'],
  ['!.1.5 + !..2 *. ${3}', 'mul =: 2 *. x;\nadd =: 1.5 + mul;'],
  ['1 + 2', 'add =: 1 + 2;'],
  ['relu(-1)', 'relu =: relu(-1);'],
])('constants: %s', (text, code) => {
  expect(linesOf(forward(tensorOf(text)))).toBe(code);
});

const x = tensor([1, 2, 3], { label: 'x' });

test('names: a definition keeps its own, the rest are called after their operations', () => {
  const y = op`y = relu(relu(${x} + 1) + 2)`;
  expect(linesOf(forward(y))).toMatchInlineSnapshot(`
    "add =: x + 1;
    relu =: relu(add);
    add2 =: relu + 2;
    y =: relu(add2);"
  `);
});

test('the slides: a network', () => {
  const mlp = op`mlp(x) = { w2 } * relu({ b1; o = [16] } + { w1 } * x)`;
  const y = mlp(x);
  expect(linesOf(forward(op`${y} + ${tensor([0], { label: 'zero' })}`))).toMatchInlineSnapshot(`
    "matmul =:+ w1 * x ~logic:"@";
    add =: b1 + matmul;
    relu =: relu(add);
    mlp_x =:+ w2 * relu ~logic:"@";
    add2 =: mlp_x + zero;"
  `);
});

test('a function applied twice shares its parameters, and nothing else', () => {
  const f = op<TensorFunction>`f(t) = { w; o = [2] } * t`;
  const both = op`${f}(${x}) - ${f}(${x} + 1)`;
  expect(linesOf(forward(both))).toMatchInlineSnapshot(`
    "f_x =:+ w * x ~logic:"@";
    add =: x + 1;
    f =:+ w * add ~logic:"@";
    sub =: f_x - f;"
  `);
  expect(Object.keys(both.params)).toEqual(['w']);
});

test('several definitions: later ones see earlier ones', () => {
  const { d, e } = op<{ d: Tensor; e: Tensor }>`d = ${x} *. 2; e = d - 1`;
  expect([d.label, e.label]).toEqual(['d', 'e']);
  expect(linesOf(forward(e))).toMatchInlineSnapshot(`
    "d =: x *. 2;
    e =: d - 1;"
  `);
});

test('the last of several needs no name, and is the result', () => {
  const y = op`d = ${x} *. 2; d *. d`;
  expect(linesOf(forward(y))).toMatchInlineSnapshot(`
    "d =: x *. 2;
    mul =: d *. d;"
  `);
});

test('an operand used twice is computed once', () => {
  const h = op`h = exp ${x}`;
  expect(linesOf(forward(op`${h} + ${h} *. ${h}`))).toMatchInlineSnapshot(`
    "h =: exp(x);
    mul =: h *. h;
    add =: h + mul;"
  `);
});

test('the routine of a forward is called after its tensor, and takes the symbols it uses', () => {
  const [batch, step] = [symbol('batch', 3), symbol('step')];
  const table = tensor(new Float64Array(6), { label: 'table', batch: [3], output: [2] });
  const y = op`y = (${table} @| ${batch}) *. !@${step}`;
  expect(routineText(forward(y))).toMatchInlineSnapshot(`
    "y_forward(batch : [0..2], step):
      slice =: table @| batch;
      y =: slice *. !@step;"
  `);
});
