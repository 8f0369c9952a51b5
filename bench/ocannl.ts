/** OCANNL's benchmark workloads, in its sizes (github.com/ahrefs/ocannl, `bench/`). */
import { op, symbol, type Tensor, tensor, sequence } from 'einc';
import { gradUpdate, sgdUpdate } from 'einc/train';
import { type Benchmark, type Case, lossTolerance } from './benchmark.ts';
import { convNet, type ConvNetSize, flopsOf as flopsOfConvNet } from './conv-net.ts';
import { choices } from './inputs.ts';
import { flopsOf as flopsOfPerceptron, perceptron, type PerceptronSize } from './mlp.ts';
import { computing, training, type Training } from './subjects.ts';
import { flopsOf as flopsOfTransformer, transformer, type TransformerSize } from './transformer.ts';

const lenet: ConvNetSize = {
  batches: 16,
  batchSize: 64,
  size: 32,
  channels: 1,
  first: 6,
  second: 16,
  stride: 1,
  hidden1: 120,
  hidden2: 84,
  classes: 10,
  learningRate: 0.05,
};
const cifar: ConvNetSize = {
  ...lenet,
  size: 44,
  channels: 3,
  first: 32,
  second: 64,
  hidden1: 128,
  learningRate: 0.02,
};
const gpt2 = { layers: 4, width: 256, heads: 8, length: 128, batch: 8, words: 1024, isTied: true };
const batches = 4;

export const ocannl: Benchmark = {
  name: 'ocannl',
  about: 'what OCANNL times: training steps with SGD, and gpt2_mini forward',
  cases: [
    ofPerceptron(
      'mlp_small',
      { inputs: 2, hidden: 64, classes: 2, batchSize: 64, batches: 32 },
      0.1,
    ),
    ofPerceptron(
      'mlp_wide',
      { inputs: 256, hidden: 1024, classes: 10, batchSize: 256, batches: 16 },
      0.01,
    ),
    ofConvNet('lenet', lenet),
    ofConvNet('cifar_conv', cifar),
    ofConvNet('cifar_stride', { ...cifar, size: 51, stride: 2 }),
    ofGpt2('gpt2_mini', gpt2),
    {
      name: 'gpt2_mini_train',
      settings: { model: 'gpt2', ...gpt2, batches },
      flops: 3 * flopsOfTransformer(gpt2),
      within: lossTolerance,
      prepare: dtype => training(dtype, gpt2Training()),
    },
  ],
  otherShapes: [
    ofPerceptron(
      '17-96-96-5, batch 50',
      { inputs: 17, hidden: 96, classes: 5, batchSize: 50, batches: 32 },
      0.1,
    ),
    ofConvNet('28x28, channels 8 and 20, batch 50', {
      ...lenet,
      batchSize: 50,
      size: 28,
      first: 8,
      second: 20,
    }),
    ofConvNet('36x36x3, channels 20 and 40, batch 30', {
      ...cifar,
      batchSize: 30,
      size: 36,
      first: 20,
      second: 40,
    }),
    ofGpt2('gpt2: 3 of 192, 6 heads, 6x96', {
      layers: 3,
      width: 192,
      heads: 6,
      length: 96,
      batch: 6,
      words: 777,
      isTied: true,
    }),
  ],
};

function ofGpt2(name: string, size: TransformerSize): Case {
  return {
    name,
    settings: { model: 'gpt2', ...size },
    flops: flopsOfTransformer(size),
    within: { relative: 2e-3 },
    prepare: dtype => computing(dtype, [transformer(size).logits]),
  };
}

function ofPerceptron(
  name: string,
  sizes: Omit<PerceptronSize, 'learningRate' | 'momentum'>,
  learningRate: number,
): Case {
  const size = { ...sizes, learningRate, momentum: 0 };
  return {
    name,
    settings: { model: 'mlp', ...size },
    flops: flopsOfPerceptron(size),
    within: lossTolerance,
    prepare: dtype => training(dtype, perceptron(size)),
  };
}

function ofConvNet(name: string, size: ConvNetSize): Case {
  return {
    name,
    settings: { model: 'conv_net', ...size },
    flops: flopsOfConvNet(size),
    within: lossTolerance,
    prepare: dtype => training(dtype, convNet(size)),
  };
}

function gpt2Training(): Training {
  const { batch, length, words } = gpt2;
  const turn = symbol('batch', batches);
  const ids = (label: string, salt: number): Tensor => {
    const cells = choices(batches * batch * length, salt, words);
    const all = tensor(cells, {
      label: `all_${label}`,
      batch: [batches, batch, length],
      output: [1],
    });
    return op`${all} @| ${turn}`;
  };
  const { loss } = transformer(gpt2, ids);
  const update = sequence([gradUpdate(loss), sgdUpdate(loss, { learningRate: 0.01 })]);
  return { loss, update, indices: n => ({ batch: n % batches }) };
}
