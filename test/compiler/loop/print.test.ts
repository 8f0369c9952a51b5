import { describe, expect, test } from 'vitest';
import { at, fixed, loopVar } from '../../../compiler/core/index-expr.ts';
import { tensorNode } from '../../../compiler/core/tensor-node.ts';
import { apply, cast, constant, type Expr, indexValue, read } from '../../../compiler/loop/ir.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { printExpr } from '../../../compiler/loop/print-expr.ts';
import { dedent } from '../../support/loop-text.ts';

const device = 'x: f32[4], y: f32[4], z: f32[3, 4], s: f32, d: f64[4], n: i32[4], c: bool[4]';

describe('a statement reads back as it was printed', () => {
  test.each<[title: string, statement: string]>([
    ['a write', 'x[0] := y[1];'],
    ['a write of a scalar', 's := s;'],
    ['a sum', 'x[0] += y[0];'],
    ['a difference', 'x[0] -= y[0];'],
    ['a product', 'x[0] *= y[0];'],
    ['a quotient', 'x[0] /= y[0];'],
    ['a maximum', 'x[0] max= y[0];'],
    ['a power', 'x[0] **= y[0];'],
    ['conditions', 'x[0] &&= y[0];\nx[0] ||= y[0];'],
    ['gates', 'x[0] relu_gate= y[0];\nx[0] sat01_gate= y[0];'],
    ['a minimum', 'x[0] min= y[0];'],
    ['a fill with zero', 'zero_out x;'],
    ['a fill with a number', 'fill x, 0.1;'],
    ['a fill with negative zero is not zero_out', 'fill x, -0;'],
    ['a fill with an infinity', 'fill x, -Infinity;'],
    ['what is asked for', 'prefetch x[5];\nprefetch z[0, 1] to store;'],
    ['a comment', '/* w3 param sgd step */'],
    ['a scalar of its own', 'local t: f64;'],
    ['an array of its own', 'local t.grad: f32[10, 16];'],
    ['a loop', 'for i < 4 {\n  x[i] := 1;\n}'],
    ['a loop of nothing', 'for i < 4 {\n}'],
    ['loops in loops', 'for i < 3 {\n  for j < 4 {\n    z[i, j] := 1;\n  }\n  s := 2;\n}'],
    [
      'loops of one name beside each other',
      'for i < 4 {\n  x[i] := 1;\n}\nfor i < 4 {\n  y[i] := 2;\n}',
    ],
  ])('%s', (_, statement) => {
    const text = `p():\n  device ${device};\n${indented(statement)}\n`;
    expect(printProgram(parseProgram(text))).toBe(text);
  });
});

describe('an expression reads back as it was printed', () => {
  test.each<[title: string, text: string]>([
    ['constants', '1'],
    ['constants', '-2.5e-30'],
    ['constants', '1e+21'],
    ['constants', '-0'],
    ['constants', 'NaN'],
    ['constants', '-Infinity'],
    ['subscripts', 'z[i, 2*j + 1]'],
    ['subscripts', 'z[-1*i + 2, i + j + -1]'],
    ['static indices as subscripts', 'z[batch, 3]'],
    ['loops as values', 'f32(i)'],
    ['static indices as values', 'f32(step)'],
    ['sums of loops as values', 'f32(index(2*i + step + 1))'],
    ['numbers as indices', 'f32(index(7))'],
    ['casts', 'f32(d[i])'],
    ['casts of casts', 'f32(bool(i32(d[i])))'],
    ['calls', 'relu(neg(abs(x[i])))'],
    ['calls', 'max(x[i], min(y[i], s))'],
    ['calls', 'fma(x[i], 2, y[i])'],
    ['choices', 'where(x[i] < 0, y[i], 1)'],
    ['choices on constants', 'where(1, 2, 3)'],
    ['choices on stored bools', 'where(c[i], x[i], y[i])'],
    ['products before sums', 'x[i] + y[i] * s'],
    ['sums before products, with parentheses', '(x[i] + y[i]) * s'],
    ['powers before products', 'x[i] * y[i] ** s'],
    ['products before powers, with parentheses', '(x[i] * y[i]) ** s'],
    ['comparisons after sums', 'f32(x[i] + 1 < y[i] - 1)'],
    ['equality after comparison', 'f32(x[i] < 1 == y[i] < 2)'],
    ['comparison after equality, with parentheses', 'f32((x[i] == 1) < (y[i] != 2))'],
    ['remainders as products', 'x[i] % y[i] * s + 1 % x[i]'],
    ['conditions after comparisons', 'f32(x[i] <= 1 && y[i] < 2 || x[i] != y[i])'],
    ['conditions, with parentheses', 'f32(x[i] == 1 && (y[i] < 2 || c[i]) && not(c[i]))'],
    ['from left to right', 'x[i] - y[i] - s'],
    ['from right to left, with parentheses', 'x[i] - (y[i] - s)'],
    ['division from left to right', 'x[i] / y[i] / s * 2'],
    ['division from right to left', 'x[i] / (y[i] / (s * 2))'],
    ['powers from left to right', 'x[i] ** y[i] ** s'],
    ['powers from right to left', 'x[i] ** (y[i] ** s)'],
    ['a difference from a negative number', 'x[i] - -1'],
    ['a call binds tightest', 'neg(x[i]) ** 2'],
    ['bare constants where the target tells their dtype', '1 + 2 * 3'],
    ['dtypes of constants that nothing tells', 'f32(1:f64 + 2:f64)'],
    ['dtypes of compared constants', 'f32(1:f64 < 2:f64)'],
    ['no dtype where the other operand tells', 'f32(d[i] < 0.1)'],
    ['no dtype beside a cast', 'f32(f64(x[i]) * 0.1)'],
    ['a cast of a constant', 'f32(3:i32)'],
    ['no dtype in an arm whose neighbour tells', 'f32(where(c[i], d[i], 0.1))'],
    ['dtypes of arms that nothing tells', 'f32(where(c[i], 1:f64, 0.1:f64))'],
  ])('%s: %s', (_, expr) => {
    const text = dedent(`
      p(batch : [0..2], step):
        device ${device};
        for i < 2 {
          for j < 1 {
            x[i] := ${expr};
          }
        }
    `);
    expect(printProgram(parseProgram(text))).toBe(`${text}\n`);
  });
});

