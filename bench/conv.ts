/** A convolution of 3 × 3 with margins, 64 channels to 64: pictures with channels last. */
import { op, tensor, vjp } from 'einc';
import type { Benchmark, Subject } from './benchmark.ts';
import { noise } from './inputs.ts';
import { computing } from './subjects.ts';

const [pictures, size, channels, kernel] = [32, 28, 64, 3];
const flops = 2 * pictures * size ** 2 * channels ** 2 * kernel ** 2;
const settings = { pictures, size, channels, kernel };

export const conv: Benchmark = {
  name: 'conv',
  about: `${kernel}×${kernel} of ${pictures} pictures ${size}×${size}, ${channels} channels to ${channels}`,
  cases: [
    {
      name: 'forward',
      settings: { ...settings, backward: false },
      flops,
      within: { relative: 1e-4 },
      prepare: dtype => prepare(dtype, false),
    },
    {
      name: 'forward + backward',
      settings: { ...settings, backward: true },
      flops: 3 * flops,
      within: { relative: 1e-4 },
      prepare: dtype => prepare(dtype, true),
    },
  ],
};

function prepare(dtype: 'f32' | 'f64', backward: boolean): Promise<Subject> {
  const shape = { batch: [pictures], output: [size, size, channels] };
  const cells = pictures * size ** 2 * channels;
  const x = tensor(noise(cells, 1), { label: 'x', ...shape });
  const w = tensor(noise(channels ** 2 * kernel ** 2, 2), {
    label: 'w',
    output: [channels],
    input: [kernel, kernel, channels],
  });
  const y = op`
    conv = ${x} +* ${w} "b | h=+i, v=+j, c; i, j, c -> o => b | h, v, o"`;
  const dy = tensor(noise(cells, 3), { label: 'dy', ...shape });
  return computing(dtype, backward ? [y, ...vjp(y, [x, w], dy)] : [y]);
}
