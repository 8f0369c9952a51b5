/** Derivatives of derivatives: tensors like all others, against central differences in f64. */
import { describe, expect, test } from 'vitest';
import { cd, defineOp, grad, jvp, op, type Tensor, tensor, vjp } from '../../../dsl/einc.ts';
import { close } from '../../support/close.ts';
import { valueOf } from '../../support/evaluate.ts';
import { expectSlopes, total, weighted } from '../../support/gradients.ts';

const values = [0.5, -1.25, 2, 0.75, 1.5, -0.5];
const x = (): Tensor => op`{ x = ${values} }`;
describe('the slope of a gradient is what its own gradient says', () => {
  test.each<[what: string, y: (x: Tensor) => Tensor]>([
    ['a cube', a => op`${a} **. 3`],
    ['tanh', a => op`tanh(${a})`],
    ['exp of a product with itself', a => op`exp(0.3 *. ${a} *. ${a})`],
    ['a quotient', a => op`1 /. (2 + ${a} *. ${a})`],
    ['sin times cos', a => op`sin(${a}) *. cos(${a})`],
    ['a convolution', a => op`(${a} *. ${a}) +* { w = ${[1, -2, 0.5]} } "o=+k; k => o"`],
    ['max over windows, squared', a => op`(${a} *. ${a}) @^^ "2*o<+k:2 => o"`],
    ['a product of all', a => op`${a} @** "i => 0"`],
    ['a concatenation', a => op`(${a}, ${a} *. ${a}) ++^ "a; b => a^b"`],
    ['a matrix product', a => op`{ m; o = [3] } * tanh(${a})`],
    ['a softmax', a => op`exp(${a}) /. (exp(${a}) ++ "i => 0")`],
  ])('%s', async (_, y) => {
    const a = x();
    const [slope] = grad(weighted(y(a)), [a]);
    await expectSlopes(weighted(slope ?? a));
  });

  test('twice more', async () => {
    const a = x();
    const [first] = grad(total(op`${a} **. 5`), [a]);
    const [second] = grad(total(first ?? a), [a]);
    expect(await valueOf(second ?? a)).toEqual(values.map(v => 20 * v ** 3));
    await expectSlopes(weighted(second ?? a));
  });
});

describe('of a product, where factors are 0', () => {
  const product = defineOp({ name: 'product', logic: 'i => 0', forward: cd`v =:* v1` });
  const weights = [1, -2, 3, 0.5];
  const whole = [[0, 1, 2, 3]];
  const windows = [
    [0, 1, 2],
    [1, 2, 3],
  ];
  const centred = [[0, 1], ...windows, [2, 3]];
  const products: readonly (readonly [string, (x: Tensor) => Tensor, number[][]])[] = [
    ['of all', a => op`${a} @** "i => 0"`, whole],
    ['of all, as an operation', a => op`${product}(${a})`, whole],
    ['of all, from one operation to the next', a => op`(2 *. ${a} /. 2) @** "i => 0"`, whole],
    ['of windows', a => op`${a} @** "o<+k:3 => o"`, windows],
    ['of windows with a margin', a => op`${a} @** "o=+k:3 => o"`, centred],
  ];
  const places = ['2, 3, -1, 0.5', '2, 3, 0, -1', '0, 3, 2, 0', '2, 0, 0, 0', '0, 0, 0, 0'];

  /** For each factor the sum, over the others beside it, of their weight times all that is left. */
  const slopesOf = (factors: readonly number[][], at: readonly number[]): readonly number[] => {
    const product = (of: readonly number[]): number => of.reduce((all, i) => all * (at[i] ?? 1), 1);
    const sum = (terms: readonly number[]): number => terms.reduce((all, term) => all + term, 0);
    return at.map((_, i) => {
      const beside = factors.filter(f => f.includes(i)).map(f => f.filter(j => j !== i));
      return sum(
        beside.flatMap(js => js.map(j => (weights[j] ?? 0) * product(js.filter(k => k !== j)))),
      );
    });
  };

  test.each(products.flatMap(([what, y, factors]) => places.map(at => ({ what, y, factors, at }))))(
    '$what, at $at',
    async ({ y, factors, at }) => {
      const values = at.split(',').map(Number);
      const a = op`{ a = ${values} }`;
      const w = tensor(weights, { label: 'w' });
      const made = op`made = ${y(a)}`;
      const slope = op`slope = grad(${made}, ${a})`;
      const along = op`along = jvp(${made}, ${a}, ${w})`;
      const exact = slopesOf(factors, values);
      expect(await valueOf(op`grad(${slope} *. ${w}, ${a})`)).toEqual(close(exact));
      expect(await valueOf(op`grad(${along}, ${a})`)).toEqual(close(exact));
      expect(await valueOf(op`jvp(${slope}, ${a}, ${w})`)).toEqual(close(exact));
      const twice = exact.reduce(
        (sum, slopeOfSlope, i) => sum + slopeOfSlope * (weights[i] ?? 0),
        0,
      );
      expect(await valueOf(total(op`jvp(${along}, ${a}, ${w})`))).toEqual(close(twice));
      await expectSlopes(total(op`${slope} *. ${w}`));
    },
  );
});

