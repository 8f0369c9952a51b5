/** Attention written as einsums: scores, their softmax and the weighted values; and its gradients. */
import { op, tensor, type Tensor, vjp } from 'einc';
import type { Benchmark, Case } from './benchmark.ts';
import { noise } from './inputs.ts';
import { computing } from './subjects.ts';

/** Texts at a time, their words, heads, and how wide a head is. */
export interface Size {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
  readonly width: number;
}

const sizes: readonly Size[] = [
  { batch: 8, length: 128, heads: 4, width: 32 },
  { batch: 2, length: 512, heads: 4, width: 64 },
  { batch: 1, length: 4096, heads: 2, width: 64 },
];

const otherSizes: readonly Size[] = [
  { batch: 5, length: 100, heads: 3, width: 40 },
  { batch: 2, length: 777, heads: 5, width: 24 },
  { batch: 1, length: 2000, heads: 3, width: 80 },
];

export const attention: Benchmark = {
  name: 'attention',
  about: 'of each word to all words of its text; texts × words × heads × width of a head',
  cases: [false, true].flatMap(backward => sizes.map(size => attentionCase(size, backward))),
  otherShapes: otherSizes.map(size => attentionCase(size)),
};

/** Forward; and forward with gradients, which reads what it is given and what comes back to it. */
export function attentionCase(size: Size, backward = false): Case {
  const { batch, length, heads, width } = size;
  const shape = [batch, length, heads, width].join('x');
  const product = 2 * batch * heads * length ** 2 * width;
  return {
    name: backward ? `${shape} forward + backward` : shape,
    settings: { ...size, backward },
    flops: (backward ? 6 : 2) * product,
    within: { relative: 1e-4 },
    prepare: dtype => computing(dtype, attended(size, backward)),
  };
}

/** The result and, where these are asked for, gradients by queries, keys and values. */
function attended({ batch, length, heads, width }: Size, backward: boolean): readonly Tensor[] {
  const input = (label: string, salt: number): Tensor =>
    tensor(noise(batch * length * heads * width, salt), {
      label,
      batch: [batch, length],
      output: [heads, width],
    });
  const [q, k, v] = [input('q', 1), input('k', 2), input('v', 3)];
  const { attended } = op<{ attended: Tensor }>`
    scores = (${q} +* ${k} "b, s | h, d; b, t | h, d => b | h, s, t") *. ${width ** -0.5};
    e = exp(scores - stop_gradient(scores @^^ "...|..h.., t => ...|..h.., 0"));
    p = e /. (e ++ "...|..h.., t => ...|..h.., 0");
    attended = p +* ${v} "b | h, s, t; b, t | h, d => b, s | h, d"`;
  return backward ? [attended, ...vjp(attended, [q, k, v], input('dy', 4))] : [attended];
}
