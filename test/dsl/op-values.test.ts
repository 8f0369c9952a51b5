/** The values of `op`, through the interpreter, beside plain loops. */
import { expect, test } from 'vitest';
import { op, symbol, tensor, type Tensor } from '../../dsl/index.ts';
import { valueOf } from '../support/evaluate.ts';
import { expectClose, grid, sum } from '../support/loops.ts';

// Different everywhere, so that a wrong subscript shows.
const a = (...at: number[]) => at.reduce((total, i) => 3 * total + i + 1, 1) / 7;
const b = (...at: number[]) => at.reduce((total, i) => 5 * total - 2 * i, 1) / 3 + 0.25;

/** Data of this shape, each cell of it by its subscript in memory order: batch, output, input. */
function data(
  label: string,
  cell: typeof a,
  rows: { batch?: readonly number[]; output?: readonly number[]; input?: readonly number[] },
): Tensor {
  const dims = [...(rows.batch ?? []), ...(rows.output ?? []), ...(rows.input ?? [])];
  const values = [grid(dims, cell)].flat(9) as number[];
  return tensor(Float64Array.from(values), { label, ...rows });
}

const corners = [-2, -0.5, 0, 0.5, 1, 3];
const x = tensor(corners, { label: 'x' });
const y = tensor([3, 0.5, -1, 0.5, 2, -2], { label: 'y' });
const positive = tensor([0.25, 0.5, 1, 2, 3, 4], { label: 'positive' });

test.each([
  ['+', op`${x} + ${y}`, (p: number, q: number) => p + q],
  ['-', op`${x} - ${y}`, (p: number, q: number) => p - q],
  ['*.', op`${x} *. ${y}`, (p: number, q: number) => p * q],
  ['/.', op`${x} /. ${y}`, (p: number, q: number) => p / q],
  ['**.', op`${x} **. ${y}`, (p: number, q: number) => p ** q],
  ['max', op`max(${x}, ${y})`, (p: number, q: number) => Math.max(p, q)],
  ['min', op`min(${x}, ${y})`, (p: number, q: number) => Math.min(p, q)],
  ['lt', op`lt(${x}, ${y})`, (p: number, q: number) => Number(p < q)],
  ['eq', op`eq(${x}, ${y})`, (p: number, q: number) => Number(p === q)],
  ['ne', op`ne(${x}, ${y})`, (p: number, q: number) => Number(p !== q)],
  ['fma', op`fma(${x}, 2, ${y})`, (p: number, q: number) => p * 2 + q],
  ['where', op`where(lt(${x}, 0.25), ${x}, ${y})`, (p: number, q: number) => (p < 0.25 ? p : q)],
  ['where of numbers', op`where(${x}, 1, ${y})`, (p: number, q: number) => (p !== 0 ? 1 : q)],
  ['minus', op`-${x}`, (p: number) => -p],
  ['neg', op`neg ${x}`, (p: number) => -p],
  ['abs', op`abs ${x}`, Math.abs],
  ['relu', op`relu ${x}`, (p: number) => Math.max(0, p)],
  ['exp', op`exp ${x}`, Math.exp],
  ['tanh', op`tanh ${x}`, Math.tanh],
  ['sin', op`sin ${x}`, Math.sin],
  ['cos', op`cos ${x}`, Math.cos],
  ['constants', op`(1 - ${x}) /. 4 + -2`, (p: number) => (1 - p) / 4 - 2],
])('%s', async (_: string, t: Tensor, f: (p: number, q: number) => number) => {
  const other = [3, 0.5, -1, 0.5, 2, -2];
  expectClose(
    await valueOf(t),
    corners.map((p, i) => f(p, other[i] ?? NaN)),
  );
});

test.each([
  ['sqrt', op`sqrt ${positive}`, Math.sqrt],
  ['log', op`log ${positive}`, Math.log],
])('%s', async (_: string, t: Tensor, f: (p: number, q: number) => number) => {
  expectClose(await valueOf(t), [0.25, 0.5, 1, 2, 3, 4].map(f));
});

const m34 = data('m34', a, { output: [3, 4] });
const m4 = data('m4', b, { output: [4] });
const from4to3 = data('from4to3', a, { output: [3], input: [4] });
const batch2of4 = data('batch2of4', b, { batch: [2], output: [4] });
const table = data('table', a, { batch: [5, 2], output: [3] });
const n = symbol('n', 5);

