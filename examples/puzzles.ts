/**
 * Sasha Rush's Tensor Puzzles (https://github.com/srush/Tensor-Puzzles): 21 functions of arrays, each
 * in one line of `op`. Beside each line stands what it has to compute, in plain TypeScript.
 *
 *   npx einc run examples/puzzles.ts
 */
import { context, forward, op, sequence, tensor, type Tensor } from 'einc';

type Numbers = readonly number[];
type Matrix = readonly Numbers[];

interface Puzzle {
  readonly name: string;
  readonly solution: Tensor;
  readonly expected: Numbers | Matrix;
}

const given = {
  a: [3, -1, 4, 1, -5],
  b: [2, 7, 1],
  m: [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ],
  keep: [1, 0, 1, 1, 0],
  lengths: [2, 0, 3],
  ids: [1, 0, 1, 3, 1],
  edges: [-2, 0, 3],
};
const { a, b, m, keep, lengths, ids, edges } = Object.fromEntries(
  Object.entries(given).map(([label, values]) => [label, tensor(values, { label })]),
) as Record<keyof typeof given, Tensor>;

const upTo = (n: number): Numbers => Array.from({ length: n }, (_, i) => i);
const sum = (xs: Numbers): number => xs.reduce((total, x) => total + x, 0);
const square = (n: number, cell: (i: number, j: number) => number): Matrix =>
  upTo(n).map(i => upTo(n).map(j => cell(i, j)));

const puzzles: readonly Puzzle[] = [
  { name: 'ones', solution: op`range(5) >= 0`, expected: [1, 1, 1, 1, 1] },
  { name: 'sum', solution: op`${a} ++ "i => 0"`, expected: [sum(given.a)] },
  {
    name: 'outer',
    solution: op`${a} +* "i; j => ij" ${b}`,
    expected: given.a.map(x => given.b.map(y => x * y)),
  },
  { name: 'diag', solution: op`${m} ++ "ii => i"`, expected: [1, 5, 9] },
  {
    name: 'eye',
    solution: op`one_hot(range(4), 4)`,
    expected: square(4, (i, j) => Number(i === j)),
  },
  {
    name: 'triu',
    solution: op`(range(4) +++ "i; j => ij" (-range(4))) <= 0`,
    expected: square(4, (i, j) => Number(i <= j)),
  },
  {
    name: 'cumsum',
    solution: op`${a} +* "i; ij => j" ((range(5) +++ "i; j => ij" (-range(5))) <= 0)`,
    expected: given.a.map((_, i) => sum(given.a.slice(0, i + 1))),
  },
  {
    name: 'diff',
    solution: op`${a} - pad(${a}, 1, 0)[:-1]`,
    expected: given.a.map((x, i) => x - (given.a[i - 1] ?? 0)),
  },
  { name: 'vstack', solution: op`[${a}, ${ids}]`, expected: [given.a, given.ids] },
  {
    name: 'roll',
    solution: op`${a}[(range(5) + 1) % 5]`,
    expected: given.a.map((_, i) => given.a[(i + 1) % 5] ?? 0),
  },
  { name: 'flip', solution: op`${a}[::-1]`, expected: given.a.toReversed() },
  {
    name: 'compress',
    solution: op`scatter_add(0 *. ${a}, where(${keep}, cumsum(${keep}) - 1, -1), ${a})`,
    expected: [3, 4, 1, 0, 0],
  },
  { name: 'pad_to', solution: op`${a}[range(7)]`, expected: [...given.a, 0, 0] },
  {
    name: 'sequence_mask',
    solution: op`where(range(3) < ${lengths}[:, _], ${m}, 0)`,
    expected: given.m.map((row, i) => row.map((x, j) => (j < (given.lengths[i] ?? 0) ? x : 0))),
  },
  {
    name: 'bincount',
    solution: op`one_hot(${ids}, 4) ++ "ij => j"`,
    expected: [1, 3, 0, 1],
  },
  {
    name: 'scatter_add',
    solution: op`${a} +* "i; ij => j" one_hot(${ids}, 4)`,
    expected: upTo(4).map(j => sum(given.a.filter((_, i) => given.ids[i] === j))),
  },
  { name: 'flatten', solution: op`flatten(${m})`, expected: given.m.flat() },
  {
    name: 'linspace',
    solution: op`2 + (5 - 2) *. range(7) /. 6`,
    expected: upTo(7).map(k => 2 + k / 2),
  },
  {
    name: 'heaviside',
    solution: op`where(${keep} == 0, ${a}, ${keep} > 0)`,
    expected: given.keep.map((x, i) => (x === 0 ? (given.a[i] ?? 0) : Number(x > 0))),
  },
  {
    name: 'repeat',
    solution: op`(range(3) >= 0) +* "i; j => ij" ${b}`,
    expected: [given.b, given.b, given.b],
  },
  {
    name: 'bucketize',
    solution: op`((${a} +++ "i; j => ij" (-${edges})) >= 0) ++ "ij => i"`,
    expected: given.a.map(x => given.edges.filter(edge => edge <= x).length),
  },
];

using ctx = await context();
const solve = await ctx.compile(sequence(puzzles.map(({ solution }) => forward(solution))));
solve.runSync();
for (const { name, solution, expected } of puzzles) {
  const found = JSON.stringify(ctx.readSync(solution).toNested());
  const isSolved = found === JSON.stringify(expected);
  console.log(`${isSolved ? '✓' : '✗'} ${name.padEnd(14)} ${found}`);
  if (!isSolved) process.exitCode = 1;
}
