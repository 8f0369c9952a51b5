import { expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { InternalError } from '../../../compiler/support/errors.ts';

const device = 'device x: f32[4], y: f32[4], s: f32, d: f64;';

test.each<[title: string, body: string, complaint: string]>([
  ['an unknown character', 'x[0] := 1 ? 2;', 'cannot read ? 2;'],
  ['a statement without an end', 'x[0] := 1', 'expected ";" before ""'],
  ['a statement without a value', 'x[0] := ;', 'expected a name before ";"'],
  ['a statement that assigns nothing', 'x[0] y[0];', 'expected a sign before "y [ 0 ] ;"'],
  ['an equals sign', 'x[0] == 1;', 'expected an assignment instead of == before "1 ;"'],
  ['an unknown array', 'z[0] := 1;', 'expected an array instead of z before "[ 0 ] := 1 ;"'],
  ['an unknown array in a sum', 'x[0] := 1 + z;', 'expected an array instead of z before ";"'],
  ['a fill of an unknown array', 'zero_out z;', 'expected an array instead of z before ";"'],
  ['a prefetch at a computed place', 'prefetch x[at(d)];', 'expected plain subscripts before ";"'],
  ['a fill without a number', 'fill x;', 'expected "," before ";"'],
  ['an unknown loop', 'x[i] := 1;', 'expected a loop instead of i before "] := 1 ;"'],
  ['an array as a subscript', 'x[s] := 1;', 'expected a loop instead of s before "] := 1 ;"'],
  ['a subscript without an end', 'x[0 := 1;', 'expected "," before ":= 1 ;"'],
  ['a loop without an extent', 'for i { }', 'expected "<" before "{ }"'],
  ['a loop without a body', 'for i < 4 x[i] := 1;', 'expected "{" before "x [ i ] := 1"'],
  ['a loop without an end', 'for i < 4 { x[i] := 1;', 'expected a name before ""'],
  ['a parenthesis without an end', 's := (1 + 2;', 'expected ")" before ";"'],
  ['a call without an end', 's := relu(1;', 'expected "," before ";"'],
  ['an unknown op', 's := sinc(1);', 'expected an op or a dtype instead of sinc before ";"'],
  ['a cast of nothing', 's := f32();', 'expected one operand of f32 before ";"'],
  ['a cast of two', 's := f32(d, d);', 'expected one operand of f32 before ";"'],
  ['an unknown dtype of an array', 'local t: f33;', 'expected a dtype instead of f33 before ";"'],
  ['an unknown dtype of a constant', 's := 1:f33;', 'expected a dtype instead of f33 before ";"'],
  ['an unfinished comment', '/* x', 'expected a name before "/ * x"'],
])('%s', (_, body, complaint) => {
  const text = `p(step): ${device} ${body}`;
  expect(() => parseProgram(text)).toThrow(new InternalError(`loop IR text: ${complaint}`));
});

test.each<[title: string, text: string, complaint: string]>([
  ['no name', '(): s := 1;', 'expected a name before "( ) : s := 1"'],
  ['no parameters', 'p: s := 1;', 'expected "(" before ": s := 1 ;"'],
  ['a range that starts elsewhere', 'p(b : [1..3]):', 'expected "0" before "1 .. 3 ] ) :"'],
  ['a range without an end', 'p(b : [0..]):', 'expected a number before "] ) :"'],
])('a program with %s', (_, text, complaint) => {
  expect(() => parseProgram(text)).toThrow(new InternalError(`loop IR text: ${complaint}`));
});

test.each<[title: string, body: string, complaint: string]>([
  ['too few operands', 's := max(1);', 'max takes 2 operands'],
  ['two dtypes', 's := s + d;', 'add of f32 and f64: insert a cast before lowering'],
  ['another dtype than the target', 's := d;', 'f64 stored in f32 s'],
  ['too few subscripts', 'x := 1;', 'x has 1 axes but is indexed with 0'],
])('what a constructor refuses, text cannot say: %s', (_, body, complaint) => {
  expect(() => parseProgram(`p(): ${device} ${body}`)).toThrow(new InternalError(complaint));
});

test.each([
  'x[(i / 2)]',
  'x[(i % 4)]',
  'x[2*(i / 2 % 2) + (i % 2)]',
  'x[((4*i + 3*j + 1) / 6 % 4)]',
  'x[((((2*i + j) / 3)) % 2) + 1]',
])('%s is read as it was printed', cell => {
  const text = `p(): ${device} for i < 4 { for j < 2 { ${cell} := f32(index(3*(i / 2) + j)); } }`;
  const printed = printProgram(parseProgram(text));
  expect(printed).toContain(`${cell} := f32(index(3*(i / 2) + j));`);
  expect(printProgram(parseProgram(printed))).toBe(printed);
});

test('loops of one name have names of their own in the program', () => {
  const program = parseProgram(`p(): ${device} for i < 4 { x[i] := 1; } for i < 4 { y[i] := 2; }`);
  expect(program.body).toMatchObject({ body: [{ loop: 'i' }, { loop: 'i2' }] });
});

test('the layout of the text is free', () => {
  const program = parseProgram(`p(step):${device}\nfor i<4{x[i]:=f32(step)*2;}`);
  expect(printProgram(program)).toContain('  for i < 4 {\n    x[i] := f32(step) * 2;\n  }\n');
});

test('an extent is one more than the last value of its range', () => {
  expect(parseProgram('p(b : [0..79], step):').symbols).toEqual([
    { loop: 'b', range: 80 },
    { loop: 'step', range: undefined },
  ]);
});
