/** Attention as einsums say it: scores, their softmax, and the values that they weigh. */
import { op, tensor, type Tensor } from 'einc';
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

export const attention: Benchmark = {
  name: 'attention',
  about: 'of each word to all words of its text; texts × words × heads × width of a head',
  cases: sizes.map(attentionCase),
};

export function attentionCase(size: Size): Case {
  const { batch, length, heads, width } = size;
  return {
    name: [batch, length, heads, width].join('x'),
    settings: { ...size },
    flops: 4 * batch * heads * length ** 2 * width,
    within: { relative: 1e-4 },
    prepare: dtype => computing(dtype, [attended(size)]),
  };
}

function attended({ batch, length, heads, width }: Size): Tensor {
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
  return attended;
}
