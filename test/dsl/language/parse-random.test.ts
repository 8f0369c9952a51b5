import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../../compiler/index.ts';
import type { CdProgram } from '../../../dsl/language/ast-cd.ts';
import type { Hole } from '../../../dsl/language/ast.ts';
import type { OpProgram } from '../../../dsl/language/ast-op.ts';
import type { Spec } from '../../../dsl/language/ast-einsum.ts';
import { parseCd, parseOp, parseSpec } from '../../../dsl/language/parse.ts';
import { holeMark } from '../../../dsl/language/template-source.ts';
import { printCd, printOp, printSpec } from '../../support/print-ast.ts';
import { bare, randomCd, randomOp, randomSpec } from '../../support/random-ast.ts';
import { sourceOf, sourceOfMarked } from '../../support/template.ts';

test('a printed `op` program parses to itself', () => {
  fc.assert(
    fc.property(randomOp, tree => {
      const text = printOp(tree as unknown as OpProgram);
      const parsed = parseOp(sourceOf(text));
      expect(bare(parsed)).toEqual(tree);
      const holes = holesOf(parsed).toSorted((a, b) => a - b);
      expect(holes).toEqual([...holes.keys()]);
    }),
    { numRuns: 150 },
  );
});

test('a printed `cd` program parses to itself', () => {
  fc.assert(
    fc.property(randomCd, tree => {
      const text = printCd(tree as unknown as CdProgram);
      expect(bare(parseCd(sourceOf(text)))).toEqual(tree);
    }),
    { numRuns: 80 },
  );
});

test('a printed specification parses to itself, as letters and as names', () => {
  fc.assert(
    fc.property(randomSpec, fc.boolean(), (tree, withCommas) => {
      const text = printSpec(tree as unknown as Spec, withCommas);
      expect(bare(specOf(text))).toEqual(tree);
    }),
    { numRuns: 200 },
  );
});

const words = fc.constantFrom(
  ...[
    'x',
    'relu',
    'let',
    'if',
    'then',
    'else',
    'for',
    'in',
    '1',
    '2.5',
    '.5',
    holeMark,
    '"',
    '"i => j"',
  ],
  ...[
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    ';',
    ',',
    '.',
    '=',
    '=:',
    '=+',
    '=:@^',
    '==',
    '=>',
    '+=',
    '+',
    '-',
    '*',
  ],
  ...[
    '*.',
    '/.',
    '**',
    '++',
    '+*',
    '@|',
    '!@',
    '!..',
    '~~',
    '~logic',
    ':',
    "'",
    '%',
    '?',
    '\u{A0}',
    '😀',
  ],
  ...[
    '(*',
    '*)',
    '//',
    '\n',
    ' ',
    ' ',
    ' ',
    '`',
    '\\',
    '\u{D800}',
    '|',
    '->',
    '...',
    '..r..',
    '..',
    '_',
  ],
);
const text = fc.oneof(
  fc.array(words, { maxLength: 14 }).map(list => list.join('')),
  fc.array(words, { maxLength: 10 }).map(list => list.join(' ')),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

test.each([
  ['op', (s: string) => parseOp(sourceOfMarked(s))],
  ['cd', (s: string) => parseCd(sourceOfMarked(s))],
  ['einsum', (s: string) => specOf(s)],
])('whatever is written, %s parses it or says why not', (_, parse) => {
  fc.assert(
    fc.property(text, written => {
      try {
        parse(written);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        expect((error as UserError).message).not.toMatch(/undefined|\[object|,\s*found$/);
      }
    }),
    { numRuns: 400 },
  );
});

function specOf(written: string): Spec {
  const part = {
    text: written,
    span: { source: sourceOf(written), start: 0, end: written.length },
  };
  return parseSpec({ kind: 'string', span: part.span, parts: [part] }, () => '');
}

function holesOf(tree: unknown): readonly number[] {
  if (typeof tree !== 'object' || tree === null || 'locate' in tree) return [];
  if ('kind' in tree && tree.kind === 'hole') return [(tree as Hole).index];
  return Object.values(tree).flatMap(holesOf);
}
