/** A transformer that predicts the next token: attention written out, without any special operation. */
import { op, type Tensor, tensor } from 'einc';
import { crossEntropy } from './cross-entropy.ts';
import { choices, noise } from './inputs.ts';

export interface TransformerSize {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly length: number;
  /** Texts at a time. */
  readonly batch: number;
  readonly words: number;
  /** Whether what words go in as is also what they come out by. */
  readonly isTied: boolean;
}

/** Arithmetic of the products forward: those with weights, and those of queries, keys and values. */
export function flopsOf({ layers, width, length, batch, words }: TransformerSize): number {
  const perToken = 2 * (layers * 12 * width ** 2 + words * width);
  return batch * length * (perToken + layers * 4 * length * width);
}

export interface Transformer {
  readonly logits: Tensor;
  /** Of a word, on average. */
  readonly loss: Tensor;
}

/** `ids` makes the words asked and those to answer: batch × length numbers in the last output axis. */
export function transformer(
  size: TransformerSize,
  ids: (label: string, salt: number) => Tensor = (label, salt) => idsOf(size, label, salt),
): Transformer {
  const { layers, width, length, batch, words, isTied } = size;
  const salts = counter(10);
  const weights = (count: number): Float32Array => noise(count, salts(), 0.03);
  const [asked, answers] = [ids('asked', 1), ids('answers', 2)];
  const wte = op`{ wte = ${weights(words * width)}; o = [${words}, ${width}] }`;
  const wpe = op`{ wpe = ${weights(length * width)}; b = [${length}]; o = [${width}] }`;
  let x: Tensor = op`embedded = take(${wte}, ${asked}[0]) + ${wpe}`;
  for (let layer = 0; layer < layers; layer++) x = block(x, size, weights);
  const last = layerNorm(x, width);
  const logits = isTied
    ? op`logits = ${last} +* ${wte} "...|d; w, d => ...|w"`
    : op`logits = { head = ${weights(words * width)}; o = [${words}]; i = [${width}] } * ${last}`;
  const loss = op`loss = ${crossEntropy(logits, answers)} /. ${batch * length}`;
  return { logits, loss };
}

function block(
  x: Tensor,
  { width, heads, length }: TransformerSize,
  weights: (count: number) => Float32Array,
): Tensor {
  const perHead = width / heads;
  const [qkv, proj] = [weights(3 * width ** 2), weights(width ** 2)];
  const [up, down] = [weights(4 * width ** 2), weights(4 * width ** 2)];
  const normed = layerNorm(x, width);
  const all = op`
    qkv = { b_qkv = 0; o = [3, ${heads}, ${perHead}] }
      + { w_qkv = ${qkv}; o = [3, ${heads}, ${perHead}]; i = [${width}] } * ${normed}`;
  const attended = op`
    q = ${all}[0]; k = ${all}[1]; v = ${all}[2];
    scores = (q +* k "b, s | h, d; b, t | h, d => b | h, s, t") *. ${perHead ** -0.5};
    masked = where(${past(length)}, scores, -1e9);
    e = exp(masked - stop_gradient(masked @^^ "...|..h.., t => ...|..h.., 0"));
    p = e /. (e ++ "...|..h.., t => ...|..h.., 0");
    p +* v "b | h, s, t; b, t | h, d => b, s | h, d"`;
  const y = op`
    ${x} + { b_proj = 0; o = [${width}] }
      + { w_proj = ${proj}; o = [${width}]; i = [${heads}, ${perHead}] } * ${attended}`;
  const normedAgain = layerNorm(y, width);
  return op`
    ${y} + { b_down = 0; o = [${width}] }
      + { w_down = ${down}; o = [${width}]; i = [${4 * width}] }
      * gelu_tanh({ b_up = 0; o = [${4 * width}] }
      + { w_up = ${up}; o = [${4 * width}]; i = [${width}] } * ${normedAgain})`;
}

/** 1 where a token may look: at itself and what stands before it. */
function past(length: number): Tensor {
  const cells = Array.from({ length: length ** 2 }, (_, i) =>
    i % length <= Math.floor(i / length) ? 1 : 0,
  );
  return tensor(cells, { label: 'past', output: [length, length] });
}

function layerNorm(x: Tensor, width: number): Tensor {
  return op`
    d = ${x} - (${x} ++ "...|i => ...|0") /. ${width};
    variance = (d *. d ++ "...|i => ...|0") /. ${width};
    d /. sqrt(variance + 1e-5) *. { scale = 1; o = [${width}] } + { shift = 0; o = [${width}] }`;
}

/** Numbers of words, as `transformer` wants them. */
function idsOf({ batch, length, words }: TransformerSize, label: string, salt: number): Tensor {
  const cells = choices(batch * length, salt, words);
  return tensor(cells, { label, batch: [batch, length], output: [1] });
}

function counter(from: number): () => number {
  let next = from;
  return () => next++;
}
