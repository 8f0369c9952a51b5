import { expect, test } from 'vitest';
import { cdError, opError } from '../support/parse-error.ts';

test('a parenthesis that is not closed', () => {
  expect(opError('relu(x + (y * z)')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`)\` or \`,\`, found the end of the template
     --> <template>:1:17
      |
    1 | relu(x + (y * z)
      |     -           ^
      |     |
      |     this \`(\` is still open"
  `);
});

test('an argument list that is not closed', () => {
  expect(opError('${f}(x, y')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`)\` or \`,\`, found the end of the template
     --> <template>:1:10
      |
    1 | \${1}(x, y
      |     -    ^
      |     |
      |     this \`(\` is still open"
  `);
});

test('an argument list that stops after its parenthesis', () => {
  expect(opError('${f}(')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression or \`)\`, found the end of the template
     --> <template>:1:6
      |
    1 | \${1}(
      |     -^
      |     |
      |     this \`(\` is still open"
  `);
});

test('an argument list that stops after a comma', () => {
  expect(opError('f(x, ')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression, found the end of the template
     --> <template>:1:6
      |
    1 | f(x, 
      |      ^"
  `);
});

test('an inline definition that is not closed', () => {
  expect(opError('{ w } * { b')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`}\`, \`;\` or \`=\`, found the end of the template
     --> <template>:1:12
      |
    1 | { w } * { b
      |         -  ^
      |         |
      |         this \`{\` is still open"
  `);
});

test('an inline definition closed too late', () => {
  expect(opError('{ b1; o = [16] + x }')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`}\` or \`;\`, found \`+\`
     --> <template>:1:16
      |
    1 | { b1; o = [16] + x }
      | -              ^
      | |
      | this \`{\` is still open"
  `);
});

test('axes that are not closed', () => {
  expect(opError('{ b; o = [16 } + x')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`]\` or \`,\`, found \`}\`
     --> <template>:1:14
      |
    1 | { b; o = [16 } + x
      |          -   ^
      |          |
      |          this \`[\` is still open"
  `);
});

test('the wrong closing bracket', () => {
  expect(opError('(a + b } * c')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`,\` or \`)\`, found \`}\`
     --> <template>:1:8
      |
    1 | (a + b } * c
      | -      ^
      | |
      | this \`(\` is still open"
  `);
});

test('a closing bracket too many', () => {
  expect(opError('relu(x)) + y')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`)\` closes nothing: no bracket is open here
     --> <template>:1:8
      |
    1 | relu(x)) + y
      |        ^"
  `);
});

test('a bracket opened on an earlier line', () => {
  expect(opError('loss =\n' + '  relu(1 -\n' + '    x *. y;\n' + 'rate = 0.1'))
    .toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`)\` or \`,\`, found \`;\`
     --> <template>:3:11
      |
    3 |     x *. y;
      |           ^
     --> <template>:2:7
      |
    2 |   relu(1 -
      |       - this \`(\` is still open"
  `);
});

test('a branch that is not closed', () => {
  expect(cdError('if ${c} then (a =: b; c =: d')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`)\` or \`;\`, found the end of the template
     --> <template>:1:29
      |
    1 | if \${1} then (a =: b; c =: d
      |              -              ^
      |              |
      |              this \`(\` is still open"
  `);
});

test('a section that is not closed', () => {
  expect(cdError('~~("step"; a =: b')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`)\` or \`;\`, found the end of the template
     --> <template>:1:18
      |
    1 | ~~("step"; a =: b
      |   -              ^
      |   |
      |   this \`(\` is still open"
  `);
});
