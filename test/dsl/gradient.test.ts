/** Gradients beside central differences, in f64. Values keep away from corners. */
import { expect, test } from 'vitest';
import { op, symbol, tensor, type Tensor, type TensorFunction } from '../../dsl/index.ts';
import { expectSlopes, gradientsOf } from '../support/gradients.ts';

/** `label` with values that differ from cell to cell. */
const data = (
  label: string,
  rows: { batch?: number[]; output?: number[]; input?: number[] },
): Tensor => {
  const cells = Object.values(rows)
    .flat()
    .reduce((p, n) => p * n, 1);
  const values = Float64Array.from({ length: cells }, (_, i) => Math.sin(1.7 * i + label.length));
  return tensor(values, { label, ...rows });
};
/** A sum that weighs every cell differently, so that no two gradients cancel. */
const weighed = (t: Tensor): Tensor =>
  op`(${t} *. ${data('weight', { output: [3] })}) ++ "...|... => 0"`;

const u = () => op`{ u = ${[0.7, -1.2, 0.4]} }`;
const v = () => op`{ v = ${[1.5, 0.6, -0.8]} }`;
const positive = () => op`{ p = ${[0.3, 1.4, 2.2]} }`;

test.each([
  ['+', op`${u()} + ${v()}`],
  ['-', op`${u()} - ${v()}`],
  ['*.', op`${u()} *. ${v()}`],
  ['/.', op`${u()} /. ${v()}`],
  ['**.', op`${positive()} **. ${v()}`],
  ['**. a number', op`${u()} **. 3`],
  ['**. 2', op`${u()} **. 2`],
  ['a number **.', op`2 **. ${v()}`],
  ['minus', op`-${u()}`],
  ['max', op`max(${u()}, ${v()})`],
  ['min', op`min(${u()}, ${v()})`],
  ['neg', op`neg ${u()}`],
  ['abs', op`abs ${u()}`],
  ['relu', op`relu ${u()}`],
  ['sqrt', op`sqrt ${positive()}`],
  ['exp', op`exp ${u()}`],
  ['log', op`log ${positive()}`],
  ['tanh', op`tanh ${u()}`],
  ['sin', op`sin ${u()}`],
  ['cos', op`cos ${u()}`],
  ['where', op`where(lt(${u()}, 0), ${u()} *. ${v()}, ${v()})`],
  ['fma', op`fma(${u()}, ${v()}, ${positive()})`],
])('%s', async (_: string, t: Tensor) => {
  await expectSlopes(weighed(t));
});

// Comparisons and conditions are flat: what goes into them gets no gradient from them.
test.each([
  ['lt', op`${u()} + lt(${v()}, 0.1)`],
  ['eq', op`${u()} + eq(${v()}, 0.1)`],
  ['ne', op`${u()} + ne(${v()}, 0.1)`],
  ['the condition of where', op`where(${v()} *. 2, ${u()}, 1)`],
])('%s', async (_: string, t: Tensor) => {
  const { v: gradient } = await gradientsOf(weighed(t));
  expect(gradient).toEqual([0, 0, 0]);
  await expectSlopes(weighed(t));
});

const [x, y] = [data('x', { batch: [4], output: [2] }), data('yy', { batch: [4], output: [3] })];
const [batch, step] = [symbol('batch', 5), symbol('step')];
const table = data('table', { batch: [5, 4], output: [2] });

