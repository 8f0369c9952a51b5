/** Softmax and layer norm over the rows of a matrix, and their gradients. */
import { op, tensor, type Tensor, vjp } from 'einc';
import type { Benchmark, Case } from './benchmark.ts';
import { noise } from './inputs.ts';
import { computing } from './subjects.ts';

export interface Size {
  readonly rows: number;
  readonly columns: number;
}

const size: Size = { rows: 4096, columns: 1024 };
const otherSizes: readonly Size[] = [
  { rows: 10_000, columns: 777 },
  { rows: 65_536, columns: 50 },
  { rows: 370, columns: 20_000 },
];

/** What is computed, and the tensors by which it is differentiated. */
type Made = readonly [y: Tensor, by: readonly Tensor[]];

export const softmax: Benchmark = {
  name: 'softmax',
  about: `of each of ${size.rows} rows of ${size.columns}`,
  cases: softmaxCases(size),
  otherShapes: otherSizes.flatMap(other => softmaxCases(other, suffixOf(other))),
};

export const layerNorm: Benchmark = {
  name: 'layer-norm',
  about: `of each of ${size.rows} rows of ${size.columns}, with a scale and a shift`,
  cases: layerNormCases(size),
  otherShapes: otherSizes.flatMap(other => layerNormCases(other, suffixOf(other))),
};

export function softmaxCases(size: Size, suffix = ''): readonly Case[] {
  return casesOf(softmaxOf, size, suffix);
}

export function layerNormCases(size: Size, suffix = ''): readonly Case[] {
  return casesOf(layerNormOf, size, suffix);
}

function softmaxOf(size: Size): Made {
  const x = matrix('x', 1, size);
  const { softmax } = op<{ softmax: Tensor }>`
    e = exp(${x} - stop_gradient(${x} @^^ "...|i => ...|0"));
    softmax = e /. (e ++ "...|i => ...|0")`;
  return [softmax, [x]];
}

function layerNormOf(size: Size): Made {
  const { columns } = size;
  const x = matrix('x', 1, size);
  const scale = tensor(noise(columns, 3), { label: 'scale', output: [columns] });
  const shift = tensor(noise(columns, 4), { label: 'shift', output: [columns] });
  const { layer_norm: y } = op<{ layer_norm: Tensor }>`
    d = ${x} - (${x} ++ "...|i => ...|0") /. ${columns};
    variance = (d *. d ++ "...|i => ...|0") /. ${columns};
    layer_norm = d /. sqrt(variance + 1e-5) *. ${scale} + ${shift}`;
  return [y, [x, scale, shift]];
}

function suffixOf({ rows, columns }: Size): string {
  return `, ${rows}x${columns}`;
}

/** Forward; and forward with gradients, which reads what it is given and what comes back to it. */
function casesOf(make: (size: Size) => Made, size: Size, suffix: string): readonly Case[] {
  const forward = (): readonly Tensor[] => [make(size)[0]];
  const both = (): readonly Tensor[] => {
    const [y, by] = make(size);
    return [y, ...vjp(y, by, matrix('dy', 2, size))];
  };
  const bytes = 4 * size.rows * size.columns;
  const within = { relative: 1e-4 };
  return [
    {
      name: `forward${suffix}`,
      settings: { backward: false, ...size },
      bytes: 2 * bytes,
      within,
      prepare: dtype => computing(dtype, forward()),
    },
    {
      name: `forward + backward${suffix}`,
      settings: { backward: true, ...size },
      bytes: 4 * bytes,
      within,
      prepare: dtype => computing(dtype, both()),
    },
  ];
}

function matrix(label: string, salt: number, { rows, columns }: Size): Tensor {
  return tensor(noise(rows * columns, salt), { label, batch: [rows], output: [columns] });
}
