/** Convolutions of images with channels last: 3 × 3 with padding, 64 channels to 64; and others. */
import { op, tensor, type Tensor, vjp } from 'einc';
import type { Benchmark, Case, Subject } from './benchmark.ts';
import { noise } from './inputs.ts';
import { computing } from './subjects.ts';

interface Size {
  readonly pictures: number;
  /** Of the square pictures. */
  readonly size: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  /** With margins when it is 1, so that pictures stay as large as they are; else without. */
  readonly stride: number;
}

const size: Size = { pictures: 32, size: 28, inputs: 64, outputs: 64, kernel: 3, stride: 1 };
const otherSizes: readonly Size[] = [
  { pictures: 8, size: 14, inputs: 128, outputs: 256, kernel: 3, stride: 1 },
  { pictures: 16, size: 56, inputs: 32, outputs: 48, kernel: 3, stride: 1 },
  { pictures: 10, size: 33, inputs: 40, outputs: 24, kernel: 5, stride: 1 },
  { pictures: 12, size: 45, inputs: 48, outputs: 96, kernel: 3, stride: 2 },
];

export const conv: Benchmark = {
  name: 'conv',
  about: textOf(size),
  cases: casesOf(size),
  otherShapes: otherSizes.flatMap(other => casesOf(other, `, ${shortNameOf(other)}`)),
};

function textOf({ pictures, size, inputs, outputs, kernel }: Size): string {
  return `${kernel}×${kernel} of ${pictures} pictures ${size}×${size}, ${inputs} channels to ${outputs}`;
}

function shortNameOf({ pictures, size, inputs, outputs, kernel, stride }: Size): string {
  const picture = `${kernel}x${kernel} of ${pictures}x${size}x${size}, ${inputs} to ${outputs}`;
  return stride === 1 ? picture : `${picture}, stride ${stride}`;
}

function casesOf(size: Size, suffix = ''): readonly Case[] {
  const { pictures, inputs, outputs, kernel } = size;
  const flops = 2 * pictures * sideOf(size) ** 2 * inputs * outputs * kernel ** 2;
  return [
    {
      name: `forward${suffix}`,
      settings: { ...size, backward: false },
      flops,
      within: { relative: 1e-4 },
      prepare: dtype => prepare(dtype, size, false),
    },
    {
      name: `forward + backward${suffix}`,
      settings: { ...size, backward: true },
      flops: 3 * flops,
      within: { relative: 1e-4 },
      prepare: dtype => prepare(dtype, size, true),
    },
  ];
}

/** How wide the result is. */
function sideOf({ size, kernel, stride }: Size): number {
  return stride === 1 ? size : Math.floor((size - kernel) / stride) + 1;
}

function prepare(dtype: 'f32' | 'f64', of: Size, backward: boolean): Promise<Subject> {
  const { pictures, size, inputs, outputs, kernel } = of;
  const picturesOf = (label: string, salt: number, side: number, channels: number): Tensor =>
    tensor(noise(pictures * side ** 2 * channels, salt), {
      label,
      batch: [pictures],
      output: [side, side, channels],
    });
  const x = picturesOf('x', 1, size, inputs);
  const w = tensor(noise(outputs * inputs * kernel ** 2, 2), {
    label: 'w',
    output: [outputs],
    input: [kernel, kernel, inputs],
  });
  const y = convolved(x, w, of.stride);
  const dy = picturesOf('dy', 3, sideOf(of), outputs);
  return computing(dtype, backward ? [y, ...vjp(y, [x, w], dy)] : [y]);
}

function convolved(x: Tensor, w: Tensor, stride: number): Tensor {
  return stride === 1
    ? op`conv = ${x} +* ${w} "b | h=+i, v=+j, c; i, j, c -> o => b | h, v, o"`
    : op`conv = ${x} +* ${w} "b | ${stride}*h<+i, ${stride}*v<+j, c; i, j, c -> o => b | h, v, o"`;
}
