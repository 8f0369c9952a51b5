/** A training step of a network for pictures of 28 × 28: 784-512-512-10, 128 at a time. */
import { op, sequence, symbol, tensor } from 'einc';
import { gradUpdate, sgdUpdate } from 'einc/train';
import { type Benchmark, lossTolerance } from './benchmark.ts';
import { crossEntropy } from './cross-entropy.ts';
import { choices, noise } from './inputs.ts';
import { training, type Training } from './subjects.ts';

const [batches, batchSize, pixels, hidden, classes] = [8, 128, 784, 512, 10];
const weights = pixels * hidden + hidden * hidden + hidden * classes;

export const mlp: Benchmark = {
  name: 'mlp',
  about: `training step ${pixels}-${hidden}-${hidden}-${classes}, batch ${batchSize}, SGD with momentum`,
  cases: [
    {
      name: 'step',
      settings: { batches, batchSize, pixels, hidden, classes },
      // Forward, and the gradients of weights and inputs, but for those of the pictures.
      flops: 2 * batchSize * (3 * weights - pixels * hidden),
      within: lossTolerance,
      prepare: dtype => training(dtype, network()),
    },
  ],
};

function network(): Training {
  const batch = symbol('batch', batches);
  const rows = { batch: [batches, batchSize] };
  const pictures = tensor(noise(batches * batchSize * pixels, 1), {
    label: 'pictures',
    ...rows,
    output: [pixels],
  });
  const digits = tensor(choices(batches * batchSize, 2, classes), {
    label: 'digits',
    ...rows,
    output: [1],
  });
  const [w1, w2, w3] = [
    initial(pixels, hidden, 3),
    initial(hidden, hidden, 4),
    initial(hidden, classes, 5),
  ];
  const model = op`
    mlp(x) = { b3 = 0 } + { w3 = ${w3}; o = [${classes}]; i = [${hidden}] }
      * relu({ b2 = 0 } + { w2 = ${w2}; o = [${hidden}]; i = [${hidden}] }
      * relu({ b1 = 0 } + { w1 = ${w1}; o = [${hidden}]; i = [${pixels}] } * x))`;
  const input = op`input = ${pictures} @| ${batch}`;
  const label = op`label = ${digits} @| ${batch}`;
  const loss = op`loss = ${crossEntropy(model(input), label)} /. ${batchSize}`;
  const update = sequence([
    gradUpdate(loss),
    sgdUpdate(loss, { learningRate: 0.01, momentum: 0.9 }),
  ]);
  return { loss, update, indices: n => ({ batch: n % batches }) };
}

/** Evenly, of the deviation of He et al. (2015). */
function initial(inputs: number, outputs: number, salt: number): Float32Array {
  return noise(inputs * outputs, salt, Math.sqrt(6 / inputs));
}
