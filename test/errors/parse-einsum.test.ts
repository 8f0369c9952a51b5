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
      |              --- ^^^
      |              |
      |              the first one
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

test('three loops in one axis', () => {
  expect(specError('i+j+k => i')).toMatchInlineSnapshot(`
    "error[EINC0102]: an axis is made of at most two loops and an offset: \`2*o + 3*k + 1\`
     --> <template>:1:17
      |
    1 | loss = x ++ "i+j+k => i"
      |                 ^^"
  `);
});

test('a stride of nothing', () => {
  expect(specError('0*i => i')).toMatchInlineSnapshot(`
    "error[EINC0102]: a stride or dilation is at least 1
     --> <template>:1:14
      |
    1 | loss = x ++ "0*i => i"
      |              ^"
  `);
});

test('an offset beyond the stride', () => {
  expect(specError('i+3 => i')).toMatchInlineSnapshot(`
    "error[EINC0102]: an offset is less than the stride, but 3 is not less than 1
     --> <template>:1:14
      |
    1 | loss = x ++ "i+3 => i"
      |              ^^^
      |
      = help: to leave out the first 3 cells write \`3^i\`"
  `);
});

test('a concatenation of a sum', () => {
  expect(specError('2*i^3 => i')).toMatchInlineSnapshot(`
    "error[EINC0102]: expected \`,\`, \`+\`, \`=\`, \`<\` or \`:\`, found \`^\`
     --> <template>:1:17
      |
    1 | loss = x ++ "2*i^3 => i"
      |                 ^
      |
      = help: axes are separated by \`,\`; an axis is \`i\`, \`3\`, \`_\`, \`2*o<+k\`, \`a^b\` or \`k:3\`"
  `);
});

test('a concatenation that is not finished', () => {
  expect(specError('a^ => a')).toMatchInlineSnapshot(`
    "error[EINC0102]: expected an axis, found \`=>\`
     --> <template>:1:17
      |
    1 | loss = x ++ "a^ => a"
      |                 ^^
      |
      = help: a specification is \`rhs; rhs => result\`, each of them \`batch | input -> output\`"
  `);
});

test('a size that is no number', () => {
  expect(specError('i:x => i')).toMatchInlineSnapshot(`
    "error[EINC0102]: expected a number, found \`x\`
     --> <template>:1:16
      |
    1 | loss = x ++ "i:x => i"
      |                ^
      |
      = help: a specification is \`rhs; rhs => result\`, each of them \`batch | input -> output\`"
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
      = help: axes are separated by \`,\`; an axis is \`i\`, \`3\`, \`_\`, \`2*o<+k\`, \`a^b\` or \`k:3\`"
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
      = help: axes are separated by \`,\`; an axis is \`i\`, \`3\`, \`_\`, \`2*o<+k\`, \`a^b\` or \`k:3\`"
  `);
});
