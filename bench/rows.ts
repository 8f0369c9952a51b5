/** Softmax and layer norm over the rows of a matrix, and their gradients. */
import { op, tensor, type Tensor, vjp } from 'einc';
import type { Benchmark, Case } from './benchmark.ts';
import { noise } from './inputs.ts';
import { computing } from './subjects.ts';

/** Of a matrix. */
export type Size = readonly [rows: number, columns: number];

const usual: Size = [4096, 1024];

/** What is computed, and the tensors by which it is differentiated. */
type Made = readonly [y: Tensor, by: readonly Tensor[]];

export const softmax: Benchmark = {
  name: 'softmax',
  about: `of each of ${usual[0]} rows of ${usual[1]}`,
  cases: softmaxCases(usual),
};

export function softmaxCases(size: Size): readonly Case[] {
  return casesOf(size, () => {
    const x = matrix('x', 1, size);
    const { softmax } = op<{ softmax: Tensor }>`
      e = exp(${x} - stop_gradient(${x} @^^ "...|i => ...|0"));
      softmax = e /. (e ++ "...|i => ...|0")`;
    return [softmax, [x]];
  });
}

export const layerNorm: Benchmark = {
  name: 'layer-norm',
  about: `of each of ${usual[0]} rows of ${usual[1]}, with a scale and a shift`,
  cases: layerNormCases(usual),
};

export function layerNormCases(size: Size): readonly Case[] {
  const [, columns] = size;
  return casesOf(size, () => {
    const x = matrix('x', 1, size);
    const scale = tensor(noise(columns, 3), { label: 'scale', output: [columns] });
    const shift = tensor(noise(columns, 4), { label: 'shift', output: [columns] });
    const { layer_norm: y } = op<{ layer_norm: Tensor }>`
      d = ${x} - (${x} ++ "...|i => ...|0") /. ${columns};
      variance = (d *. d ++ "...|i => ...|0") /. ${columns};
      layer_norm = d /. sqrt(variance + 1e-5) *. ${scale} + ${shift}`;
    return [y, [x, scale, shift]];
  });
}

/** Forward; and forward with gradients, which reads what it is given and what comes back to it. */
function casesOf([rows, columns]: Size, make: () => Made): readonly Case[] {
  const bytes = 4 * rows * columns;
  const forward = (): readonly Tensor[] => [make()[0]];
  const both = (): readonly Tensor[] => {
    const [y, by] = make();
    return [y, ...vjp(y, by, matrix('dy', 2, [rows, columns]))];
  };
  const within = { relative: 1e-4 };
  return [
    {
      name: 'forward',
      settings: { backward: false, rows, columns },
      bytes: 2 * bytes,
      within,
      prepare: dtype => computing(dtype, forward()),
    },
    {
      name: 'forward + backward',
      settings: { backward: true, rows, columns },
      bytes: 4 * bytes,
      within,
      prepare: dtype => computing(dtype, both()),
    },
  ];
}

function matrix(label: string, salt: number, [rows, columns]: Size): Tensor {
  return tensor(noise(rows * columns, salt), { label, batch: [rows], output: [columns] });
}
