import { describe, expect, test } from 'vitest';
import {
  type AccumulateOp,
  evaluate,
  infoOf,
  neutralOf,
  type Op,
  ops,
} from '../../../compiler/core/op.ts';
import { ulpsBetween } from '../../support/edge-values.ts';
import { references } from '../../support/reference-values.ts';

const names = Object.keys(ops) as Op[];
const binary = names.filter(op => infoOf(op).arity === 2);

/** Where float arithmetic has corners. */
const corners = [
  0,
  -0,
  1,
  -1,
  2,
  0.1,
  -3.5,
  3e38,
  1e-45,
  1e-300,
  2 ** 24,
  Infinity,
  -Infinity,
  NaN,
];
const floats = ['f32', 'f64'] as const;
const cornersOf = { f32: corners.map(Math.fround), f64: corners } as const;

describe.each(names)('%s', op => {
  const { arity, apply, sign, precedence, cost } = infoOf(op);

  test('takes as many operands as its formula', () => {
    expect(apply.length).toBe(arity);
  });

  test('has a sign exactly when it has a precedence, and then two operands', () => {
    expect(sign !== undefined).toBe(precedence !== undefined);
    if (sign !== undefined) expect(arity).toBe(2);
  });

  test('costs something', () => {
    expect(cost).toBeGreaterThan(0);
  });
});

test.each(names.filter(op => infoOf(op).result === 'bool'))('%s gives 0 or 1', op => {
  const results = pairs(corners).map(([a, b]) => ops[op].apply(a, b, NaN));
  expect(new Set(results)).toEqual(new Set([0, 1]));
});

test('no two ops are written alike', () => {
  const signs = names.flatMap(op => infoOf(op).sign ?? []);
  expect(new Set(signs).size).toBe(signs.length);
});

test.each(binary.filter(op => infoOf(op).identity !== undefined))(
  '%s with its identity on the right gives the left operand, whatever that is',
  op => {
    for (const dtype of floats)
      for (const x of cornersOf[dtype]) expect(evaluate(op, dtype, x, infoOf(op).identity)).toBe(x);
  },
);

test.each(binary)('%s commutes to the last bit exactly when its row says so', op => {
  const differing = floats.flatMap(dtype =>
    pairs(cornersOf[dtype]).filter(
      ([a, b]) => !Object.is(evaluate(op, dtype, a, b), evaluate(op, dtype, b, a)),
    ),
  );
  const { commutes = false } = infoOf(op);
  expect(differing.length === 0, `it does not for ${differing[0]}`).toBe(commutes);
});

test.each<[Op, number, string]>([
  ['add', 0, 'turns -0 into 0'],
  ['sub', -0, 'turns -0 into 0'],
  ['max', 0, 'loses negative numbers'],
  ['min', 0, 'loses positive numbers'],
])('%s of anything and %d is something else: it %s', (op, wrong) => {
  const changed = corners.filter(x => !Object.is(evaluate(op, 'f64', x, wrong), x));
  expect(changed).not.toEqual([]);
});

test.each<[AccumulateOp, (x: number) => number]>([
  ['add', x => x],
  ['sub', x => -x],
  ['mul', x => x],
  ['div', x => 1 / x],
  ['pow', () => 1],
  ['max', x => x],
  ['min', x => x],
  ['and', () => 1],
  ['or', () => 1],
  ['relu_gate', x => x],
  ['sat01_gate', x => x],
])('accumulating one value with %s from the neutral element gives that value', (op, expected) => {
  // Where it matters that -0 is not 0, lowering writes the value instead.
  for (const x of corners.filter(value => value !== 0))
    expect(evaluate(op, 'f64', neutralOf(op), x)).toBe(expected(x));
});

test('every op that accumulates is in the table above', () => {
  const accumulating = names.filter(op => infoOf(op).neutral !== undefined);
  const shown = 'add sub mul div pow max min and or relu_gate sat01_gate';
  expect(accumulating.join(' ')).toBe(shown);
});

