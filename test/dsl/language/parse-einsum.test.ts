import { expect, test } from 'vitest';
import type { Spec } from '../../../dsl/language/ast-einsum.ts';
import { parseOp, parseSpec } from '../../../dsl/language/parse.ts';
import { printSpec } from '../../support/print-ast.ts';
import { sourceOf } from '../../support/template.ts';

function specIn(template: string, ...values: readonly string[]): Spec {
  const body = parseOp(sourceOf(template)).definitions[0]?.body;
  if (body?.kind !== 'einsum') throw new Error(`no einsum: ${template}`);
  return parseSpec(body.spec, hole => values[hole.index] ?? '?');
}

const spec = (text: string): Spec => specIn(`x ++ "${text}"`);

test.each([
  ['each letter is an axis', 'ij; jk => ik', 'i j; j k => i k'],
  ['spaces do not matter', ' i  j;jk=>i k ', 'i j; j k => i k'],
  ['a run of digits is one fixed index', 'i12j 3 => i', 'i 12 j 3 => i'],
  ['an underscore is some axis', 'i__ => i', 'i _ _ => i'],
  ['all rows', 'b|i->o => o', 'b | i -> o => o'],
  ['an input row without a batch row', 'i -> o => o', 'i -> o => o'],
  [
    'rows around their variable',
    'a...b | ...c -> d..r.. => ..r..',
    'a ... b | ... c -> d ..r.. => ..r..',
  ],
  ['the reduction of the slides', '...|... => 0', '... | ... => 0'],
  ['attention', '... s|h d; ... t|h d => ... s|t->h', '... s | h d; ... t | h d => ... s | t -> h'],
  ['no axes at all', '=>', ' => '],
  ['a scalar result', 'ij =>', 'i j => '],
  ['a scalar operand', 'i; => i', 'i;  => i'],
  ['an empty batch row', '|i => i', 'i => i'],
  ['letters of any script', 'αβ => β', 'α β => β'],
  ['a comma makes names', 'ab, c2, _x; c2 => ab', 'ab, c2, _x,; c2, => ab,'],
  ['names with `_` among them', 'a_1, _, 10 => a_1', 'a_1, _, 10, => a_1,'],
  ['a trailing comma alone makes names', 'row, => row', 'row, => row,'],
  ['one name needs no comma', 'row, col => row', 'row, col, => row,'],
  [
    'commas beside a row variable are optional',
    'kh, kw, ..ic.. -> ..oc.. => ... | oh, ow ..oc.., x',
    'kh, kw, ..ic.. -> ..oc.. => ... | oh, ow, ..oc.. x,',
  ],
])('%s: %s', (_, text, printed) => {
  expect(printSpec(spec(text))).toBe(printed);
});

test('`...` is named after its kind of row, and the same name may be written out', () => {
  const { operands, result } = spec('...|...->... => ..batch..|..r..');
  expect(operands[0]).toMatchObject({
    batch: { rowVar: { text: 'batch' } },
    input: { rowVar: { text: 'input' } },
    output: { rowVar: { text: 'output' } },
  });
  expect(result).toMatchObject({
    batch: { rowVar: { text: 'batch' } },
    input: { rowVar: undefined },
    output: { rowVar: { text: 'r' } },
  });
});

test('holes are integers or pieces of a specification', () => {
  expect(printSpec(specIn('x ++ "${a}i => ${b}"', '1', '...i'))).toBe('1 i => ... i');
  expect(printSpec(specIn('x ++ "ij${a} => ${b}"', ',', 'ij'))).toBe('ij, => ij,');
  expect(printSpec(specIn('x ++ "${a}"', 'ij; jk => ik'))).toBe('i j; j k => i k');
});

test('places are those of the template, and of the whole hole where one is involved', () => {
  const text = 'x +* "ij; \u{E000}k => i\u{E000}" y';
  const { operands, result } = specIn(text.replaceAll('\u{E000}', '${}'), 'j1', 'k...');
  const words = [...operands, result].map(({ span, output: { lead, rowVar } }) => {
    const places = [...lead, ...(rowVar ? [rowVar] : [])].map(axis => axis.span);
    return [span, ...places].map(({ start, end }) => text.slice(start, end));
  });
  expect(words).toEqual([
    ['ij', 'i', 'j'],
    ['\u{E000}k', '\u{E000}', '\u{E000}', 'k'],
    ['i\u{E000}', 'i', '\u{E000}', '\u{E000}'],
  ]);
});
