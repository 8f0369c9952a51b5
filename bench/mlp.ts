/** A training step of a network with two hidden layers: for images of 28 × 28, in batches of 128. */
import { op, sequence } from 'einc';
import { gradUpdate, sgdUpdate } from 'einc/train';
import { type Benchmark, type Case, lossTolerance } from './benchmark.ts';
import { crossEntropy } from './cross-entropy.ts';
import { examples } from './examples.ts';
import { kaiming } from './inputs.ts';
import { training, type Training } from './subjects.ts';

export interface PerceptronSize {
  readonly batches: number;
  readonly batchSize: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly classes: number;
  readonly learningRate: number;
  readonly momentum: number;
}

export const size: PerceptronSize = {
  batches: 8,
  batchSize: 128,
  inputs: 784,
  hidden: 512,
  classes: 10,
  learningRate: 0.01,
  momentum: 0.9,
};

const otherSizes: readonly PerceptronSize[] = [
  { ...size, batchSize: 50, inputs: 100, hidden: 300, classes: 7 },
  { ...size, batchSize: 100, inputs: 3072, hidden: 250, classes: 100 },
  { ...size, batchSize: 32, hidden: 1000 },
];

export const mlp: Benchmark = {
  name: 'mlp',
  about: `training step ${widthsOf(size)}, batch ${size.batchSize}, SGD with momentum`,
  cases: [caseOf('step', size)],
  otherShapes: otherSizes.map(other =>
    caseOf(`${widthsOf(other)}, batch ${other.batchSize}`, other),
  ),
};

function widthsOf({ inputs, hidden, classes }: PerceptronSize): string {
  return [inputs, hidden, hidden, classes].join('-');
}

function caseOf(name: string, size: PerceptronSize): Case {
  return {
    name,
    settings: { ...size },
    flops: flopsOf(size),
    within: lossTolerance,
    prepare: dtype => training(dtype, perceptron(size)),
  };
}

/** Forward, and the gradients of weights and inputs, but for those of the examples. */
export function flopsOf({ batchSize, inputs, hidden, classes }: PerceptronSize): number {
  const weights = inputs * hidden + hidden * hidden + hidden * classes;
  return 2 * batchSize * (3 * weights - inputs * hidden);
}

/** With two hidden layers, trained by stochastic gradient descent. */
export function perceptron(size: PerceptronSize): Training {
  const { batches, batchSize, inputs, hidden, classes, learningRate, momentum } = size;
  const { input, label, indices } = examples(batches, batchSize, [inputs], classes);
  const w1 = kaiming(inputs, hidden, 3);
  const w2 = kaiming(hidden, hidden, 4);
  const w3 = kaiming(hidden, classes, 5);
  const model = op`
    mlp(x) = { b3 = 0 } + { w3 = ${w3}; o = [${classes}]; i = [${hidden}] }
      * relu({ b2 = 0 } + { w2 = ${w2}; o = [${hidden}]; i = [${hidden}] }
      * relu({ b1 = 0 } + { w1 = ${w1}; o = [hidden:${hidden}]; i = [${inputs}] } * x))`;
  const loss = op`loss = ${crossEntropy(model(input), label)} /. ${batchSize}`;
  const update = sequence([gradUpdate(loss), sgdUpdate(loss, { learningRate, momentum })]);
  return { loss, update, indices };
}
