import { expect, test } from 'vitest';
import { cdError, opError } from '../support/parse-error.ts';

test('an empty template', () => {
  expect(opError('')).toMatchInlineSnapshot(`
    "error[EINC0101]: the template is empty
     --> <template>:1:1
      |
      = help: write an expression: \`relu(x)\`"
  `);
});

test('a template with only a comment', () => {
  expect(cdError('  // to do\n')).toMatchInlineSnapshot(`
    "error[EINC0101]: the template is empty
     --> <template>:2:1
      |
      = help: write assignments: \`{ y } =: relu(x)\`"
  `);
});

test('a string that is not closed', () => {
  expect(opError('x ++ "...|... => 0')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`"\`, found the end of the template
     --> <template>:1:19
      |
    1 | x ++ "...|... => 0
      |      -            ^
      |      |
      |      the string opens here"
  `);
});

test('a string that does not end on its line', () => {
  expect(opError('x ++ "i => 0\n' + '  + y')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`"\`, found the end of the line
     --> <template>:1:13
      |
    1 | x ++ "i => 0
      |      -      ^
      |      |
      |      the string opens here"
  `);
});

test('a comment that is not closed', () => {
  expect(opError('x + (* not yet')).toMatchInlineSnapshot(`
    "error[EINC0101]: this comment is not closed
     --> <template>:1:5
      |
    1 | x + (* not yet
      |     ^^
      |
      = help: a comment ends with \`*)\`"
  `);
});

test('a comment that is not closed, inside another', () => {
  expect(opError('x (* one (* two *) three')).toMatchInlineSnapshot(`
    "error[EINC0101]: this comment is not closed
     --> <template>:1:3
      |
    1 | x (* one (* two *) three
      |   ^^
      |
      = help: a comment ends with \`*)\`"
  `);
});

test('a number that runs into a name', () => {
  expect(opError('2x + 1')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`2x\` is neither a number nor a name
     --> <template>:1:1
      |
    1 | 2x + 1
      | ^^
      |
      = help: for a product write \`2 *. x\`"
  `);
});

test('an exponent without digits', () => {
  expect(opError('1e + 2')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`1e\` is neither a number nor a name
     --> <template>:1:1
      |
    1 | 1e + 2
      | ^^
      |
      = help: an exponent has digits: \`1e-4\`"
  `);
});

test('a fraction without a digit before it', () => {
  expect(opError('x + .5')).toMatchInlineSnapshot(`
    "error[EINC0101]: a number starts with a digit
     --> <template>:1:5
      |
    1 | x + .5
      |     ^^
      |
      = help: write \`0.5\`"
  `);
});

test('and after a minus', () => {
  expect(opError('1 -.5')).toMatchInlineSnapshot(`
    "error[EINC0101]: a number starts with a digit
     --> <template>:1:3
      |
    1 | 1 -.5
      |   ^^^
      |
      = help: write \`0.5\`"
  `);
});

test('`*.5` means two things', () => {
  expect(opError('x *.5')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`*.5\` can be read in two ways
     --> <template>:1:3
      |
    1 | x *.5
      |   ^^^
      |
      = help: write \`*. 5\` or \`* 0.5\`"
  `);
});

test('`**.5` too', () => {
  expect(opError('x**.5')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`**.5\` can be read in two ways
     --> <template>:1:2
      |
    1 | x**.5
      |  ^^^^
      |
      = help: write \`**. 5\` or \`** 0.5\`"
  `);
});

test('a keyword as a name', () => {
  expect(opError('f(x) = in + x')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`in\` is a keyword and cannot be a name
     --> <template>:1:8
      |
    1 | f(x) = in + x
      |        ^^"
  `);
});

test('a keyword as a parameter', () => {
  expect(opError('f(if) = 1')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`if\` is a keyword and cannot be a name
     --> <template>:1:3
      |
    1 | f(if) = 1
      |   ^^"
  `);
});

test('a character that means nothing', () => {
  expect(opError('x # y')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an operator, \`;\` or the end of the template, found \`#\`
     --> <template>:1:3
      |
    1 | x # y
      |   ^
      |
      = help: the operators are \`+ - * *. / /. % ** **. < <= > >= == != && || @^ @- @| ++ +*\`"
  `);
});

test('a character that cannot be seen', () => {
  expect(opError('x +\u00A0y')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression, found the character U+00A0
     --> <template>:1:4
      |
    1 | x + y
      |    ^"
  `);
});

test('an operator that does not exist', () => {
  expect(opError('x & y')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`&\` is not an operator
     --> <template>:1:3
      |
    1 | x & y
      |   ^
      |
      = help: write \`x && y\` for conditions, \`bit_and(x, y)\` for the bits of integers"
  `);
});

test('an escaped back-tick', () => {
  expect(opError('x \\` y')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an operator, \`;\` or the end of the template, found \`\\\`
     --> <template>:1:3
      |
    1 | x \\\` y
      |   ^"
  `);
});

test('a point on either side of a digit', () => {
  expect(opError('x *.2.')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`*.2.\` can be read in two ways
     --> <template>:1:3
      |
    1 | x *.2.
      |   ^^^^
      |
      = help: write \`*. 2.\` or \`* 0.2\`"
  `);
});
