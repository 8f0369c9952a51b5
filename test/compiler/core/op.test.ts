import { describe, expect, test } from 'vitest';
import {
  type AccumulateOp,
  evaluate,
  infoOf,
  neutralOf,
  type Op,
  ops,
} from '../../../compiler/core/op.ts';

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
  ['max', x => x],
  ['min', x => x],
])('accumulating one value with %s from the neutral element gives that value', (op, expected) => {
  // Where it matters that -0 is not 0, lowering writes the value instead.
  for (const x of corners.filter(value => value !== 0))
    expect(evaluate(op, 'f64', neutralOf(op), x)).toBe(expected(x));
});

test('every op that accumulates is in the table above', () => {
  const accumulating = names.filter(op => infoOf(op).neutral !== undefined);
  expect(accumulating).toEqual(['add', 'sub', 'mul', 'div', 'max', 'min']);
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
  ['fuses', 'fma', [1 + 2 ** -52, 1 - 2 ** -52, -1], -(2 ** -104)],
])('%s: %s%j', (_, op, [a, b, c], result) => {
  expect(evaluate(op, 'f64', a, b, c)).toBe(result);
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
