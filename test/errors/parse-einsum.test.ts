import { expect, test } from 'vitest';
import { parseOp, parseSpec } from '../../dsl/language/parse.ts';
import { errorOf } from '../support/parse-error.ts';
import { sourceOf } from '../support/template.ts';

/** The error in the specification of `x ++ "…"`, whose holes have these values. */
function specError(text: string, ...values: readonly string[]): string {
  const body = parseOp(sourceOf(`loss = x ++ "${text}"`)).definitions[0]?.body;
  if (body?.kind !== 'einsum') throw new Error('no einsum');
  return errorOf(() => parseSpec(body.spec, hole => values[hole.index] ?? ''));
}

test('an empty specification', () => {
  expect(specError('')).toMatchInlineSnapshot(`
    "error[EINC0102]: an einsum specification has a \`=>\` before its result
     --> <template>:1:14
      |
    1 | loss = x ++ ""
      |              ^
      |
      = help: a specification is \`rhs; rhs => result\`, each of them \`batch | input -> output\`"
  `);
});

test('no arrow', () => {
  expect(specError('ij')).toMatchInlineSnapshot(`
    "error[EINC0102]: an einsum specification has a \`=>\` before its result
     --> <template>:1:16
      |
    1 | loss = x ++ "ij"
      |                ^
      |
      = help: a specification is \`rhs; rhs => result\`, each of them \`batch | input -> output\`"
  `);
});

test("NumPy's notation", () => {
  expect(specError('ij,jk->ik')).toMatchInlineSnapshot(`
    "error[EINC0102]: an einsum specification has a \`=>\` before its result
     --> <template>:1:19
      |
    1 | loss = x ++ "ij,jk->ik"
      |                   ^^
      |
      = help: NumPy's \`ij,jk->ik\` is written \`ij; jk => ik\`"
  `);
});

test("NumPy's notation for one operand", () => {
  expect(specError('ij -> ji')).toMatchInlineSnapshot(`
    "error[EINC0102]: an einsum specification has a \`=>\` before its result
     --> <template>:1:17
      |
    1 | loss = x ++ "ij -> ji"
      |                 ^^
      |
      = help: NumPy's \`ij -> ji\` is written \`ij => ji\`"
  `);
});

test('two arrows', () => {
  expect(specError('i => j => k')).toMatchInlineSnapshot(`
    "error[EINC0102]: expected an axis, \`...\`, \`->\`, \`|\` or the end of the string, found \`=>\`
     --> <template>:1:21
      |
    1 | loss = x ++ "i => j => k"
      |                     ^^
      |
      = help: a specification is \`rhs; rhs => result\`, each of them \`batch | input -> output\`"
  `);
});

test('rows in the wrong order', () => {
  expect(specError('i -> j | k => i')).toMatchInlineSnapshot(`
    "error[EINC0102]: expected an axis, \`=>\`, \`;\` or \`...\`, found \`|\`
     --> <template>:1:21
      |
    1 | loss = x ++ "i -> j | k => i"
      |                     ^
      |
      = help: a specification is \`rhs; rhs => result\`, each of them \`batch | input -> output\`"
  `);
});

test('two batch rows', () => {
  expect(specError('i | j | k => i')).toMatchInlineSnapshot(`
    "error[EINC0102]: expected an axis, \`=>\`, \`;\`, \`...\` or \`->\`, found \`|\`
     --> <template>:1:20
      |
    1 | loss = x ++ "i | j | k => i"
      |                    ^
      |
      = help: a specification is \`rhs; rhs => result\`, each of them \`batch | input -> output\`"
  `);
});

test('two row variables in a row', () => {
  expect(specError('...i... => i')).toMatchInlineSnapshot(`
    "error[EINC0102]: a row has at most one row variable, found \`...\` and \`...\`
     --> <template>:1:18
      |
    1 | loss = x ++ "...i... => i"
      |                  ^^^
      |              --- the first one
      |
      = help: rows are separated by \`|\` and \`->\`: \`batch | input -> output\`"
  `);
});

test('a row variable without its end', () => {
  expect(specError('..r => ..r..')).toMatchInlineSnapshot(`
    "error[EINC0102]: \`..r\` is not closed
     --> <template>:1:14
      |
    1 | loss = x ++ "..r => ..r.."
      |              ^^^
      |
      = help: write \`...\`, or \`..r..\` for a row variable with a name"
  `);
});

test('a character that means nothing', () => {
  expect(specError('i(j) => i')).toMatchInlineSnapshot(`
    "error[EINC0102]: \`(\` has no meaning in an einsum specification
     --> <template>:1:15
      |
    1 | loss = x ++ "i(j) => i"
      |               ^
      |
      = help: an axis is a letter, a number or \`_\`; a \`,\` allows longer names"
  `);
});

test('an affine axis', () => {
  expect(specError('2*i+k => i')).toMatchInlineSnapshot(`
    "error[EINC0102]: \`*\` has no meaning in an einsum specification
     --> <template>:1:15
      |
    1 | loss = x ++ "2*i+k => i"
      |               ^
      |
      = help: strides, offsets and concatenations are not available yet"
  `);
});

test('a missing comma', () => {
  expect(specError('row col, x => row')).toMatchInlineSnapshot(`
    "error[EINC0102]: expected \`,\`, found \`c\`
     --> <template>:1:18
      |
    1 | loss = x ++ "row col, x => row"
      |                  ^
      |
      = help: where one \`,\` stands, all axes are separated by \`,\`"
  `);
});

test('a comma too many', () => {
  expect(specError('a,, b => a')).toMatchInlineSnapshot(`
    "error[EINC0102]: expected an axis, \`=>\`, \`;\`, \`...\`, \`->\` or \`|\`, found \`,\`
     --> <template>:1:16
      |
    1 | loss = x ++ "a,, b => a"
      |                ^
      |
      = help: a specification is \`rhs; rhs => result\`, each of them \`batch | input -> output\`"
  `);
});

test('a comma at the start', () => {
  expect(specError(', a => a')).toMatchInlineSnapshot(`
    "error[EINC0102]: expected an axis, \`=>\`, \`;\`, \`...\`, \`->\` or \`|\`, found \`,\`
     --> <template>:1:14
      |
    1 | loss = x ++ ", a => a"
      |              ^
      |
      = help: a specification is \`rhs; rhs => result\`, each of them \`batch | input -> output\`"
  `);
});

test('a semicolon in the result', () => {
  expect(specError('i => i; j')).toMatchInlineSnapshot(`
    "error[EINC0102]: expected an axis, \`...\`, \`->\`, \`|\` or the end of the string, found \`;\`
     --> <template>:1:20
      |
    1 | loss = x ++ "i => i; j"
      |                    ^
      |
      = help: a specification is \`rhs; rhs => result\`, each of them \`batch | input -> output\`"
  `);
});

test('an underscore and two dots', () => {
  expect(specError('i..j => i')).toMatchInlineSnapshot(`
    "error[EINC0102]: \`..j\` is not closed
     --> <template>:1:15
      |
    1 | loss = x ++ "i..j => i"
      |               ^^^
      |
      = help: write \`...\`, or \`..j..\` for a row variable with a name"
  `);
});

test('the value of a hole: the hole is underlined', () => {
  expect(specError('${pad}i, ${axes} => i', '', 'j k')).toMatchInlineSnapshot(`
    "error[EINC0102]: expected \`,\`, found \`k\`
     --> <template>:1:21
      |
    1 | loss = x ++ "\${1}i, \${2} => i"
      |                     ^^^^
      |
      = help: where one \`,\` stands, all axes are separated by \`,\`"
  `);
});
