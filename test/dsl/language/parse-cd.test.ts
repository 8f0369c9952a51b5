import { expect, test } from 'vitest';
import { parseCd } from '../../../dsl/language/parse.ts';
import { printCd } from '../../support/print-ast.ts';
import { sourceOf } from '../../support/template.ts';

const overwriting = ['=:', '=+', '=-', '=*', '=/', '=**', '=@^', '=@-', '=||', '=&&', '=?/', '=?^'];
const resetting = ['=:+', '=:-', '=:*', '=:/', '=:**', '=:@^', '=:@-', '=:||', '=:&&'];

test.each([...overwriting, ...resetting])(
  'the assignment %s, with and without spaces',
  operator => {
    for (const text of [`x ${operator} y`, `x${operator}y`, `{x}${operator}(y)`]) {
      expect(parseCd(sourceOf(text)).body).toMatchObject([
        { kind: 'assign', operator: { text: operator } },
      ]);
    }
  },
);

test.each([
  ['the longest operator wins', 'x =:-y', 'x =:- y'],
  ['a space keeps the minus of the value', 'x =: -y', 'x =: (- y)'],
  ['a semicolon may end the last statement', 'a =: b; c =: d;', 'a =: b; c =: d'],
  [
    'any expression may be a target; what is assignable is not syntax',
    'a + b =: c',
    '(a + b) =: c',
  ],
  ['a string of its own line', 'a =: b ~logic:\n  "i => i"', 'a =: b ~logic:"i => i"'],
  ['holes in a logic', 'a =: b ~logic:"${s}i => i"', 'a =: b ~logic:"${0}i => i"'],
  ['a name alone is code', 'update', 'update'],
  ['a call alone is code', '${sgd}(p)', '${0}(p)'],
  [
    'a title of several parts',
    '~~("a" p.grad ${p} "b"; x =: y)',
    '~~("a" p.grad ${0} "b"; x =: y)',
  ],
  ['a title without text', '~~(${p}; x =: y;)', '~~(${0}; x =: y)'],
  ['an empty section', '~~("nothing";)', '~~("nothing"; )'],
  ['a loop', 'for i in ${batch} (x =: y @| i; z)', 'for i in ${0} (x =: (y @| i); z)'],
  ['an empty branch', 'if ${c} then () else (a)', 'if ${0} then () else (a)'],
  [
    'a dangling else goes to the nearest if',
    'if ${a} then if ${b} then x =: y else z =: y',
    'if ${0} then (if ${1} then (x =: y) else (z =: y))',
  ],
  [
    'parentheses give it to the outer one',
    'if ${a} then (if ${b} then x =: y) else z =: y',
    'if ${0} then (if ${1} then (x =: y)) else (z =: y)',
  ],
  [
    'a branch of one statement ends at the semicolon',
    'if ${a} then x =: y; z =: y',
    'if ${0} then (x =: y); z =: y',
  ],
  [
    'a branch may be a section or a loop',
    'if ${a} then ~~("t"; x) else for i in ${s} (y)',
    'if ${0} then (~~("t"; x)) else (for i in ${1} (y))',
  ],
  [
    'a branch that only looks like a sequence',
    'if ${a} then (x).grad =: y',
    'if ${0} then (x.grad =: y)',
  ],
])('%s: %s', (_, text, printed) => {
  expect(printCd(parseCd(sourceOf(text)))).toBe(printed);
});

test('`~projections` leaves no trace, `~logic` keeps its words', () => {
  const [plain, logic] = parseCd(sourceOf('a =: b ~projections; a =: b ~logic:"."')).body;
  expect(plain).toMatchObject({ logic: undefined });
  expect(logic).toMatchObject({ logic: { text: { parts: [{ text: '.' }] } } });
});
