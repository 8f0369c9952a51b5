/** The language of functions: what it refuses, and what its operations are. */
import { describe, expect, test } from 'vitest';
import { functions } from '../../../compiler/core/functions/index.ts';
import { evaluate, infoOf, ops } from '../../../compiler/core/op.ts';
import { edgeValues, tuples, ulpsBetween } from '../../support/edge-values.ts';
import { evaluateFunction } from '../../../compiler/core/functions/evaluate.ts';
import {
  abs,
  add,
  bitAnd,
  bits,
  call,
  constant,
  convert,
  copysign,
  div,
  fma,
  functionOf1,
  functionOf2,
  mul,
  neg,
  select,
  shiftLeft,
  shiftRight,
  sqrt,
  sub,
  type Value,
  type Variable,
} from '../../../compiler/core/functions/language.ts';

type FunctionOp = keyof typeof functions;

/** Odd and even, whole and not: where powers of negative numbers change. */
const large = [
  2 ** 23 + 1,
  2 ** 23 - 0.5,
  2 ** 25,
  2 ** 51,
  2 ** 53,
  2 ** 104,
  2 ** 106,
  -(2 ** 106),
];

const edges = [...edgeValues('f32'), ...large].map(Math.fround);

function at(a: number, formula: (a: Variable) => Value): number {
  return evaluateFunction(functionOf1('f', formula), [a]);
}

test.each<[string, (a: Variable) => Value, number, number]>([
  ['every step is rounded to f32', a => sub(add(a, 2 ** -24), a), 1, 0],
  ['constants too', a => mul(a, 0.1), 1, Math.fround(0.1)],
  ['in f64 to f64', a => convert('f32', sub(add(convert('f64', a), 2 ** -24), 1)), 1, 2 ** -24],
  ['fma rounds once', a => fma(a, a, -1), 1 + 2 ** -12, 2 ** -11 + 2 ** -24],
  ['division', a => div(a, 3), 1, Math.fround(1 / 3)],
  ['square root', a => sqrt(a), 2, Math.fround(Math.SQRT2)],
  ['the sign of another', a => copysign(abs(a), -0), 3, -3],
  ['-0 has a sign', a => neg(a), 0, -0],
  ['bits of a float, and back', a => bits(add(bits(a), 1)), 1, 1 + 2 ** -23],
  [
    'bits of a double, and back',
    a => convert('f32', bits(add(bits(convert('f64', a)), 2 ** 51))),
    1,
    1.5,
  ],
  ['integers wrap', a => convert('f32', shiftLeft(convert('i32', a), 31)), 1, -(2 ** 31)],
  ['the sign fills up', a => convert('f32', shiftRight(convert('i32', a), 1)), -3, -2],
  ['to an integer without the fraction', a => convert('f32', convert('i32', a)), -2.9, -2],
  ['bits that both have', a => convert('f32', bitAnd(convert('i32', a), 6)), 5, 4],
  ['doubles have 64 bits', a => convert('f32', shiftRight(bits(convert('f64', a)), 52)), 1, 1023],
  ['where it holds', a => select([a, 'lt', 2], a, 7), 1, 1],
  ['where it does not', a => select([a, 'lt', 2], a, 7), 2, 7],
  ['NaN is not less', a => select([a, 'le', 2], a, 7), NaN, 7],
  ['NaN is not equal', a => select([a, 'eq', a], a, 7), NaN, 7],
  ['the zeros are equal', a => select([a, 'eq', 0], 7, a), -0, 7],
])('%s', (_, formula, a, result) => {
  expect(at(a, formula)).toBe(result);
});

test('a function may call another, and name what it uses twice', () => {
  const square = functionOf1('square', a => mul(a, a));
  const length = functionOf2('length', (a, b, steps) => {
    const sum = steps.let('sum', add(call(square, a), call(square, b)));
    return select([sum, 'lt', 1], 1, sum);
  });
  expect(evaluateFunction(length, [3, 4])).toBe(25);
  expect(evaluateFunction(length, [0.5, 0.5])).toBe(1);
});

test('the coefficient of the highest power comes first', () => {
  const line = functionOf1('line', (a, steps) => steps.polynomial('p', a, [2, 3]));
  expect(evaluateFunction(line, [10])).toBe(23);
});

test.each(Object.keys(functions) as FunctionOp[])(
  '%s at edges is next to what doubles give',
  op => {
    for (const [a = NaN, b = NaN] of tuples(edges, infoOf(op).arity)) {
      const exact = Math.fround(ops[op].apply(a, b));
      expect(ulpsBetween('f32', evaluate(op, 'f32', a, b), exact), `${a}, ${b}`).toBeLessThan(3);
    }
  },
);

describe('what is no function', () => {
  test.each<[string, () => unknown, string]>([
    [
      'an arm that is computed',
      () => at(1, a => select([a, 'lt', 1], neg(a), a)),
      'an arm has no name',
    ],
    ['two types at once', () => at(1, a => add(a, bits(a))), 'operands of f32 and i32'],
    ['too few operands', () => at(1, a => fma(a, a)), 'fma takes 3 operands'],
    ['bits of a float', () => at(1, a => bitAnd(a, 1)), 'bit_and of f32'],
    ['a root of an integer', () => at(1, a => convert('f32', sqrt(bits(a)))), 'sqrt of i32'],
    [
      'a name twice',
      () => functionOf1('f', (a, steps) => add(steps.let('x', a), steps.let('x', neg(a)))),
      'x is there already',
    ],
    [
      'a name from elsewhere',
      () => at(1, () => ({ kind: 'variable', type: 'f32', name: 'x' })),
      'x has no value yet',
    ],
    ['a call without arguments', () => call(functionOf1('g', a => a)), 'arguments of g'],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(message);
  });

  test('a constant is a value', () => {
    expect(at(1, () => constant('f32', 0.1))).toBe(Math.fround(0.1));
  });
});

test.each<['exp' | 'exp2', number]>([
  ['exp', -104.1],
  ['exp2', -151.1],
])('%s from %d down is no product that vanishes, but 0 beside that of 0', (op, a) => {
  const f = functions[op];
  const last = f.steps.at(-1)?.variable;
  expect(last && evaluateFunction({ ...f, result: last }, [a])).toBe(1);
  expect(evaluateFunction(f, [a])).toBe(0);
});

test('a square is the product, also where that lies right between two floats', () => {
  // 9826 / 1024: its square has 27 bits, and a logarithm cannot tell to which side it rounds.
  const between = Array.from({ length: 2000 }, (_, i) => (8193 + 2 * i) / 1024);
  for (const x of [...edges, ...between, -9826 / 1024, 9826 / 1024]) {
    expect(evaluate('pow', 'f32', x, 2), String(x)).toBe(evaluate('mul', 'f32', x, x));
  }
});
