/** The overhead of calling native code. */
import { op, tensor, type Tensor } from 'einc';
import type { Benchmark, Case } from './benchmark.ts';
import { noise } from './inputs.ts';
import { computing } from './subjects.ts';

const tiny: Case = {
  name: 'x + y of 4 cells',
  settings: { cells: 4 },
  within: { relative: 1e-6 },
  prepare: dtype => {
    const data = (label: string, salt: number): Tensor =>
      tensor(noise(4, salt), { label, output: [4] });
    return computing(dtype, [op`sum = ${data('x', 1)} + ${data('y', 2)}`]);
  },
};

export const call: Benchmark = {
  name: 'call',
  about: 'a routine that does next to nothing: the overhead of a call',
  cases: [tiny],
};