test.each<[title: string, text: string]>([
  ['nothing', 'p():\n'],
  ['static indices', 'p(batch : [0..79], step):\n'],
  ['scratch', 'p():\n  scratch 390.6 KiB: t: f32[100000] in 0..399999;\n  zero_out t;\n'],
  [
    'scratch that shares memory',
    'p():\n  scratch 64 B, 128 B without sharing: t: bool[3] in 0..2, u: f64 in 0..7;\n  zero_out t;\n  u := 1;\n',
  ],
  [
    'much scratch',
    'p():\n  scratch 2 MiB, 3 MiB without sharing: t: f32[512, 512] in 1048576..2097151, u: f32[512, 512] in\n      0..1048575, v: f32[262144] in 1048576..2097151;\n  zero_out t;\n  zero_out u;\n  zero_out v;\n',
  ],
])('a program with %s reads back as it was printed', (_, text) => {
  expect(printProgram(parseProgram(text))).toBe(text);
});

test('scratch without places lies one behind the other', () => {
  const { scratch } = parseProgram(
    'p(): scratch t: f32[5], u: f64[8], v: i8 in 640..640, w: i8, x: i8;',
  );
  expect(scratch.map(({ node, offset }) => `${node.name} ${offset}`)).toEqual([
    't 0',
    'u 64',
    'v 640',
    'w 704',
    'x 768',
  ]);
});

describe('what a constructor makes is what the text says', () => {
  const i = loopVar('i_3');
  const x = tensorNode('x', 'f32', [4]);
  const d = tensorNode('d', 'f64', [4]);
  const [xi, di] = [read(x, [at(i)]), read(d, [at(i)])];
  const f32 = (value: number): Expr => constant('f32', value);

  test.each<[text: string, e: Expr]>([
    ['x[i_3] - (x[i_3] - 1)', apply('sub', [xi, apply('sub', [xi, f32(1)])])],
    ['x[i_3] - x[i_3] - 1', apply('sub', [apply('sub', [xi, xi]), f32(1)])],
    ['d[i_3] < 0.1', apply('lt', [di, constant('f64', 0.1)])],
    ['0.1:f64', constant('f64', 0.1)],
    ['f64(2:f32)', cast('f64', f32(2))],
    ['i_3', indexValue(at(i))],
    ['index(i_3 + 1)', indexValue(at(i, 1, 1))],
    ['index(4)', indexValue(fixed(4))],
  ])('%s', (text, e) => {
    expect(printExpr(e)).toBe(text);
  });

  test('an f32 is written with the digits that an f32 needs', () => {
    expect(printExpr(f32(Math.fround(0.1)), 'f32')).toBe('0.1');
  });
});

test.each<[title: string, text: string]>([
  ['statement', `p(): device w: f32[12, 1], s: f32; s := ${repeated('w[#, 0] * w[#, 0]', ' + ')};`],
  ['list of arrays', `p(): device ${repeated('param#: f32[16, 16]', ', ')};`],
])('a long %s is broken, and reads back', async (title, text) => {
  const printed = printProgram(parseProgram(text));
  await expect(printed).toMatchFileSnapshot(
    `../../golden/loop/long-${title.replaceAll(' ', '-')}.ll`,
  );
  expect(Math.max(...printed.split('\n').map(line => line.length))).toBeLessThanOrEqual(100);
  expect(printProgram(parseProgram(printed))).toBe(printed);
});

/** Twelve times, each `#` a number. */
function repeated(text: string, separator: string): string {
  return Array.from({ length: 12 }, (_, n) => text.replaceAll('#', String(n))).join(separator);
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