test.each([
  ['rows align at the right', op`${m34} + ${m4}`, [3, 4], (i: number, j: number) => a(i, j) + b(j)],
  [
    'batch axes broadcast',
    op`${batch2of4} *. ${m4}`,
    [2, 4],
    (i: number, j: number) => b(i, j) * b(j),
  ],
  [
    'a product over input axes',
    op`${from4to3} * ${batch2of4}`,
    [2, 3],
    (s: number, o: number) => sum(4, k => a(o, k) * b(s, k)),
  ],
  ['a transposition', op`${m34} ++ "ij => ji"`, [4, 3], (i: number, j: number) => a(j, i)],
  ['a sum over one axis', op`${m34} ++ "ij => i"`, [3], (i: number) => sum(4, j => a(i, j))],
  [
    'a sum over all axes',
    op`${table} ++ "...|... => 0"`,
    [1],
    () => sum(5, i => sum(2, j => sum(3, k => a(i, j, k)))),
  ],
  ['one column', op`${m34} ++ "i2 => i"`, [3], (i: number) => a(i, 2)],
  ['a column by a hole', op`${m34} ++ "i, ${1} => i"`, [3], (i: number) => a(i, 1)],
  [
    'one slice of the result',
    op`${m4} ++ "j => 1 j"`,
    [2, 4],
    (i: number, j: number) => (i === 1 ? b(j) : 0),
  ],
  [
    'a matrix product',
    op`${m34} +* "ik; jk => ij" ${m34}`,
    [3, 3],
    (i: number, j: number) => sum(4, k => a(i, k) * a(j, k)),
  ],
  [
    'an outer product',
    op`${m4} +* "i; j => ij" ${m4}`,
    [4, 4],
    (i: number, j: number) => b(i) * b(j),
  ],
  ['a diagonal', op`(${m4} +* "i; j => ij" ${m4}) ++ "ii => i"`, [4], (i: number) => b(i) * b(i)],
  [
    'a row beside the sum of each row',
    op`${m34} /. (${m34} ++ "ij => i0")`,
    [3, 4],
    (i: number, j: number) => a(i, j) / sum(4, k => a(i, k)),
  ],
  ['a slice', op`${table} @| ${n}`, [2, 3], (i: number, j: number) => a(3, i, j)],
  [
    'a slice of what is computed',
    op`(${table} + 1) @| ${n}`,
    [2, 3],
    (i: number, j: number) => a(3, i, j) + 1,
  ],
  ['the value of a symbol', op`${m4} *. !@${n}`, [4], (j: number) => b(j) * 3],
] as const)('%s', async (_, t: Tensor, dims, cell: (...at: number[]) => number) => {
  const indices = Object.fromEntries(t.cone().length > 0 ? [['n', 3]] : []);
  expectClose(await valueOf(t, indices), grid(dims, cell));
});

test('a network, as loops', async () => {
  const [w1, w2] = [grid([3, 4], a), grid([2, 3], b)];
  const net = op`{ w2 = ${w2} ; o = [2]; i = [3] } * relu({ w1 = ${w1}; o = [3]; i = [4] } * ${batch2of4} - 1)`;
  const hidden = (s: number, o: number) => Math.max(0, sum(4, k => a(o, k) * b(s, k)) - 1);
  expectClose(
    await valueOf(net),
    grid([2, 2], (s, o) => sum(3, k => b(o, k) * hidden(s, k))),
  );
});

test('parameters: numbers, lists, and by default small ones from the seed', async () => {
  expect(await valueOf(op`{ w = -1.5; o = [2] }`)).toEqual([-1.5, -1.5]);
  expect(
    await valueOf(
      op`{ w = ${[
        [1, 2],
        [3, 4],
      ]} }`,
    ),
  ).toEqual([
    [1, 2],
    [3, 4],
  ]);
  const values = (await valueOf(op`{ w; o = [200] }`)) as readonly number[];
  expect(Math.min(...values)).toBeLessThan(-0.2);
  expect(Math.max(...values)).toBeGreaterThan(0.2);
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.25);
});
