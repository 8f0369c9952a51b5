/** The training step of the half-moons program, with inputs that peers can generate too. */
import { op, sequence, symbol, tensor, type StaticSymbol } from 'einc';
import { gradUpdate, sgdUpdate } from 'einc/train';
import { choices, noise } from './inputs.ts';
import type { Training } from './subjects.ts';

export const batches = 80;
const batchSize = 10;

export interface MoonsNetwork extends Training {
  readonly batch: StaticSymbol;
}

/** 2-16-16-1, hinge loss, SGD with weight decay, 10 points at a time. */
export function moonsNetwork(): MoonsNetwork {
  const batch = symbol('batch', batches);
  const rows = { batch: [batches, batchSize] };
  const points = batches * batchSize;
  const flat = tensor(noise(2 * points, 1), { label: 'moons_flat', ...rows, output: [2] });
  const signs = choices(points, 2, 2).map(bit => 2 * bit - 1);
  const classes = tensor(signs, { label: 'moons_classes', ...rows, output: [1] });
  const mlp = op`
    mlp(x) = { w3 = ${noise(16, 7, 0.25)}; o = [1]; i = [16] }
      * relu({ b2 = ${noise(16, 6, 0.25)} } + { w2 = ${noise(256, 5, 0.25)}; o = [16]; i = [16] }
      * relu({ b1 = ${noise(16, 4, 0.25)} } + { w1 = ${noise(32, 3, 0.25)}; o = [16]; i = [2] } * x))`;
  const input = op`moons_input = ${flat} @| ${batch}`;
  const label = op`moons_class = ${classes} @| ${batch}`;
  const loss = op`
    scalar_loss = (relu(1 - ${label} *. ${mlp}(${input})) ++ "...|... => 0") /. ${batchSize}`;
  const sgd = sgdUpdate(loss, { learningRate: 0.1, weightDecay: 0.0001 });
  return {
    batch,
    loss,
    update: sequence([gradUpdate(loss), sgd]),
    indices: n => ({ batch: n % batches }),
  };
}