test.each([
  ['a product', op`{ w; o = [3] } * ${x}`],
  ['of two parameters', op`{ w; o = [3]; i = [2] } * ({ m; o = [2]; i = [2] } * ${x})`],
  ['a transposition', op`({ w; o = [3, 4] } ++ "ij => ji") ++ "ij => j"`],
  ['a sum over an axis', op`{ w; o = [3, 4] } ++ "ij => i"`],
  ['a diagonal', op`{ w; o = [3, 3] } ++ "ii => i"`],
  ['a fixed index', op`{ w; o = [3, 4] } ++ "i2 => i"`],
  ['into a fixed index', op`({ w; o = [3] } ++ "i => 1 i") + ${y} *. 0`],
  ['a row variable', op`{ w; o = [3, 2, 2] } ++ "i... => i"`],
  ['an einsum of two', op`{ w; o = [4, 3] } +* "ij; ik => j" { m; o = [4, 2] }`],
  ['of one tensor with itself', op`{ w; o = [4, 3] } +* "ij; kj => j" w`],
  ['broadcast to more axes', op`{ w; o = [3] } *. ${y}`],
  ['batch axes beside a parameter', op`{ w; b = [4]; o = [3] } *. ${y}`],
  ['a size of 1 broadcast', op`({ w; o = [3, 4] } ++ "ij => 0") *. ${y}`],
  ['normalised rows', op`(exp { w; o = [2, 3] }) /. (exp w ++ "ij => i0")`],
  ['a tensor used twice', op`h = { w; o = [3] } *. 2; h *. h + h`],
  ['and through two ways', op`h = exp { w; o = [3] }; relu(h - 1) *. h - tanh h`],
  ['a parameter used twice', op`{ w; o = [3] } *. w - w`],
  ['a slice of data', op`{ w; o = [3] } * (${table} @| ${batch})`],
  ['a slice of a parameter', op`{ w; b = [5]; o = [3] } @| ${batch}`],
  ['a slice of what is computed', op`({ w; o = [3] } * ${table}) @| ${batch}`],
  ['the value of a symbol', op`{ w; o = [3] } *. !@${step}`],
])('%s', async (_: string, t: Tensor) => {
  await expectSlopes(weighed(t), { batch: 3, step: 7 });
});

test('the network of the slides, its margin loss and its scalar loss', async () => {
  const mlp = op<TensorFunction>`
    mlp(x) = { w3 } * relu({ b2; o = [5] } + { w2 } * relu({ b1; o = [6] } + { w1 } * x))`;
  const input = op`moons_input = ${table} @| ${batch}`;
  const classes = tensor([1, -1, 1, 1, -1, -1, 1, -1, 1, -1, 1, 1, -1, -1, 1, -1, 1, 1, -1, 1], {
    label: 'moons_classes',
    batch: [5, 4],
    output: [1],
  });
  const label = op`moons_class = ${classes} @| ${batch}`;
  const margin = op`margin_loss = relu(1 - ${label} *. ${mlp}(${input}))`;
  const loss = op`scalar_loss = (${margin} ++ "...|... => 0") /. ${4}`;
  expect(Object.keys(loss.params).toSorted()).toEqual(['b1', 'b2', 'w1', 'w2', 'w3']);
  await expectSlopes(loss, { batch: 2 });
});

test('a function applied twice adds up what both applications give', async () => {
  const f = op<TensorFunction>`f(t) = tanh({ w; o = [3] } * t + { b })`;
  await expectSlopes(weighed(op`${f}(${x}) *. ${f}(${x} *. 2)`));
});

// Where there is no slope, a convention.
test.each([
  ['relu is flat at 0', op`relu { w = 0 }`, [0]],
  ['abs is flat at 0', op`abs { w = 0 }`, [0]],
  ['max shares a tie', op`max({ w = 2 }, 2)`, [0.5]],
  ['min shares a tie', op`min({ w = 2 }, 2)`, [0.5]],
  ['a tie of a tensor with itself', op`max({ w = 2 }, w)`, [1]],
  ['0 ** 2', op`{ w = 0 } **. 2`, [0]],
  ['0 ** 1', op`{ w = 0 } **. 1`, [1]],
  ['(-3) ** 2', op`{ w = -3 } **. 2`, [-6]],
])('corners: %s', async (_: string, loss: Tensor, gradient: readonly number[]) => {
  expect((await gradientsOf(loss))['w']).toEqual(gradient);
});

test('an infinite gradient stops where a mask says that nothing flows', async () => {
  expect((await gradientsOf(op`log(relu { w = -1 })`))['w']).toEqual([0]);
});
