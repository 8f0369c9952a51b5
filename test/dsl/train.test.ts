/** `einc/train`: the code of a step, and its steps beside the formulas. */
import { expect, test } from 'vitest';
import { op, sequence, type Tensor } from '../../dsl/index.ts';
import { gradUpdate, type SgdOptions, sgdOne, sgdUpdate } from '../../dsl/train/index.ts';
import { linesOf, routineText } from '../support/assignment-text.ts';
import { openInterpreter } from '../support/evaluate.ts';

/** loss = (w - 3)², so the gradient is 2 (w - 3). */
const lossOf = (w: Tensor): Tensor => op`loss = (${w} - 3) **. 2`;
const start = 1;

test.each<[string, SgdOptions]>([
  ['plain', { learningRate: 0.1 }],
  ['weight decay', { learningRate: 0.1, weightDecay: 0.5 }],
  ['momentum', { learningRate: 0.1, momentum: 0.9 }],
  ['Nesterov', { learningRate: 0.1, momentum: 0.9, nesterov: true }],
  ['all', { learningRate: 0.05, momentum: 0.8, weightDecay: 0.1, nesterov: true }],
  ['a rate that is a tensor', { learningRate: op`learning_rate = 0.1 *. 2` }],
])('four steps: %s', async (_, options) => {
  const w = op`{ w = ${start}; o = [] }`;
  const loss = lossOf(w);
  using ctx = await openInterpreter();
  const step = await ctx.compile(sequence([gradUpdate(loss), sgdUpdate(loss, options)]));
  const seen = [1, 2, 3, 4].map(() => {
    step.runSync();
    return ctx.item(w);
  });
  expectedSteps(options).forEach((expected, i) => expect(seen[i]).toBeCloseTo(expected, 12));
});

function expectedSteps({
  learningRate,
  momentum = 0,
  weightDecay = 0,
  nesterov = false,
}: SgdOptions) {
  const rate = typeof learningRate === 'number' ? learningRate : 0.2;
  let [w, velocity] = [start, 0];
  return [1, 2, 3, 4].map(() => {
    const delta = 2 * (w - 3) + weightDecay * w;
    velocity = momentum * velocity + delta;
    w -= rate * (momentum === 0 ? delta : nesterov ? delta + momentum * velocity : velocity);
    return w;
  });
}

test('the code of a step', () => {
  const loss = lossOf(op`{ w = 1; o = [] }`);
  const step = sequence([gradUpdate(loss), sgdUpdate(loss, { learningRate: 0.1 })]);
  expect(routineText(step)).toMatchInlineSnapshot(`
    "loss_gradient_then_gd_update():
      # "loss gradient";
      sub =: w - 3;
      loss =: sub **. 2;
      # "loss zero grads and backprop";
      w.grad =: 0;
      loss.grad =: 1;
      sub.grad =: loss.grad *. (2 *. sub);
      w.grad =+ sub.grad;
      # "gd update";
      # "w param sgd step";
      sgd_delta_w =: w.grad + 0 *. w;
      w =- 0.1 *. sgd_delta_w;"
  `);
});

test('what momentum adds to it: state, named after the parameter', () => {
  const w = op`{ w; o = [2] }`;
  const options = { learningRate: 0.1, momentum: 0.9 };
  expect(linesOf(sgdOne(w, options))).toMatchInlineSnapshot(`
    "# "w param sgd step";
    sgd_delta_w =: w.grad + 0 *. w;
    sgd_momentum_w =: 0.9 *. sgd_momentum_w + sgd_delta_w;
    sgd_delta_w =: sgd_momentum_w;
    w =- 0.1 *. sgd_delta_w;"
  `);
  expect(linesOf(sgdOne(w, { ...options, nesterov: true }))).toMatchInlineSnapshot(`
    "# "w param sgd step";
    sgd_delta_w =: w.grad + 0 *. w;
    sgd_momentum_w =: 0.9 *. sgd_momentum_w + sgd_delta_w;
    sgd_delta_w =+ 0.9 *. sgd_momentum_w;
    w =- 0.1 *. sgd_delta_w;"
  `);
});
