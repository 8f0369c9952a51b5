/** Element-wise operations on arrays larger than any cache: limited by reading and writing everything once. */
import { op, tensor, type Tensor } from 'einc';
import type { Benchmark, Case } from './benchmark.ts';
import { noise } from './inputs.ts';
import { computing } from './subjects.ts';

const cells = 2 ** 24;

export const elementwise: Benchmark = {
  name: 'elementwise',
  about: 'a chain of operations and a sum, over 2^24 cells',
  cases: elementwiseCases(cells),
  otherShapes: [
    chain('chain of 5000011', 5_000_011),
    squares('sum of squares of 5000011', 5_000_011),
    chainOfRows('chain of 3000 rows of 4111', 3000, 4111),
    chain('chain of 12345678', 12_345_678),
    squares('sum of squares of 12345678', 12_345_678),
  ],
};

export function elementwiseCases(cells: number): readonly Case[] {
  return [squares('sum of squares', cells), chain('tanh(a*b+c)*sigmoid(d)', cells)];
}

function squares(name: string, cells: number): Case {
  return {
    name,
    settings: { work: 'squares', cells },
    bytes: 4 * cells,
    // Added up one after the other in f32, 2^24 of these come to 2 % less than they are.
    within: { relative: 0.05 },
    prepare: dtype => {
      const a = data('a', 1, cells);
      return computing(dtype, [op`squares = ${a} *. ${a} ++ "i => 0"`]);
    },
  };
}

function chain(name: string, cells: number): Case {
  return {
    name,
    settings: { work: 'chain', cells },
    bytes: 5 * 4 * cells,
    within: { relative: 1e-5 },
    prepare: dtype => {
      const [a, b] = [data('a', 1, cells), data('b', 2, cells)];
      const [c, d] = [data('c', 3, cells), data('d', 4, cells)];
      return computing(dtype, [op`chain = tanh(${a} *. ${b} + ${c}) *. sigmoid ${d}`]);
    },
  };
}

/** The chain with a matrix for `a` and `d`, and the same `b` and `c` for each of its rows. */
function chainOfRows(name: string, rows: number, columns: number): Case {
  return {
    name,
    settings: { work: 'rows', rows, columns },
    bytes: 3 * 4 * rows * columns,
    within: { relative: 1e-5 },
    prepare: dtype => {
      const [a, d] = [data('a', 1, columns, rows), data('d', 4, columns, rows)];
      const [b, c] = [data('b', 2, columns), data('c', 3, columns)];
      return computing(dtype, [op`chain = tanh(${a} *. ${b} + ${c}) *. sigmoid ${d}`]);
    },
  };
}

function data(label: string, salt: number, cells: number, rows?: number): Tensor {
  const shape = { ...(rows === undefined ? {} : { batch: [rows] }), output: [cells] };
  return tensor(noise((rows ?? 1) * cells, salt), { label, ...shape });
}
