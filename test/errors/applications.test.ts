import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('too many arguments for a function of the language', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`relu(${x}, 1)`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0207]: \`relu\` takes 1 argument, not 2
     --> program.js:2:4
      |
    2 | op\`relu(\${x}, 1)\`
      |    ^^^^^^^^^^^^^"
  `);
});

test('too few in cd', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ y } =: where(${x}, 1)`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0207]: \`where\` takes 3 arguments, not 2
     --> program.js:2:13
      |
    2 | cd\`{ y } =: where(\${x}, 1)\`
      |             ^^^^^^^^^^^^^^"
  `);
});

test('too many for a function of the user', async () => {
  const message = await messageOf('const f = op`f(a) = a`;', 'op`${f}(1, 2)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0207]: \`f\` takes 1 argument, not 2
     --> program.js:2:4
      |
    2 | op\`\${f}(1, 2)\`
      |    ^^^^^^^^^^"
  `);
});

test('too few from JavaScript', async () => {
  const message = await messageOf('const f = op`f(a, b) = a + b`;', 'f(1)');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0207]: \`f\` takes 2 arguments, not 1
     --> program.js:2:1
      |
    2 | f(1)
      | ^"
  `);
});

test('an argument that is no tensor', async () => {
  const message = await messageOf('const f = op`f(a) = a`;', "f('x')");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0207]: \`f\` takes tensors and numbers, not the string "x"
     --> program.js:2:1
      |
    2 | f('x')
      | ^"
  `);
});

test('null as an argument', async () => {
  const message = await messageOf('const f = op`f(a) = a`;', 'f(null)');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0207]: \`f\` takes tensors and numbers, not null
     --> program.js:2:1
      |
    2 | f(null)
      | ^"
  `);
});

test('a function of the language as a tensor', async () => {
  const message = await messageOf('op`1 + relu`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0210]: \`relu\` is a function, not a tensor
     --> program.js:1:8
      |
    1 | op\`1 + relu\`
      |        ^^^^
      |
      = help: apply it: relu(x)"
  `);
});

test('a function of the user as a tensor', async () => {
  const message = await messageOf('const f = op`f(a) = a`;', 'op`${f} + 1`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0210]: \`f\` is a tensor function, not a tensor
     --> program.js:2:4
      |
    2 | op\`\${f} + 1\`
      |    ^^^^
      |
      = help: apply it: \${…}(x)"
  `);
});

test('a tensor as a function', async () => {
  const message = await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`${x}(1)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0210]: this is a tensor, and only functions can be applied
     --> program.js:2:4
      |
    2 | op\`\${x}(1)\`
      |    ^^^^
      |
      = help: for a product write \`*\` or \`*.\`"
  `);
});

test('a number as a function', async () => {
  const message = await messageOf('op`${2}(1)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0210]: this is a number, and only functions can be applied
     --> program.js:1:4
      |
    1 | op\`\${2}(1)\`
      |    ^^^^
      |
      = help: for a product write \`*\` or \`*.\`"
  `);
});

test('a part of a tensor in op', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`${x}.grad + 1`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0211]: \`op\` has no \`.grad\`, only tensors
     --> program.js:2:9
      |
    2 | op\`\${x}.grad + 1\`
      |         ^^^^
      |
      = help: the parts of a tensor are used in \`cd\`"
  `);
});

test('`/` in op', async () => {
  const message = await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`${x} / 2`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0205]: \`/\` is not an operator of \`op\`
     --> program.js:2:9
      |
    2 | op\`\${x} / 2\`
      |         ^
      |
      = help: for the element-wise operation write \`/.\`"
  `);
});

test('`**` in op', async () => {
  const message = await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`${x} ** 2`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0205]: \`**\` is not an operator of \`op\`
     --> program.js:2:9
      |
    2 | op\`\${x} ** 2\`
      |         ^^
      |
      = help: for the element-wise operation write \`**.\`"
  `);
});

test('several arguments without parentheses', async () => {
  expect(await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`where ${x} 1 2`'))
    .toMatchInlineSnapshot(`
    "error[EINC0207]: \`where\` takes 3 arguments, not 1
     --> program.js:2:4
      |
    2 | op\`where \${x} 1 2\`
      |    ^^^^^^^^^^
      |
      = help: several arguments stand in parentheses: \`where(condition, x, y)\`"
  `);
});

test('three tensors without parentheses', async () => {
  expect(await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`fma ${x} ${x} ${x}`'))
    .toMatchInlineSnapshot(`
    "error[EINC0207]: \`fma\` takes 3 arguments, not 1
     --> program.js:2:4
      |
    2 | op\`fma \${x} \${x} \${x}\`
      |    ^^^^^^^^
      |
      = help: several arguments stand in parentheses: \`fma(x, y, z)\`"
  `);
});

test('without parentheses, to a function of the template', async () => {
  expect(
    await messageOf(
      "const x = tensor([1, 2, 3], { label: 'x' });",
      'op`f(a, b) = a + b; f ${x} 1`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0207]: \`f\` takes 2 arguments, not 1
     --> program.js:2:21
      |
    2 | op\`f(a, b) = a + b; f \${x} 1\`
      |                     ^^^^^^
      |
      = help: several arguments stand in parentheses: \`f(x, y)\`"
  `);
});

test('the greatest of all cells', async () => {
  expect(await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`max(${x})`'))
    .toMatchInlineSnapshot(`
    "error[EINC0207]: \`max\` takes 2 arguments, not 1
     --> program.js:2:4
      |
    2 | op\`max(\${x})\`
      |    ^^^^^^^^^
      |
      = help: over all cells of one tensor write \`x @^^ "...|... => 0"\`"
  `);
});

test('the least of all cells', async () => {
  expect(await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`min ${x}`'))
    .toMatchInlineSnapshot(`
    "error[EINC0207]: \`min\` takes 2 arguments, not 1
     --> program.js:2:4
      |
    2 | op\`min \${x}\`
      |    ^^^^^^^^
      |
      = help: over all cells of one tensor write \`x @-- "...|... => 0"\`"
  `);
});

test('an operation of two with one operand', async () => {
  expect(await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`atan2(${x})`'))
    .toMatchInlineSnapshot(`
    "error[EINC0207]: \`atan2\` takes 2 arguments, not 1
     --> program.js:2:4
      |
    2 | op\`atan2(\${x})\`
      |    ^^^^^^^^^^^"
  `);
});
