import { expect, test } from 'vitest';
import { parseOp } from '../../../dsl/language/parse.ts';
import { parseOnce, type Template } from '../../../dsl/language/template-cache.ts';
import type { OpProgram } from '../../../dsl/language/ast-op.ts';

let parses = 0;
const read = parseOnce('op', source => {
  parses += 1;
  return parseOp(source);
});
const op = (strings: TemplateStringsArray, ..._: readonly unknown[]): Template<OpProgram> =>
  read(strings, op);

test('a call site is parsed once, whatever its holes hold', () => {
  parses = 0;
  const [first, second] = [1, 2].map(n => op`x + ${n}`);
  expect(second).toBe(first);
  expect(op`x + ${1}`).not.toBe(first);
  expect(parses).toBe(2);
});

test('a call site that fails to parse says so each time', () => {
  parses = 0;
  const failing = (): unknown => op`x +`;
  expect(failing).toThrow('EINC0101');
  expect(failing).toThrow('EINC0101');
  expect(parses).toBe(2);
});