test.each<[title: string, op: Op, args: readonly [number, number?, number?], result: number]>([
  ['NaN wins on the left', 'max', [NaN, 1], NaN],
  ['NaN wins on the right', 'max', [1, NaN], NaN],
  ['NaN wins on the left', 'min', [NaN, 1], NaN],
  ['NaN wins on the right', 'min', [1, NaN], NaN],
  ['the larger', 'max', [2, 1], 2],
  ['the smaller', 'min', [2, 1], 1],
  ['of equal operands the second', 'max', [0, -0], -0],
  ['of equal operands the second', 'min', [-0, 0], 0],
  ['keeps NaN', 'relu', [NaN], NaN],
  ['keeps -0', 'relu', [-0], -0],
  ['drops negative numbers', 'relu', [-Infinity], 0],
  ['keeps positive numbers', 'relu', [Infinity], Infinity],
  ['of 1 is 1, as in C', 'pow', [1, NaN], 1],
  ['of 1 is 1, as in C', 'pow', [1, Infinity], 1],
  ['of -1 and infinity is 1, as in C', 'pow', [-1, -Infinity], 1],
  ['of -1 and NaN is NaN', 'pow', [-1, NaN], NaN],
  ['to the 0 is 1', 'pow', [NaN, 0], 1],
  ['of a negative number and a fraction', 'pow', [-8, 1 / 3], NaN],
  ['of a negative number and an integer', 'pow', [-2, 3], -8],
  ['by zero', 'div', [1, 0], Infinity],
  ['by negative zero', 'div', [1, -0], -Infinity],
  ['zero by zero', 'div', [0, 0], NaN],
  ['of NaN is false', 'lt', [NaN, 1], 0],
  ['of equal numbers is false', 'lt', [1, 1], 0],
  ['of smaller and larger is true', 'lt', [-Infinity, 1], 1],
  ['of NaN and NaN is false', 'eq', [NaN, NaN], 0],
  ['of the zeros is true', 'eq', [0, -0], 1],
  ['of NaN and NaN is true', 'ne', [NaN, NaN], 1],
  ['of the zeros is false', 'ne', [0, -0], 0],
  ['turns 0 into -0', 'neg', [0], -0],
  ['of -0 is 0', 'abs', [-0], 0],
  ['of a negative number', 'sqrt', [-1], NaN],
  ['of -0 is -0', 'sqrt', [-0], -0],
  ['of 0', 'log', [0], -Infinity],
  ['chooses the first', 'where', [1, 2, NaN], 2],
  ['chooses the second', 'where', [0, NaN, 3], 3],
  ['of equal numbers is true', 'le', [1, 1], 1],
  ['of NaN is false', 'le', [NaN, NaN], 0],
  ['takes NaN for true', 'and', [NaN, 1], 1],
  ['takes -0 for false', 'and', [-0, 1], 0],
  ['takes NaN for true', 'or', [NaN, 0], 1],
  ['takes -0 for false', 'or', [-0, 0], 0],
  ['of NaN is false', 'not', [NaN], 0],
  ['of -0 is true', 'not', [-0], 1],
  ['has the sign of the divisor', 'mod', [-7, 3], 2],
  ['has the sign of the divisor', 'mod', [7, -3], -2],
  ['of fractions', 'mod', [-5.5, 2], 0.5],
  ['a zero has it, too', 'mod', [6, -3], -0],
  ['a zero has it, too', 'mod', [-6, 3], 0],
  ['by zero', 'mod', [1, 0], NaN],
  ['of infinity', 'mod', [Infinity, 2], NaN],
  ['by infinity', 'mod', [1, Infinity], 1],
  ['by infinity on the other side', 'mod', [-1, Infinity], Infinity],
  ['keeps NaN', 'sign', [NaN], NaN],
  ['keeps -0', 'sign', [-0], -0],
  ['of the smallest number', 'sign', [-5e-324], -1],
  ['of a half goes to the even number', 'round', [0.5], 0],
  ['of a half goes to the even number', 'round', [1.5], 2],
  ['of a half goes to the even number', 'round', [-2.5], -2],
  ['of just under a half', 'round', [0.49999999999999994], 0],
  ['of a small negative number is -0', 'round', [-0.3], -0],
  ['of the largest fraction', 'round', [2 ** 52 - 0.5], 2 ** 52],
  ['of a large odd number', 'round', [2 ** 52 + 1], 2 ** 52 + 1],
  ['of infinity', 'round', [-Infinity], -Infinity],
  ['keeps NaN', 'round', [NaN], NaN],
  ['of a small negative number is -0', 'ceil', [-0.3], -0],
  ['goes down', 'floor', [-0.3], -1],
  ['goes towards zero', 'trunc', [-1.7], -1],
  ['keeps NaN', 'sat01', [NaN], NaN],
  ['clamps', 'sat01', [Infinity], 1],
  ['clamps', 'sat01', [-Infinity], 0],
  ['is closed to NaN', 'relu_gate', [NaN, 2], 0],
  ['is closed at 0', 'relu_gate', [0, NaN], 0],
  ['lets all through', 'relu_gate', [1, NaN], NaN],
  ['is closed at 1', 'sat01_gate', [1, 2], 0],
  ['is open between', 'sat01_gate', [1e-300, 2], 2],
  ['underflows late', 'sigmoid', [-745], 5e-324],
  ['of infinity', 'sigmoid', [Infinity], 1],
  ['of minus infinity', 'sigmoid', [-Infinity], 0],
  ['of infinity', 'softplus', [Infinity], Infinity],
  ['of minus infinity', 'softplus', [-Infinity], 0],
  ['of a large number', 'softplus', [800], 800],
  ['of infinity', 'erf', [-Infinity], -1],
  ['of -0', 'erf', [-0], -0],
  ['of NaN', 'erf', [NaN], NaN],
  ['of a tiny number is exact', 'expm1', [1e-300], 1e-300],
  ['of a tiny number is exact', 'log1p', [-1e-300], -1e-300],
  ['of a power', 'exp2', [-1074], 5e-324],
  ['of a power', 'log2', [2 ** -1074], -1074],
  ['of the origin', 'atan2', [0, -0], Math.PI],
  ['cuts a float to an i32', 'bit_and', [6.9, 3.9], 2],
  ['of NaN', 'bit_or', [NaN, 5], 5],
  ['of negative numbers', 'bit_xor', [-1, 5], -6],
  ['wraps', 'shift_left', [1, 31], -(2 ** 31)],
  ['all out', 'shift_left', [1, 32], 0],
  ['by a negative count', 'shift_left', [1, -1], 0],
  ['rounds down', 'shift_right', [-5, 1], -3],
  ['all out', 'shift_right', [-5, 99], -1],
  ['fuses', 'fma', [1 + 2 ** -52, 1 - 2 ** -52, -1], -(2 ** -104)],
])('%s: %s%j', (_, op, [a, b, c], result) => {
  expect(evaluate(op, 'f64', a, b, c)).toBe(result);
});

