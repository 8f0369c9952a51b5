/** The page of the grammar is true: its examples parse, and group as it says. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseCd, parseOp, parseSpec } from '../../../dsl/language/parse.ts';
import { functionNames } from '../../../dsl/ops/names.ts';
import { printOp } from '../../support/print-ast.ts';
import { sourceOf } from '../../support/template.ts';

const page = readFileSync(new URL('../../../dsl/README.md', import.meta.url), 'utf8');

/** The code in the cells of the tables under a heading, row by row. */
function rowsUnder(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = page.split(`\n### ${heading}\n`);
  return (section.split('\n### ')[0] ?? '')
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line => Array.from(line.matchAll(/`([^`]+)`/g), ([, code = '']) => code))
    .map(codes => codes.map(code => code.replaceAll('\\|', '|')))
    .filter(codes => codes.length > 0);
}

test.each(rowsUnder('Expressions').flat())('%s is an expression', text => {
  const isComment = text.startsWith('(*') || text.startsWith('//');
  expect(parseOp(sourceOf(isComment ? `x ${text}` : text)).definitions).toHaveLength(1);
});

test.each(rowsUnder('Precedence').map(codes => codes.slice(-2)))('%s is %s', (...codes) => {
  const [text, same] = codes.map(code => printOp(parseOp(sourceOf(code))));
  expect(text).toBe(same);
});

test('every function has its row', () => {
  const words = new Set(rowsUnder('Functions').flatMap(codes => codes.flatMap(c => c.split(' '))));
  expect(functionNames.filter(name => !words.has(name) && !words.has(`${name}:`))).toEqual([]);
});

test.each(rowsUnder('`op`').flat())('op: %s', text => {
  expect(() => parseOp(sourceOf(text))).not.toThrow();
});

test.each(rowsUnder('`cd`'))('cd: %s', (text, others = '') => {
  expect(() => parseCd(sourceOf(text))).not.toThrow();
  for (const operator of others.split(' ').filter(word => word.startsWith('='))) {
    expect(() => parseCd(sourceOf(`x ${operator} y`))).not.toThrow();
  }
});

test.each(
  rowsUnder('Einsum specifications')
    .flat()
    .filter(code => code.includes('=>')),
)('einsum: %s', text => {
  const body = parseOp(sourceOf(`x ++ "${text}"`)).definitions[0]?.body;
  if (body?.kind !== 'einsum') throw new Error('no einsum');
  expect(() => parseSpec(body.spec, () => '3')).not.toThrow();
});