describe('in op', () => {
  test('grad names its result and takes data as well as parameters', async () => {
    const t = tensor([1, 2, 3], { label: 't' });
    const slope = op`slope = grad(${t} **. 2, ${t})`;
    expect(slope.label).toBe('slope');
    expect(await valueOf(slope)).toEqual([2, 4, 6]);
  });

  test('grad of what does not depend on it is zero, in its shape', async () => {
    const [t, u] = [tensor([1, 2, 3], { label: 't' }), tensor([4, 5], { label: 'u' })];
    expect(await valueOf(op`grad(${u} **. 2, ${t})`)).toEqual([0, 0, 0]);
  });

  test('grad by what an expression gives, where that was there before', async () => {
    const t = tensor([1, 2, 3], { label: 't' });
    const itself = op<Tensor>`itself(a) = a`;
    expect(await valueOf(op`grad(${t} **. 2, ${itself}(${t}))`)).toEqual([2, 4, 6]);
  });

  test('grad of what integers are computed from, and integers on the way', async () => {
    const t = tensor([1.5, 2.5], { label: 't', dtype: 'f64' });
    expect(await valueOf(op`grad(f64(i32(${t})) *. ${t}, ${t})`)).toEqual([1, 2]);
  });

  test('grad of a tensor by itself is one everywhere', async () => {
    const t = tensor([1, 2, 3], { label: 't' });
    expect(await valueOf(op`grad(${t}, ${t})`)).toEqual([1, 1, 1]);
  });

  test('vjp weighs the cells, jvp moves the operand', async () => {
    const t = tensor([1, 2, 3], { label: 't' });
    const d = tensor([1, 0, -1], { label: 'd' });
    expect(await valueOf(op`vjp(${t} **. 2, ${t}, ${d})`)).toEqual([2, 0, -6]);
    expect(await valueOf(op`jvp(${t} **. 2, ${t}, ${d})`)).toEqual([2, 0, -6]);
  });
});

describe('forward and reverse mode agree: <seed, J dx> is <J^T seed, dx>', () => {
  test.each<[what: string, y: (x: Tensor) => Tensor, size: number]>([
    ['elementwise', a => op`tanh(${a}) *. exp(${a}) - ${a}`, 6],
    ['a convolution', a => op`(${a} *. ${a}) +* { w = ${[1, -2, 0.5]} } "2*o=+k; k => o"`, 3],
    ['a maximum', a => op`${a} @^^ "3*o<+k:3 => o"`, 2],
    ['a product', a => op`${a} @** "3*o<+k:3 => o"`, 2],
    ['a concatenation', a => op`(${a}, sin(${a})) ++^ "a; b => a^b"`, 12],
  ])('%s', async (_, y, size) => {
    const a = x();
    const made = y(a);
    const dx = tensor([1, -2, 0.5, 3, 0.25, -1], { label: 'dx' });
    const seed = tensor(
      Array.from({ length: size }, (_unused, i) => Math.cos(i)),
      { label: 'seed' },
    );
    const [back] = vjp(made, [a], seed);
    const left = await valueOf(total(op`${seed} *. ${jvp(made, new Map([[a, dx]]))}`));
    const right = await valueOf(total(op`${dx} *. ${back ?? a}`));
    expect(left).toBeCloseTo(Number(right), 12);
  });
});