/** The ops whose values no arithmetic gives exactly: those that cost as much as a series does. */
const transcendental = names.filter(
  op => infoOf(op).cost >= 20 && op !== 'mod' && !infoOf(op).operands,
);

test.each(transcendental)('%s has values that were computed with many more digits', op => {
  expect(references[op]).toBeDefined();
  for (const row of references[op] ?? []) {
    const [a = NaN, b = NaN] = row;
    const apart = ulpsBetween('f64', evaluate(op, 'f64', a, b), row.at(-1) ?? NaN);
    expect(apart, `${op}(${row.slice(0, -1).join(', ')})`).toBeLessThanOrEqual(2);
  }
});

describe('a result is rounded to its dtype, once', () => {
  test.each<[title: string, result: number, expected: number]>([
    ['f64', evaluate('add', 'f64', 1, 2 ** -24), 1 + 2 ** -24],
    ['f32', evaluate('add', 'f32', 1, 2 ** -24), 1],
    ['f32 overflows', evaluate('mul', 'f32', 3e38, 2), Infinity],
    [
      'fma in f32 is not rounded to f64 first',
      evaluate('fma', 'f32', 1 + 2 ** -12, 1 + 2 ** -12, 2 ** -100),
      1 + 2 ** -11 + 2 ** -23,
    ],
    ['i32 addition wraps', evaluate('add', 'i32', 2 ** 31 - 1, 1), -(2 ** 31)],
    ['i32 products wrap, with all their bits', evaluate('mul', 'i32', 2 ** 31 - 1, 2 ** 31 - 1), 1],
    ['i32 division truncates', evaluate('div', 'i32', -7, 2), -3],
    ['bool', evaluate('eq', 'bool', 2, 2), 1],
  ])('%s', (_, result, expected) => {
    expect(result).toBe(expected);
  });
});

function pairs(numbers: readonly number[]): (readonly [number, number])[] {
  return numbers.flatMap(a => numbers.map(b => [a, b] as const));
}
