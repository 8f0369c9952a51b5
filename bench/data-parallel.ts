/** The training step of `mlp` by `dataParallel`, on one device or two, beside the same in one routine. */
import { op } from 'einc';
import { dataParallel, sgdOne } from 'einc/train';
import { type Benchmark, type Case, lossSteps, lossTolerance, type Subject } from './benchmark.ts';
import { crossEntropy } from './cross-entropy.ts';
import { choices, kaiming, noise } from './inputs.ts';
import { timed } from './measure.ts';
import { flopsOf, perceptron, type PerceptronSize, size } from './mlp.ts';
import { training } from './subjects.ts';

/** A batch of the size that `mlp` has, and a large one, of which more is done at the same time. */
const sizes: readonly PerceptronSize[] = [size, { ...size, batchSize: 512, batches: 2 }];

export const dataParallelMlp: Benchmark = {
  name: 'data-parallel',
  about: 'the step of `mlp` on devices of one core each, beside one routine on one',
  cases: sizes.flatMap(of => [1, 2].map(devices => caseOf(of, devices))),
};

function caseOf(of: PerceptronSize, devices: number): Case {
  return {
    name: `${devices === 1 ? 'one device' : `${devices} devices`}, batch ${of.batchSize}`,
    flops: flopsOf(of),
    within: lossTolerance,
    prepare: dtype => prepare(of, devices, dtype),
  };
}

async function prepare(
  of: PerceptronSize,
  devices: number,
  dtype: 'f32' | 'f64',
): Promise<Subject> {
  const parallel = await parallelTraining(of, devices, dtype);
  const plain = await training(dtype, perceptron(of));
  const losses: number[] = [];
  for (let n = 0; n < lossSteps; n++) losses.push(await parallel.step());
  return {
    call: async () => {
      await parallel.step();
    },
    outcome: () => losses,
    beside: [
      {
        name: 'one routine',
        outcome: plain.outcome?.() ?? [],
        timed: timed(plain.call),
      },
    ],
    [Symbol.dispose]: () => {
      parallel[Symbol.dispose]();
      plain[Symbol.dispose]();
    },
  };
}

interface ParallelTraining extends Disposable {
  /** Resolves to the loss. */
  readonly step: () => Promise<number>;
}

async function parallelTraining(
  { batches, batchSize, inputs, hidden, classes, learningRate, momentum }: PerceptronSize,
  devices: number,
  dtype: 'f32' | 'f64',
): Promise<ParallelTraining> {
  const count = batches * batchSize;
  const [pictures, labels] = [noise(count * inputs, 1), choices(count, 2, classes)];
  const [w1, w2, w3] = [
    kaiming(inputs, hidden, 3),
    kaiming(hidden, hidden, 4),
    kaiming(hidden, classes, 5),
  ];
  const model = op`
    mlp(x) = { b3 = 0 } + { w3 = ${w3}; o = [${classes}]; i = [${hidden}] }
      * relu({ b2 = 0 } + { w2 = ${w2}; o = [${hidden}]; i = [${hidden}] }
      * relu({ b1 = 0 } + { w1 = ${w1}; o = [${hidden}]; i = [${inputs}] } * x))`;
  const trainer = await dataParallel({
    devices,
    batch: batchSize,
    shard: { picture: { output: [inputs] }, label: { output: [1] } },
    loss: ({ picture, label }, size) =>
      op`loss = ${crossEntropy(model(picture), label)} /. ${size}`,
    update: p => sgdOne(p, { learningRate, momentum }),
    dtype,
  });
  let n = 0;
  return {
    step: async () => {
      const first = (n++ % batches) * batchSize;
      const { loss } = await trainer.step({
        picture: pictures.subarray(first * inputs, (first + batchSize) * inputs),
        label: labels.slice(first, first + batchSize),
      });
      return loss;
    },
    [Symbol.dispose]: () => {
      trainer[Symbol.dispose]();
    },
  };
}
