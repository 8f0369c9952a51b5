/** A LeNet-like network for images: two convolutions of 5 × 5 with pooling, three dense layers. */
import { op, sequence, type Tensor } from 'einc';
import { gradUpdate, sgdUpdate } from 'einc/train';
import { crossEntropy } from './cross-entropy.ts';
import { examples } from './examples.ts';
import { noise } from './inputs.ts';
import type { Training } from './subjects.ts';

export interface ConvNetSize {
  readonly batches: number;
  readonly batchSize: number;
  /** Of the square pictures. */
  readonly size: number;
  readonly channels: number;
  /** Channels of the first convolution, and of the second. */
  readonly first: number;
  readonly second: number;
  /** Of the first convolution. */
  readonly stride: number;
  readonly hidden1: number;
  readonly hidden2: number;
  readonly classes: number;
  readonly learningRate: number;
}

const kernel = 5;

export function convNet(size: ConvNetSize): Training {
  const { batches, batchSize, channels, first, second, hidden1, hidden2, classes } = size;
  const shape = [size.size, size.size, channels];
  const { input, label, indices } = examples(batches, batchSize, shape, classes);
  const pooled = pool(conv(input, channels, first, size.stride, 3));
  const features = pool(conv(pooled, first, second, 1, 4));
  const side = sidesOf(size)[1];
  const w1 = initial(side ** 2 * second, hidden1, 5);
  const w2 = initial(hidden1, hidden2, 6);
  const w3 = initial(hidden2, classes, 7);
  const logits = op`
    logits = { b5 = 0 } + { w5 = ${w3}; o = [${classes}]; i = [${hidden2}] }
      * relu({ b4 = 0 } + { w4 = ${w2}; o = [${hidden2}]; i = [${hidden1}] }
      * relu({ b3 = 0 } + { w3 = ${w1}; o = [${hidden1}]; i = [${side}, ${side}, ${second}] }
      * ${features}))`;
  const loss = op`loss = ${crossEntropy(logits, label)} /. ${batchSize}`;
  const { learningRate } = size;
  return { loss, update: sequence([gradUpdate(loss), sgdUpdate(loss, { learningRate })]), indices };
}

/** Forward, and the gradients of weights and inputs, but for those of the pictures. */
export function flopsOf(size: ConvNetSize): number {
  const { batchSize, channels, first, second, hidden1, hidden2, classes } = size;
  const [one, two] = sidesOf(size);
  const conv1 = (2 * one) ** 2 * channels * first * kernel ** 2;
  const conv2 = (2 * two) ** 2 * first * second * kernel ** 2;
  const layers = two ** 2 * second * hidden1 + hidden1 * hidden2 + hidden2 * classes;
  return 2 * batchSize * (2 * conv1 + 3 * conv2 + 3 * layers);
}

/** How wide pictures are after each pooling. */
function sidesOf({ size, stride }: ConvNetSize): readonly [number, number] {
  const one = (Math.floor((size - kernel) / stride) + 1) / 2;
  return [one, (one - kernel + 1) / 2];
}

/** Without margins; channels last. */
function conv(x: Tensor, inputs: number, outputs: number, stride: number, salt: number): Tensor {
  const w = initial(inputs * kernel ** 2, outputs, salt);
  return op`
    relu({ b = 0; o = [${outputs}] }
      + (${x} +* "b | ${stride}*h<+i, ${stride}*v<+j, c; i, j, c -> o => b | h, v, o"
        { w = ${w}; o = [${outputs}]; i = [${kernel}, ${kernel}, ${inputs}] }))`;
}

/** Evenly, a quarter of the variance of He et al.: with that, first steps are so wild that roundings show. */
function initial(inputs: number, outputs: number, salt: number): Float32Array {
  return noise(inputs * outputs, salt, Math.sqrt(1.5 / inputs));
}

/** The largest of each 2 × 2. */
function pool(x: Tensor): Tensor {
  return op`${x} @^^ "b | 2*h<+i:2, 2*v<+j:2, c => b | h, v, c"`;
}
