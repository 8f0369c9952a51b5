/**
 * Small models that are trained in one way and another, with batches of noise. Their layers are as wide as vectors: of narrower ones, the
 * compiler writes every turn of every loop out, which takes it twice as long.
 */
import { op, type Tensor, tensor } from '../../../dsl/einc.ts';
import type { ExampleShape } from '../../../dsl/train/index.ts';

export interface Model {
  readonly shard: Readonly<Record<'x' | 'label', ExampleShape>>;
  /** The mean of so many. */
  readonly loss: (examples: Readonly<Record<'x' | 'label', Tensor>>, count: number) => Tensor;
  /** The labels are numbers of so many classes; of one: 1 or -1. */
  readonly classes: number;
  readonly learningRate: number;
}

/** Of half-moons: hinge loss. */
export function perceptron(): Model {
  const mlp = op`
    mlp(x) = { w3 } * relu({ b2; o = [16] } + { w2 } * relu({ b1; o = [16] } + { w1 } * x))`;
  return {
    shard: { x: { output: [2] }, label: { output: [1] } },
    loss: ({ x, label }, count) =>
      op`loss = (relu(1 - ${label} *. ${mlp}(${x})) ++ "...|... => 0") /. ${count}`,
    classes: 1,
    learningRate: 0.1,
  };
}

/** Of pictures of 8 × 8 in two channels: a convolution, pooled, and a layer. */
export function convNet(): Model {
  const { conv, pool, logits } = op<Record<'conv' | 'pool' | 'logits', Apply>>`
    conv(x) = relu({ b1 = 0; o = [8] }
      + (x +* "b | h<+i, v<+j, c; i, j, c -> o => b | h, v, o" { k1; o = [8]; i = [3, 3, 2] }));
    pool(x) = x @^^ "b | 2*h<+i:2, 2*v<+j:2, c => b | h, v, c";
    logits(x) = { b = 0 } + { w; o = [3]; i = [3, 3, 8] } * x`;
  return {
    shard: { x: { output: [8, 8, 2] }, label: { output: [1] } },
    loss: ({ x, label }, count) =>
      op`loss = ${crossEntropy(logits(pool(conv(x))), label)} /. ${count}`,
    classes: 3,
    learningRate: 0.3,
  };
}

/** Of texts of six words out of five: a block of attention with two heads, and a layer. */
export function transformer(): Model {
  const [length, width, heads, words] = [6, 16, 2, 5];
  const each = width / heads;
  const table = op`{ table; o = [${words}, ${width}] }`;
  const { qkv, out } = op<Record<'qkv' | 'out', Apply>>`
    qkv(x) = { w_qkv; o = [3, ${heads}, ${each}]; i = [${width}] } * x;
    out(x) = { head; o = [${words}]; i = [${width}] } * relu({ b_up = 0; o = [${width}] }
      + { w_up; o = [${width}]; i = [${heads}, ${each}] } * x)`;
  const isPast = (i: number): boolean => i % length <= Math.floor(i / length);
  const past = tensor(
    Array.from({ length: length ** 2 }, (_, i) => Number(isPast(i))),
    { label: 'past', output: [length, length] },
  );
  return {
    shard: { x: { batch: [length], output: [1] }, label: { batch: [length], output: [1] } },
    loss: ({ x, label }, count) => {
      const all = qkv(op`embedded = take(${table}, ${x}[0])`);
      const attended = op`
        scores = (${all}[0] +* "b, s | h, d; b, t | h, d => b | h, s, t" ${all}[1]) *. ${each ** -0.5};
        e = exp(where(${past}, scores, -1e9));
        p = e /. (e ++ "...|..h.., t => ...|..h.., 0");
        p +* "b | h, s, t; b, t | h, d => b, s | h, d" ${all}[2]`;
      return op`loss = ${crossEntropy(out(attended), label)} /. ${count * length}`;
    },
    classes: words,
    learningRate: 2,
  };
}

type Apply = (x: Tensor) => Tensor;

/** The sum over a batch. */
function crossEntropy(logits: Tensor, ids: Tensor): Tensor {
  return op`
    shifted = ${logits} - stop_gradient(${logits} @^^ "...|i => ...|0");
    log_sum = log(exp(shifted) ++ "...|i => ...|0");
    log_sum - take_along(shifted, ${ids}) ++ "...|... => 0"`;
}
