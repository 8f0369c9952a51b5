/** Cell by cell over more than any cache holds: what counts is to read and write everything once. */
import { op, tensor, type Tensor } from 'einc';
import type { Benchmark, Case } from './benchmark.ts';
import { noise } from './inputs.ts';
import { computing } from './subjects.ts';

const cells = 2 ** 24;

const squares = (cells: number): Case => ({
  name: 'sum of squares',
  settings: { work: 'squares', cells },
  bytes: 4 * cells,
  // Added up one after the other in f32, these come to 2 % less than they are.
  within: { relative: 0.05 },
  prepare: dtype => {
    const a = data('a', 1, cells);
    return computing(dtype, [op`squares = ${a} *. ${a} ++ "i => 0"`]);
  },
});

const chain = (cells: number): Case => ({
  name: 'tanh(a*b+c)*sigmoid(d)',
  settings: { work: 'chain', cells },
  bytes: 5 * 4 * cells,
  within: { relative: 1e-5 },
  prepare: dtype => {
    const of = (label: string, salt: number): Tensor => data(label, salt, cells);
    const [a, b, c, d] = [of('a', 1), of('b', 2), of('c', 3), of('d', 4)];
    return computing(dtype, [op`chain = tanh(${a} *. ${b} + ${c}) *. sigmoid ${d}`]);
  },
});

export const elementwise: Benchmark = {
  name: 'elementwise',
  about: 'a chain of operations and a sum, over 2^24 cells',
  cases: elementwiseCases(cells),
};

export function elementwiseCases(cells: number): readonly Case[] {
  return [squares(cells), chain(cells)];
}

function data(label: string, salt: number, cells: number): Tensor {
  return tensor(noise(cells, salt), { label, output: [cells] });
}
