/** `where` beside a pole: the arm that is not taken has no say in a gradient, as its value has none. */
import { describe, expect, test } from 'vitest';
import { cd, defineOp, grad, jvp, op, type Tensor, tensor } from '../../../dsl/einc.ts';
import { valueOf } from '../../support/evaluate.ts';
import { expectSlopes, gradientsOf } from '../../support/gradients.ts';

const total = (y: Tensor): Tensor => op`${y} ++ "...|...->... => "`;

interface Pole {
  readonly what: string;
  readonly f: (x: Tensor) => Tensor;
  /** Cells that `where` keeps away from `f`, and cells that it does not. */
  readonly outside: readonly number[];
  readonly inside: readonly number[];
}

const poles: readonly Pole[] = [
  { what: 'sqrt', f: x => op`sqrt(${x})`, outside: [0, -1], inside: [0.5, 2] },
  { what: 'rsqrt', f: x => op`rsqrt(${x})`, outside: [0, -1], inside: [0.5, 2] },
  { what: 'recip', f: x => op`recip(${x})`, outside: [0, -0], inside: [0.5, -2] },
  { what: 'log', f: x => op`log(${x})`, outside: [0, -1], inside: [0.5, 2] },
  { what: 'log2', f: x => op`log2(${x})`, outside: [0, -1], inside: [0.5, 2] },
  { what: 'log1p', f: x => op`log1p(${x})`, outside: [-1, -2], inside: [-0.5, 2] },
  { what: 'division', f: x => op`3 /. ${x}`, outside: [0, -0], inside: [0.5, -2] },
  { what: 'itself by itself', f: x => op`sin(${x}) /. ${x}`, outside: [0], inside: [0.5, -2] },
  { what: 'mod', f: x => op`mod(3.3, ${x})`, outside: [0], inside: [1.7, -2.2] },
  { what: 'a root', f: x => op`${x} **. 0.3`, outside: [0, -1], inside: [0.5, 2] },
  { what: 'pow', f: x => op`${x} **. ${x}`, outside: [0, -1.5], inside: [0.5, 2] },
  { what: 'an inverse power', f: x => op`${x} **. -2`, outside: [0], inside: [0.5, -2] },
  { what: 'exp', f: x => op`exp(${x})`, outside: [1000], inside: [0.5, 2] },
  { what: 'exp2', f: x => op`exp2(${x})`, outside: [2000], inside: [0.5, 2] },
  { what: 'expm1', f: x => op`expm1(${x})`, outside: [1000], inside: [0.5, 2] },
  { what: 'sinh', f: x => op`sinh(${x})`, outside: [1000], inside: [0.5, 2] },
  { what: 'cosh', f: x => op`cosh(${x})`, outside: [-1000], inside: [0.5, 2] },
  { what: 'sin', f: x => op`sin(${x})`, outside: [Infinity], inside: [0.5, 2] },
  { what: 'cos', f: x => op`cos(${x})`, outside: [Infinity], inside: [0.5, 2] },
  { what: 'tan', f: x => op`tan(${x})`, outside: [Infinity], inside: [0.5, 2] },
  { what: 'asin', f: x => op`asin(${x})`, outside: [1, -1, 2], inside: [0.5, -0.3] },
  { what: 'acos', f: x => op`acos(${x})`, outside: [1, -1, 2], inside: [0.5, -0.3] },
  { what: 'acosh', f: x => op`acosh(${x})`, outside: [1, 0], inside: [1.5, 3] },
  { what: 'atanh', f: x => op`atanh(${x})`, outside: [1, -1, 2], inside: [0.5, -0.3] },
  { what: 'atan2', f: x => op`atan2(${x}, ${x})`, outside: [0], inside: [0.5, -0.3] },
  { what: 'erf_inv', f: x => op`erf_inv(${x})`, outside: [1, -1, 2], inside: [0.5, -0.3] },
  { what: 'entropy', f: x => op`${x} *. log(${x})`, outside: [0, -1], inside: [0.5, 2] },
  { what: 'a tower', f: x => op`2 *. (1 + log(sqrt(${x})))`, outside: [0, -1], inside: [0.5, 2] },
  { what: 'a log of exp', f: x => op`log(1 + exp(${x}))`, outside: [1000], inside: [0.5, 2] },
  { what: 'a product', f: x => op`(1 /. ${x}) @** "i => i"`, outside: [0], inside: [0.5, -2] },
];

/** `where(inside, f(x), 5 * x)`, the mask being data. */
function guarded({ f, outside, inside }: Pole): { readonly x: Tensor; readonly y: Tensor } {
  const x = op`{ x = ${[...outside, ...inside]} }`;
  const mask = tensor([...outside.map(() => 0), ...inside.map(() => 1)], { label: 'mask' });
  return { x, y: op`where(${mask}, ${f(x)}, 5 *. ${x})` };
}

