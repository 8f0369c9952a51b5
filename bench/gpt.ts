/** A training step of a small GPT with Adam. */
import { cd, type Code, op, sequence, type StaticSymbol, symbol, type Tensor } from 'einc';
import { gradUpdate } from 'einc/train';
import { type Benchmark, type Case, lossTolerance } from './benchmark.ts';
import { training, type Training } from './subjects.ts';
import { flopsOf, transformer, type TransformerSize } from './transformer.ts';

const size = { layers: 4, width: 128, heads: 4, length: 128, batch: 8, words: 256, isTied: false };
const otherSizes: readonly TransformerSize[] = [
  { layers: 3, width: 96, heads: 6, length: 100, batch: 5, words: 300, isTied: false },
  { layers: 2, width: 192, heads: 3, length: 72, batch: 12, words: 1000, isTied: false },
  { layers: 2, width: 160, heads: 5, length: 200, batch: 3, words: 500, isTied: true },
];

export const gpt: Benchmark = {
  name: 'gpt',
  about: `training step of ${size.layers} layers, width ${size.width}, ${size.heads} heads, ${size.batch} × ${size.length} tokens, Adam`,
  cases: [gptCase('step', size)],
  otherShapes: otherSizes.map(other => {
    const { layers, width, heads, length, batch } = other;
    const name = `${layers} of ${width}, ${heads} heads, ${batch}x${length}`;
    return gptCase(name, other);
  }),
};

export function gptCase(name: string, size: TransformerSize): Case {
  return {
    name,
    settings: { ...size },
    flops: 3 * flopsOf(size),
    within: lossTolerance,
    prepare: dtype => training(dtype, gptTraining(size)),
  };
}

export function gptTraining(ofSize: TransformerSize = size): Training {
  const { loss } = transformer(ofSize);
  const step = symbol('step', 1_000_000);
  return {
    loss,
    update: sequence([gradUpdate(loss), adam(loss, step)]),
    indices: n => ({ step: n % 1_000_000 }),
  };
}

/** Adam (Kingma and Ba, 2015), with the bias of its averages corrected. */
function adam(loss: Tensor, step: StaticSymbol): Code {
  const [b1, b2] = [0.9, 0.999];
  const rate = op`
    rate = 0.001 *. sqrt(1 - ${b2} **. (!@${step} + 1)) /. (1 - ${b1} **. (!@${step} + 1))`;
  const root = op`root = sqrt(1 - ${b2} **. (!@${step} + 1))`;
  const one = (p: Tensor): Code => cd`
    ~~(${p} "adam step";
       { mean } =: ${b1} *. mean + ${1 - b1} *. ${p}.grad;
       { square } =: ${b2} *. square + ${1 - b2} *. ${p}.grad *. ${p}.grad;
       ${p} =- ${rate} *. mean /. (sqrt(square) + 1e-8 *. ${root}))`;
  return cd`~~("adam"; ${Object.values(loss.params).map(one)})`;
}
