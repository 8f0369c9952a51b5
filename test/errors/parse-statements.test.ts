import { expect, test } from 'vitest';
import { cdError } from '../support/parse-error.ts';

test('two assignments without a semicolon', () => {
  expect(cdError('${p}.grad =: 0\n' + '{ delta } =: ${p}.grad')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`;\` before the next assignment
     --> <template>:2:1
      |
    2 | { delta } =: \${2}.grad
      | ^"
  `);
});

test('and after a string', () => {
  expect(cdError('c =:+ a * b ~logic:"@"\n' + 'd =: c')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`;\` before the next assignment
     --> <template>:2:1
      |
    2 | d =: c
      | ^"
  `);
});

test('an operand too many in the last assignment', () => {
  expect(cdError('a =: b; c =: 2 d')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an operator before \`d\`
     --> <template>:1:16
      |
    1 | a =: b; c =: 2 d
      |                ^
      |
      = help: only a name, a \`\${…}\`, a call or a parenthesis takes arguments; a product is written \`*\` or \`*.\`"
  `);
});

test('an inline definition alone', () => {
  expect(cdError('{ x }; x =: y')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an assignment such as \`=:\`, found \`;\`
     --> <template>:1:6
      |
    1 | { x }; x =: y
      |      ^"
  `);
});

test('an expression alone', () => {
  expect(cdError('a + b')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an assignment such as \`=:\`, found the end of the template
     --> <template>:1:6
      |
    1 | a + b
      |      ^"
  `);
});

test('an assignment without a value', () => {
  expect(cdError('x =:')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression, found the end of the template
     --> <template>:1:5
      |
    1 | x =:
      |     ^"
  `);
});

test('an assignment of nothing', () => {
  expect(cdError('x =: ; y =: z')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression, found \`;\`
     --> <template>:1:6
      |
    1 | x =: ; y =: z
      |      ^"
  `);
});

test('~logic without a string', () => {
  expect(cdError('c =: a * b ~logic')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`~logic\` takes a string
     --> <template>:1:18
      |
    1 | c =: a * b ~logic
      |                  ^
      |
      = help: write \`~logic:"."\` for pointwise, \`~logic:"@"\` for a product, or an einsum string"
  `);
});

test('~logic without a colon', () => {
  expect(cdError('c =: a * b ~logic "@"')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`~logic\` takes a string
     --> <template>:1:19
      |
    1 | c =: a * b ~logic "@"
      |                   ^^^
      |
      = help: write \`~logic:"."\` for pointwise, \`~logic:"@"\` for a product, or an einsum string"
  `);
});

test('~logic with a name', () => {
  expect(cdError('c =: a * b ~logic:pointwise')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`~logic\` takes a string
     --> <template>:1:19
      |
    1 | c =: a * b ~logic:pointwise
      |                   ^^^^^^^^^
      |
      = help: write \`~logic:"."\` for pointwise, \`~logic:"@"\` for a product, or an einsum string"
  `);
});

test('an annotation that does not exist', () => {
  expect(cdError('c =: a * b ~lgoic:"@"')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an operator, \`;\` or the end of the template, found \`~\`
     --> <template>:1:12
      |
    1 | c =: a * b ~lgoic:"@"
      |            ^
      |
      = help: \`~logic:"…"\` may follow an assignment"
  `);
});

test('a condition that is no hole', () => {
  expect(cdError('if nesterov then a =: b')).toMatchInlineSnapshot(`
    "error[EINC0101]: the condition of \`if\` stands in a \`\${…}\`
     --> <template>:1:4
      |
    1 | if nesterov then a =: b
      |    ^^^^^^^^
      |
      = help: write \`if \${…} then (…)\`: the condition is decided in TypeScript"
  `);
});

test('a condition in parentheses', () => {
  expect(cdError('if (${c}) then a =: b')).toMatchInlineSnapshot(`
    "error[EINC0101]: the condition of \`if\` stands in a \`\${…}\`
     --> <template>:1:4
      |
    1 | if (\${1}) then a =: b
      |    ^
      |
      = help: write \`if \${…} then (…)\`: the condition is decided in TypeScript"
  `);
});

test('if without then', () => {
  expect(cdError('if ${c} (a =: b)')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`then\`, found \`(\`
     --> <template>:1:9
      |
    1 | if \${1} (a =: b)
      |         ^"
  `);
});

test('else after a semicolon', () => {
  expect(cdError('if ${c} then a =: b; else a =: d')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`else\` follows a \`;\`, which ends its \`if\`
     --> <template>:1:22
      |
    1 | if \${1} then a =: b; else a =: d
      |                      ^^^^
      |
      = help: leave out the \`;\`, or group the statements: \`then (…; …) else (…)\`"
  `);
});

test('else without an if', () => {
  expect(cdError('else a =: b')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`else\` is part of a statement, not a value
     --> <template>:1:1
      |
    1 | else a =: b
      | ^^^^
      |
      = help: write \`if \${…} then (…) else (…)\` in \`cd\`"
  `);
});

test('else without a statement', () => {
  expect(cdError('if ${c} then a =: b else')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected a statement or \`(\`, found the end of the template
     --> <template>:1:25
      |
    1 | if \${1} then a =: b else
      |                         ^"
  `);
});

test('if as a value', () => {
  expect(cdError('a =: if ${c} then b else d')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`if\` is part of a statement, not a value
     --> <template>:1:6
      |
    1 | a =: if \${1} then b else d
      |      ^^
      |
      = help: write \`if \${…} then (…) else (…)\` in \`cd\`"
  `);
});

test('for over a name', () => {
  expect(cdError('for i in batch (a =: b)')).toMatchInlineSnapshot(`
    "error[EINC0101]: the range of \`for\` stands in a \`\${…}\`
     --> <template>:1:10
      |
    1 | for i in batch (a =: b)
      |          ^^^^^
      |
      = help: write \`for i in \${…} (…)\`, with a static symbol in the hole"
  `);
});

test('for without parentheses', () => {
  expect(cdError('for i in ${batch} a =: b')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`(\`, found \`a\`
     --> <template>:1:15
      |
    1 | for i in \${1} a =: b
      |               ^"
  `);
});

test('for without in', () => {
  expect(cdError('for i ${batch} (a =: b)')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`in\`, found a \`\${…}\`
     --> <template>:1:7
      |
    1 | for i \${1} (a =: b)
      |       ^^^^"
  `);
});

test('a section without a body', () => {
  expect(cdError('~~("zero grads")')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression, a string in double quotes or \`;\`, found \`)\`
     --> <template>:1:16
      |
    1 | ~~("zero grads")
      |                ^
      |
      = help: a section is \`~~("title"; statements)\`"
  `);
});

test('a section without a title', () => {
  expect(cdError('~~(; a =: b)')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression or a string in double quotes, found \`;\`
     --> <template>:1:4
      |
    1 | ~~(; a =: b)
      |    ^"
  `);
});

test('statements after a section without a semicolon', () => {
  expect(cdError('~~("t"; a =: b) c =: d')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`;\` before the next assignment
     --> <template>:1:17
      |
    1 | ~~("t"; a =: b) c =: d
      |                 ^"
  `);
});
