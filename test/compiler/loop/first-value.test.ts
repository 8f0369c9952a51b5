/** A scalar's declaration and its first value share a line, and only they. */
import { describe, expect, test } from 'vitest';
import { fixed } from '../../../compiler/core/index-expr.ts';
import { tensorNode } from '../../../compiler/core/tensor-node.ts';
import {
  accumulate,
  block,
  comment,
  constant,
  declare,
  fill,
  type Program,
  type Stmt,
  write,
} from '../../../compiler/loop/ir.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { InternalError } from '../../../compiler/support/errors.ts';
import { bodyOf } from '../../support/loop-text.ts';

const [sum, other, list] = [
  tensorNode('sum', 'f32', []),
  tensorNode('other', 'f64', []),
  tensorNode('list', 'f32', [1]),
];
const [zero, one] = [constant('f32', 0), constant('f32', 1)];

const programOf = (...body: readonly Stmt[]): Program => ({
  name: 'p',
  symbols: [],
  params: [],
  scratch: [],
  body: block(body),
});

const lines = (...body: readonly Stmt[]): readonly string[] =>
  bodyOf(programOf(...body)).split('\n');

describe('a declaration', () => {
  test.each<[title: string, body: readonly Stmt[], text: readonly string[]]>([
    [
      'and the first value of a scalar',
      [declare(sum), write(sum, [], zero)],
      ['local sum: f32 := 0;'],
    ],
    [
      'and the first value alone, not the second',
      [declare(sum), write(sum, [], zero), write(sum, [], one)],
      ['local sum: f32 := 0;', 'sum := 1;'],
    ],
    [
      'and the value of another scalar',
      [declare(sum), declare(other), write(sum, [], zero)],
      ['local sum: f32;', 'local other: f64;', 'sum := 0;'],
    ],
    [
      'after the first value of another scalar',
      [declare(other), write(other, [], constant('f64', 2)), declare(sum), write(sum, [], zero)],
      ['local other: f64 := 2;', 'local sum: f32 := 0;'],
    ],
    [
      'of an array, and the value of a cell',
      [declare(list), write(list, [fixed(0)], zero)],
      ['local list: f32[1];', 'list[0] := 0;'],
    ],
    [
      'and a sum',
      [declare(sum), accumulate('add', sum, [], one)],
      ['local sum: f32;', 'sum += 1;'],
    ],
    ['and a fill', [declare(sum), fill(sum, 0)], ['local sum: f32;', 'zero_out sum;']],
    [
      'and a value after a comment',
      [declare(sum), comment('then'), write(sum, [], zero)],
      ['local sum: f32;', '/* then */', 'sum := 0;'],
    ],
    ['at the end', [write(sum, [], zero), declare(other)], ['sum := 0;', 'local other: f64;']],
    ['alone', [declare(sum)], ['local sum: f32;']],
  ])('%s', (_, body, text) => {
    expect(lines(...body)).toEqual(text);
  });
});

describe('reads back as it was printed', () => {
  test.each<[title: string, body: string]>([
    ['a first value', 'local sum: f32 := 0;'],
    ['a first value in another dtype', 'local sum: f64 := f64(x[0]) * 0.1;'],
    ['a first value between others', 'x[0] := 1;\nlocal sum: f32 := x[0];\nx[1] := sum;'],
    [
      'a first value in a loop',
      'for i < 4 {\n  local sum: f32 := x[i];\n  for j < 4 {\n    sum += x[j];\n  }\n}',
    ],
    ['a first value alone in a loop', 'for i < 4 {\n  local sum: f32 := x[i];\n}'],
    ['a declaration and a sum', 'local sum: f32;\nsum += 1;'],
    ['an array and a cell', 'local list: f32[1];\nlist[0] := 0;'],
    ['two declarations and a value', 'local a: f32;\nlocal b: f32;\na := 0;'],
  ])('%s', (_, body) => {
    const text = `p():\n  device x: f32[4];\n${body.replaceAll(/^/gm, '  ')}\n`;
    expect(printProgram(parseProgram(text))).toBe(text);
  });
});

test('a first value is a declaration and a write in the program', () => {
  const { body } = parseProgram('p(): local sum: f32 := 1; sum += 2;');
  expect(body).toMatchObject({
    body: [
      { kind: 'declare', node: { name: 'sum', dims: [] } },
      { kind: 'write', node: { name: 'sum' }, index: [], value: { dtype: 'f32', value: 1 } },
      { kind: 'accumulate' },
    ],
  });
});

test('a declaration and a write on lines of their own read as well', () => {
  const apart = parseProgram('p(): local sum: f32; sum := 1;');
  expect(printProgram(apart)).toBe('p():\n  local sum: f32 := 1;\n');
});

test('an array takes no first value', () => {
  expect(() => parseProgram('p(): local list: f32[2] := 0;')).toThrow(
    new InternalError('list has 1 axes but is indexed with 0'),
  );
});

test('a comment ends where it ends', () => {
  const program = programOf(comment('a */ b'));
  const text = printProgram(program);
  expect(text).toBe('p():\n  /* a * / b */\n');
  expect(printProgram(parseProgram(text))).toBe(text);
});
