/** Cell by cell over more than any cache holds: what counts is to read and write everything once. */
import { op, tensor, type Tensor } from 'einc';
import type { Benchmark, Case } from './benchmark.ts';
import { noise } from './inputs.ts';
import { computing } from './subjects.ts';

const cells = 2 ** 24;

const squares: Case = {
  name: 'sum of squares',
  settings: { work: 'squares', cells },
  bytes: 4 * cells,
  // Added up one after the other in f32, these come to 2 % less than they are.
  within: { relative: 0.05 },
  prepare: dtype => {
    const a = data('a', 1);
    return computing(dtype, [op`squares = ${a} *. ${a} ++ "i => 0"`]);
  },
};

const chain: Case = {
  name: 'tanh(a*b+c)*sigmoid(d)',
  settings: { work: 'chain', cells },
  bytes: 5 * 4 * cells,
  within: { relative: 1e-5 },
  prepare: dtype => {
    const [a, b, c, d] = [data('a', 1), data('b', 2), data('c', 3), data('d', 4)];
    return computing(dtype, [op`chain = tanh(${a} *. ${b} + ${c}) *. sigmoid ${d}`]);
  },
};

export const elementwise: Benchmark = {
  name: 'elementwise',
  about: 'a chain of operations and a sum, over 2^24 cells',
  cases: [squares, chain],
};

function data(label: string, salt: number): Tensor {
  return tensor(noise(cells, salt), { label, output: [cells] });
}
