/**
 * The expression of the micrograd README: its value and its gradients, through generated C.
 *
 *   $ npm run --silent micrograd
 *   g     24.7041
 *   dg/da 138.8338
 *   dg/db 645.5773
 */
import { cd, context, op, type Tensor } from 'einc';

const { g } = op<{ g: Tensor }>`
  c0 = { a = -4 } + { b = 2 };
  d0 = a *. b + b **. 3;
  c1 = c0 + c0 + 1;
  c2 = c1 + 1 + c1 + -a;
  d1 = d0 + d0 *. 2 + relu(b + a);
  d2 = d1 + 3 *. d1 + relu(b - a);
  e = c2 - d2;
  f = e **. 2;
  g = f /. 2 + 10 /. f`;
const [a, b] = [g.param('a'), g.param('b')];

using ctx = await context();
const backward = await ctx.compile(
  cd`~~("micrograd"; ${g}.forward; ${g}.zero_grads; ${g}.grad =: 1; ${g}.backprop)`,
  { keep: [a.grad, b.grad] },
);
backward.runSync();

console.log('g    ', ctx.item(g).toFixed(4));
console.log('dg/da', ctx.item(a.grad).toFixed(4));
console.log('dg/db', ctx.item(b.grad).toFixed(4));
