import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('two definitions', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`y = ${x} + 1; y = ${x} - 1`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0204]: \`y\` is defined twice in this template
     --> program.js:2:18
      |
    2 | op\`y = \${x} + 1; y = \${x} - 1\`
      |    -             ^
      |    |
      |    first here
      |
      = help: give one of them another name"
  `);
});

test('two parameters', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`{ w } * ${x} + { w }`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0204]: \`w\` is defined twice in this template
     --> program.js:2:21
      |
    2 | op\`{ w } * \${x} + { w }\`
      |      -              ^
      |      |
      |      first here
      |
      = help: to use it again write \`w\` without braces"
  `);
});

test('a parameter and a definition', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`w = { w } * ${x}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0204]: \`w\` is defined twice in this template
     --> program.js:2:10
      |
    2 | op\`w = { w } * \${x}\`
      |    -     ^
      |    |
      |    first here
      |
      = help: give one of them another name"
  `);
});

test('two arguments of a function', async () => {
  const message = await messageOf('op`f(a, b, a) = a + b`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0204]: \`a\` is defined twice in this template
     --> program.js:1:12
      |
    1 | op\`f(a, b, a) = a + b\`
      |      -     ^
      |      |
      |      first here
      |
      = help: give one of them another name"
  `);
});

test('an argument and a parameter in the body', async () => {
  const message = await messageOf('op`f(w) = { w } * w`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0204]: \`w\` is defined twice in this template
     --> program.js:1:13
      |
    1 | op\`f(w) = { w } * w\`
      |      -      ^
      |      |
      |      first here
      |
      = help: give one of them another name"
  `);
});

test('two arrays of cd', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ y } =: ${x}; { y } =: 1`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0204]: \`y\` is defined twice in this template
     --> program.js:2:21
      |
    2 | cd\`{ y } =: \${x}; { y } =: 1\`
      |                     ^
      |
      = help: to assign it again write \`y\` without braces"
  `);
});

test('a keyword', async () => {
  const message = await messageOf('op`if = 1`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0101]: \`if\` is a keyword and cannot be a name
     --> program.js:1:4
      |
    1 | op\`if = 1\`
      |    ^^"
  `);
});

test('the name of a tensor', async () => {
  const message = await messageOf("tensor([1], { label: 'no name' })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0601]: "no name" cannot name a tensor: use letters, digits and _
     --> program.js:1:1
      |
    1 | tensor([1], { label: 'no name' })
      | ^^^^^^"
  `);
});

test('the name of a symbol', async () => {
  const message = await messageOf("symbol('2nd')");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0503]: "2nd" cannot name a symbol: use letters, digits and _
     --> program.js:1:1
      |
    1 | symbol('2nd')
      | ^^^^^^"
  `);
});

test('the name of a routine', async () => {
  const message = await messageOf("await ctx.compile(cd`{ x } =: 1`, { name: 'a b' })");
  expect(message).toMatchInlineSnapshot(
    `"error[EINC0509]: "a b" cannot name a routine: use letters, digits and _"`,
  );
});

test('two symbols of one name', async () => {
  const message = await messageOf(
    "const [i, j] = [symbol('n', 3), symbol('n', 3)];",
    'await ctx.compile(cd`{ x } =: !@${i} + !@${j}`)',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0502]: two static symbols of this routine are called \`n\`
      = help: give them different names, or use one \`symbol()\` for both"
  `);
});

test('a loop inside a loop over the same symbol', async () => {
  const message = await messageOf(
    "const n = symbol('n', 4);",
    'cd`for i in ${n} (for j in ${n} ({ x } =: !@i))`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0502]: a loop around this one already runs over \`n\`
     --> program.js:2:28
      |
    2 | cd\`for i in \${n} (for j in \${n} ({ x } =: !@i))\`
      |                            ^^^^"
  `);
});
