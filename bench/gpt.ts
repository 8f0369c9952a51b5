/** A training step of a small GPT: attention without any shortcut, Adam. */
import { cd, op, sequence, symbol, tensor, type Code, type StaticSymbol, type Tensor } from 'einc';
import { gradUpdate } from 'einc/train';
import { type Benchmark, lossTolerance } from './benchmark.ts';
import { crossEntropy } from './cross-entropy.ts';
import { choices, noise } from './inputs.ts';
import { training, type Training } from './subjects.ts';

const [layers, width, heads, length, batch, words] = [4, 128, 4, 128, 8, 256];
const perHead = width / heads;
const tokens = batch * length;

export const gpt: Benchmark = {
  name: 'gpt',
  about: `training step of ${layers} layers, width ${width}, ${heads} heads, ${batch} × ${length} tokens, Adam`,
  cases: [
    {
      name: 'step',
      settings: { layers, width, heads, length, batch, words },
      // Forward and both gradients of the weights' products, and of those of queries, keys and values.
      flops:
        6 * tokens * (layers * 12 * width ** 2 + words * width) +
        3 * layers * 4 * batch * length ** 2 * width,
      within: lossTolerance,
      prepare: dtype => training(dtype, transformer()),
    },
  ],
};

export function transformer(): Training {
  const salts = counter(10);
  const weights = (count: number): Float32Array => noise(count, salts(), 0.03);
  const ids = (label: string, salt: number): Tensor =>
    tensor(choices(tokens, salt, words), { label, batch: [batch, length], output: [1] });
  const [asked, answers] = [ids('asked', 1), ids('answers', 2)];
  const wte = op`{ wte = ${weights(words * width)}; o = [${words}, ${width}] }`;
  const wpe = op`{ wpe = ${weights(length * width)}; b = [${length}]; o = [${width}] }`;
  let x: Tensor = op`embedded = take(${wte}, ${asked}[0]) + ${wpe}`;
  for (let layer = 0; layer < layers; layer++) x = block(x, weights);
  const head = op`{ head = ${weights(words * width)}; o = [${words}]; i = [${width}] }`;
  const logits = op`logits = ${head} * ${layerNorm(x)}`;
  const loss = op`loss = ${crossEntropy(logits, answers)} /. ${tokens}`;
  const step = symbol('step', 1_000_000);
  return {
    loss,
    update: sequence([gradUpdate(loss), adam(loss, step)]),
    indices: n => ({ step: n % 1_000_000 }),
  };
}

function block(x: Tensor, weights: (count: number) => Float32Array): Tensor {
  const [qkv, proj] = [weights(3 * width ** 2), weights(width ** 2)];
  const [up, down] = [weights(4 * width ** 2), weights(4 * width ** 2)];
  const normed = layerNorm(x);
  const all = op`
    qkv = { b_qkv = 0; o = [3, ${heads}, ${perHead}] }
      + { w_qkv = ${qkv}; o = [3, ${heads}, ${perHead}]; i = [${width}] } * ${normed}`;
  const attended = op`
    q = ${all}[0]; k = ${all}[1]; v = ${all}[2];
    scores = (q +* k "b, s | h, d; b, t | h, d => b | h, s, t") *. ${perHead ** -0.5};
    masked = where(${past()}, scores, -1e9);
    e = exp(masked - stop_gradient(masked @^^ "...|..h.., t => ...|..h.., 0"));
    p = e /. (e ++ "...|..h.., t => ...|..h.., 0");
    p +* v "b | h, s, t; b, t | h, d => b, s | h, d"`;
  const y = op`
    ${x} + { b_proj = 0; o = [${width}] }
      + { w_proj = ${proj}; o = [${width}]; i = [${heads}, ${perHead}] } * ${attended}`;
  const normedAgain = layerNorm(y);
  return op`
    ${y} + { b_down = 0; o = [${width}] }
      + { w_down = ${down}; o = [${width}]; i = [${4 * width}] }
      * gelu_tanh({ b_up = 0; o = [${4 * width}] }
      + { w_up = ${up}; o = [${4 * width}]; i = [${width}] } * ${normedAgain})`;
}

/** 1 where a token may look: at itself and what stands before it. */
function past(): Tensor {
  const cells = Array.from({ length: length ** 2 }, (_, i) =>
    i % length <= Math.floor(i / length) ? 1 : 0,
  );
  return tensor(cells, { label: 'past', output: [length, length] });
}

function layerNorm(x: Tensor): Tensor {
  return op`
    d = ${x} - (${x} ++ "...|i => ...|0") /. ${width};
    variance = (d *. d ++ "...|i => ...|0") /. ${width};
    d /. sqrt(variance + 1e-5) *. { scale = 1; o = [${width}] } + { shift = 0; o = [${width}] }`;
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

function counter(from: number): () => number {
  let next = from;
  return () => next++;
}
