/** Each definition and statement that does not parse is told of. */
import { expect, test } from 'vitest';
import { cdError, opError } from '../support/parse-error.ts';

test('each definition on its own', () => {
  expect(opError('a = 1 + ; b = 2; c = (3 4); d = { w o = [2] }; e = 5 *.')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression, found \`;\`
     --> <template>:1:9
      |
    1 | a = 1 + ; b = 2; c = (3 4); d = { w o = [2] }; e = 5 *.
      |         ^

    error[EINC0101]: expected an operator before \`4\`
     --> <template>:1:25
      |
    1 | a = 1 + ; b = 2; c = (3 4); d = { w o = [2] }; e = 5 *.
      |                         ^
      |
      = help: only a name, a \`\${…}\`, a call or a parenthesis takes arguments; a product is written \`*\` or \`*.\`

    error[EINC0101]: expected \`}\`, \`;\` or \`=\`, found \`o\`
     --> <template>:1:37
      |
    1 | a = 1 + ; b = 2; c = (3 4); d = { w o = [2] }; e = 5 *.
      |                                 -   ^
      |                                 |
      |                                 this \`{\` is still open

    error[EINC0101]: expected an expression, found the end of the template
     --> <template>:1:56
      |
    1 | a = 1 + ; b = 2; c = (3 4); d = { w o = [2] }; e = 5 *.
      |                                                        ^"
  `);
});

test('each statement on its own, also in a section', () => {
  expect(cdError('~~("a"; x = 1; y =: 2; z =: ); for i in ${n} (a =: b;; c =: d); u == v'))
    .toMatchInlineSnapshot(`
      "error[EINC0101]: \`=\` does not assign in \`cd\`
       --> <template>:1:11
        |
      1 | ~~("a"; x = 1; y =: 2; z =: ); for i in \${1} (a =: b;; c =: d); u == v
        |           ^
        |
        = help: write \`=:\` to set, \`=+\` to add to what is there

      error[EINC0101]: expected an expression, found \`)\`
       --> <template>:1:29
        |
      1 | ~~("a"; x = 1; y =: 2; z =: ); for i in \${1} (a =: b;; c =: d); u == v
        |                             ^

      error[EINC0101]: nothing stands between this \`;\` and the one before it
       --> <template>:1:54
        |
      1 | ~~("a"; x = 1; y =: 2; z =: ); for i in \${1} (a =: b;; c =: d); u == v
        |                                                      ^

      error[EINC0101]: \`==\` compares, it does not assign
       --> <template>:1:67
        |
      1 | ~~("a"; x = 1; y =: 2; z =: ); for i in \${1} (a =: b;; c =: d); u == v
        |                                                                   ^^
        |
        = help: write \`name =: …\` to assign"
    `);
});

test('a bracket that is not closed takes the rest with it', () => {
  expect(opError('a = relu(x; b = 2 +; c = 3')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`)\` or \`,\`, found \`;\`
     --> <template>:1:11
      |
    1 | a = relu(x; b = 2 +; c = 3
      |         - ^
      |         |
      |         this \`(\` is still open"
  `);
  expect(cdError('a =: f(x; b =: ; c =: d')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`)\` or \`,\`, found \`;\`
     --> <template>:1:9
      |
    1 | a =: f(x; b =: ; c =: d
      |       - ^
      |       |
      |       this \`(\` is still open"
  `);
});

test('a mistake that follows from another is not told', () => {
  expect(opError('a = f(b; c); d = 2')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`)\` or \`,\`, found \`;\`
     --> <template>:1:8
      |
    1 | a = f(b; c); d = 2
      |      - ^
      |      |
      |      this \`(\` is still open"
  `);
  expect(cdError('~~(; a =: b)')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression or a string in double quotes, found \`;\`
     --> <template>:1:4
      |
    1 | ~~(; a =: b)
      |    ^"
  `);
});

test('on several lines, each at its place', () => {
  expect(opError('a = 1 + ;\nb = relu(a) 3;\nc = {')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression, found \`;\`
     --> <template>:1:9
      |
    1 | a = 1 + ;
      |         ^

    error[EINC0101]: expected a name, found the end of the template
     --> <template>:3:6
      |
    3 | c = {
      |      ^"
  `);
});
