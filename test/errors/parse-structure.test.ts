import { expect, test } from 'vitest';
import { opError } from '../support/parse-error.ts';

test('two definitions without a semicolon', () => {
  expect(opError('a = relu x\n' + 'b = a *. a')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`;\` before the next definition
     --> <template>:2:1
      |
    2 | b = a *. a
      | ^"
  `);
});

test('and when the second is a function', () => {
  expect(opError('a = relu x b(y) = a *. y')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`;\` before the next definition
     --> <template>:1:12
      |
    1 | a = relu x b(y) = a *. y
      |            ^"
  `);
});

test('an expression after a definition on a new line', () => {
  expect(opError('a = x + 1\n' + '${f}(a)')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an operator or \`;\` before a \`\${…}\`
     --> <template>:2:1
      |
    2 | \${1}(a)
      | ^^^^"
  `);
});

test('a definition that ends in a number, and another', () => {
  expect(opError('a = 1\n' + 'f(x) = y')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`;\` before the next definition
     --> <template>:2:1
      |
    2 | f(x) = y
      | ^"
  `);
});

test('two semicolons', () => {
  expect(opError('a = x;; a')).toMatchInlineSnapshot(`
    "error[EINC0101]: nothing stands between this \`;\` and the one before it
     --> <template>:1:7
      |
    1 | a = x;; a
      |       ^"
  `);
});

test('parameters without parentheses', () => {
  expect(opError('mlp x y = { w } * x + y')).toMatchInlineSnapshot(`
    "error[EINC0101]: the parameters of \`mlp\` stand in parentheses
     --> <template>:1:5
      |
    1 | mlp x y = { w } * x + y
      |     ^^^
      |
      = help: write \`mlp(x, y) = …\`"
  `);
});

test('a definition without a value', () => {
  expect(opError('y = ')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression, found the end of the template
     --> <template>:1:5
      |
    1 | y = 
      |     ^"
  `);
});

test('an operator without its right side', () => {
  expect(opError('x + ')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression, found the end of the template
     --> <template>:1:5
      |
    1 | x + 
      |     ^"
  `);
});

test('two operators in a row', () => {
  expect(opError('x + * y')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression, found \`*\`
     --> <template>:1:5
      |
    1 | x + * y
      |     ^"
  `);
});

test('an operand after a number', () => {
  expect(opError('2 x')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an operator before \`x\`
     --> <template>:1:3
      |
    1 | 2 x
      |   ^
      |
      = help: only a name, a \`\${…}\`, a call or a parenthesis takes arguments; a product is written \`*\` or \`*.\`"
  `);
});

test('an operand after an inline definition', () => {
  expect(opError('{ w } x')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an operator before \`x\`
     --> <template>:1:7
      |
    1 | { w } x
      |       ^
      |
      = help: only a name, a \`\${…}\`, a call or a parenthesis takes arguments; a product is written \`*\` or \`*.\`"
  `);
});

test('an operand after a field', () => {
  expect(opError('${p}.grad ${q}')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an operator before a \`\${…}\`
     --> <template>:1:11
      |
    1 | \${1}.grad \${2}
      |           ^^^^
      |
      = help: only a name, a \`\${…}\`, a call or a parenthesis takes arguments; a product is written \`*\` or \`*.\`"
  `);
});

test('++ without a string', () => {
  expect(opError('x ++ y')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected a string in double quotes, found \`y\`
     --> <template>:1:6
      |
    1 | x ++ y
      |      ^
      |
      = help: \`++\` takes an einsum string: \`x ++ "...|... => 0"\`"
  `);
});

test('+* without a string', () => {
  expect(opError('a +* b * c')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected a string in double quotes, found the end of the template
     --> <template>:1:11
      |
    1 | a +* b * c
      |           ^
      |
      = help: \`+*\` takes an einsum string: \`a +* "ij; jk => ik" b\`"
  `);
});

test('++ before a tighter operator', () => {
  expect(opError('x ++ "...|... => 0" /. 10')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`++\` with its string takes parentheses before \`/.\`
     --> <template>:1:21
      |
    1 | x ++ "...|... => 0" /. 10
      |                     ^^
      |
      = help: write \`(x ++ "…") /. …\`"
  `);
});

test('a field of it', () => {
  expect(opError('x ++ "i => 0".grad')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`++\` with its string takes parentheses before \`.\`
     --> <template>:1:14
      |
    1 | x ++ "i => 0".grad
      |              ^
      |
      = help: write \`(x ++ "…").…\`"
  `);
});

test('a string where a value belongs', () => {
  expect(opError('"i => i" ++ x')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression, found \`"i => i"\`
     --> <template>:1:1
      |
    1 | "i => i" ++ x
      | ^^^^^^^^"
  `);
});

test('a field that is no name', () => {
  expect(opError('x.5')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected a name, found \`5\`
     --> <template>:1:3
      |
    1 | x.5
      |   ^"
  `);
});

test('an inline definition without a name', () => {
  expect(opError('{ 0.5 }')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected a name, found \`0.5\`
     --> <template>:1:3
      |
    1 | { 0.5 }
      |   ^^^"
  `);
});

test('axes without brackets', () => {
  expect(opError('{ b; o = 16 }')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`[\`, found \`16\`
     --> <template>:1:10
      |
    1 | { b; o = 16 }
      |          ^^
      |
      = help: axes stand in brackets: \`o = [16]\`"
  `);
});

test('axes separated by semicolons', () => {
  expect(opError('{ w; i = [2; 3] }')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`]\` or \`,\`, found \`;\`
     --> <template>:1:12
      |
    1 | { w; i = [2; 3] }
      |          - ^
      |          |
      |          this \`[\` is still open
      |
      = help: axes are separated by \`,\`"
  `);
});

test('axes that are expressions', () => {
  expect(opError('{ w; i = [hid + 1] }')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`]\` or \`,\`, found \`+\`
     --> <template>:1:15
      |
    1 | { w; i = [hid + 1] }
      |          -    ^
      |          |
      |          this \`[\` is still open"
  `);
});

test('what follows the definition of several rows', () => {
  expect(opError('{ w; i = [2], o = [3] }')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`}\` or \`;\`, found \`,\`
     --> <template>:1:13
      |
    1 | { w; i = [2], o = [3] }
      | -           ^
      | |
      | this \`{\` is still open"
  `);
});

test('nested beyond reason', () => {
  expect(opError(`${'('.repeat(500)}x${')'.repeat(500)}`).split('\n')[0]).toMatchInlineSnapshot(
    `"error[EINC0101]: the template is nested too deeply to be read"`,
  );
});