async function cellsOf(tensor: Tensor): Promise<readonly number[]> {
  const value = await valueOf(tensor);
  if (!Array.isArray(value)) throw new Error('a scalar');
  return value.map(Number);
}

/** Of `f` alone, at the points where it is smooth. */
async function slopesInside({ f, inside }: Pole, order: 1 | 2): Promise<readonly number[]> {
  const x = op`{ x = ${[...inside]} }`;
  const [first = x] = grad(total(f(x)), [x]);
  return cellsOf(order === 1 ? first : (grad(total(first), [x])[0] ?? x));
}

describe.each(poles)('where beside $what', pole => {
  const none = pole.outside.map(() => 0);

  test('has the gradient of the arm that is taken', async () => {
    const { x, y } = guarded(pole);
    const slopes = [...pole.outside.map(() => 5), ...(await slopesInside(pole, 1))];
    expect(await valueOf(grad(total(y), [x])[0] ?? x)).toEqual(slopes);
    expect((await gradientsOf(total(y)))['x']).toEqual(slopes);
  });

  test('has the second derivative of the arm that is taken', async () => {
    const { x, y } = guarded(pole);
    const [first = x] = grad(total(y), [x]);
    const second = await cellsOf(grad(total(first), [x])[0] ?? x);
    expect(second.map(slope => slope + 0)).toEqual([...none, ...(await slopesInside(pole, 2))]);
  });

  test('has the tangent of the arm that is taken', async () => {
    const { x, y } = guarded(pole);
    const ones = tensor(
      [...pole.outside, ...pole.inside].map(() => 1),
      { label: 'ones' },
    );
    const slopes = [...pole.outside.map(() => 5), ...(await slopesInside(pole, 1))];
    expect(await valueOf(jvp(y, new Map([[x, ones]])))).toEqual(slopes);
  });

  test('inside, both orders are the slopes of differences', async () => {
    const x = op`{ x = ${[...pole.inside]} }`;
    const [first = x] = grad(total(pole.f(x)), [x]);
    await expectSlopes(total(pole.f(x)));
    if (pole.what !== 'mod') await expectSlopes(total(op`${first} *. ${first}`));
  });
});

describe('a pole that is taken stays one', () => {
  test.each<[what: string, f: (x: Tensor) => Tensor, at: number, slope: number]>([
    ['sqrt', x => op`sqrt(${x})`, 0, Infinity],
    ['log', x => op`log(${x})`, 0, Infinity],
    ['recip', x => op`recip(${x})`, 0, -Infinity],
    ['asin', x => op`asin(${x})`, 1, Infinity],
    ['beyond', x => op`log(${x})`, NaN, NaN],
    ['acosh, beyond', x => op`acosh(${x})`, 0.5, NaN],
    ['the origin', x => op`atan2(${x}, ${x})`, 0, NaN],
  ])('%s', async (_, f, at, slope) => {
    const x = op`{ x = ${[at, 0.5]} }`;
    const y = op`where(${tensor([1, 0], { label: 'mask' })}, ${f(x)}, ${x})`;
    expect(await valueOf(grad(total(y), [x])[0] ?? x)).toEqual([slope, 1]);
    const ones = tensor([1, 1], { label: 'ones' });
    expect(await valueOf(jvp(y, new Map([[x, ones]])))).toEqual([slope, 1]);
  });
});

describe('where the guard is around the operand', () => {
  test('what does not change has no tangent beyond a pole', async () => {
    const x = op`{ x = ${[-1, 4]} }`;
    const y = op`sqrt(where(lt(0, ${x}), ${x}, 0))`;
    const ones = tensor([1, 1], { label: 'ones' });
    expect(await valueOf(jvp(y, new Map([[x, ones]])))).toEqual([0, 0.25]);
  });

  test('a mask may be a product', async () => {
    const x = op`{ x = ${[0, 4]} }`;
    const mask = tensor([0, 1], { label: 'mask' });
    const [slope = x] = grad(total(op`${mask} *. sqrt(${x})`), [x]);
    expect(await valueOf(slope)).toEqual([0, 0.25]);
  });
});

test('the code of an operation is guarded like the operations of op', async () => {
  const xlog = defineOp({ name: 'xlog', forward: cd`v =: v1 * log(v1)` });
  const x = op`{ x = ${[0, 2]} }`;
  const y = op`where(lt(0, ${x}), ${xlog(x)}, 0)`;
  expect((await gradientsOf(total(y)))['x']).toEqual([0, Math.log(2) + 1]);
});
