import { expect, test } from 'vitest';
import { parseOp } from '../../../dsl/language/parse.ts';
import { printOp } from '../../support/print-ast.ts';
import { sourceOf } from '../../support/template.ts';

test.each([
  ['an expression', 'a + b', '(a + b)'],
  ['a name for it', 'y = a + b', 'y = (a + b)'],
  ['a minus right after the equals sign', 'y =-a', 'y = (- a)'],
  ['a function', 'f(x, y) = x + y', 'f(x, y) = (x + y)'],
  ['a function with a space', 'f (x) = x', 'f(x) = x'],
  ['a function of nothing', 'f() = { w }', 'f() = { w }'],
  ['a call is not a definition', 'f(x)', 'f(x)'],
  ['several', 'a = { w }; b(x) = a * x; b a', 'a = { w }; b(x) = (a * x); b(a)'],
  ['a last semicolon', 'a = 1;', 'a = 1'],
  ['comments around', '(* x *) a = 1 // y', 'a = 1'],
])('%s: %s', (_, text, printed) => {
  expect(printOp(parseOp(sourceOf(text)))).toBe(printed);
});
