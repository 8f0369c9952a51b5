import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('a slice by a symbol without a range', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "op`${x} @| ${symbol('step')}`",
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0501]: \`step\` has no range, so it cannot select a slice
     --> program.js:2:12
      |
    2 | op\`\${x} @| \${symbol('step')}\`
      |            ^^^^^^^^^^^^^^^^^
      |
      = help: give it one: symbol('step', count)"
  `);
});

test('a loop over a symbol without a range', async () => {
  const message = await messageOf("cd`for i in ${symbol('step')} ({ x } =: !@i)`");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0501]: \`step\` has no range to loop over
     --> program.js:1:13
      |
    1 | cd\`for i in \${symbol('step')} ({ x } =: !@i)\`
      |             ^^^^^^^^^^^^^^^^^
      |
      = help: give it one: symbol('step', count)"
  `);
});

test('a range of 0', async () => {
  const message = await messageOf("symbol('n', 0)");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0503]: the range of \`n\` must be a positive integer, not 0
     --> program.js:1:1
      |
    1 | symbol('n', 0)
      | ^^^^^^"
  `);
});

test('a slice by a name', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "const n = symbol('n', 4);",
    'op`${x} @| n`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: a static symbol must stand here, in a hole
     --> program.js:3:12
      |
    3 | op\`\${x} @| n\`
      |            ^
      |
      = help: write \${n} if \`n\` is one"
  `);
});

test('a slice by a number', async () => {
  const message = await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`${x} @| 3`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: a static symbol must stand here, in a hole
     --> program.js:2:12
      |
    2 | op\`\${x} @| 3\`
      |            ^"
  `);
});

test('the value of a tensor as of a symbol', async () => {
  const message = await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`!@${x}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds a tensor, but a static symbol must stand here
     --> program.js:2:6
      |
    2 | op\`!@\${x}\`
      |      ^^^^
      |
      = help: make one: const i = symbol('i', count)"
  `);
});

test('the value of an unknown loop', async () => {
  const message = await messageOf('cd`{ y } =: !@i`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: a static symbol must stand here: a hole or the name of a loop
     --> program.js:1:15
      |
    1 | cd\`{ y } =: !@i\`
      |               ^"
  `);
});

test('a run with another name', async () => {
  const message = await messageOf(
    "const n = symbol('n', 4);",
    '(await ctx.compile(cd`{ x } =: !@${n}`)).runSync({ m: 1 })',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0506]: \`routine\` has no static symbol \`m\`
      = help: its static symbols are \`n\`"
  `);
});

test('a run without any', async () => {
  const message = await messageOf(
    "const n = symbol('n', 4);",
    '(await ctx.compile(cd`{ x } =: !@${n}`)).run()',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0506]: \`routine\` needs a value for its static symbol \`n\`
     --> program.js:1:11
      |
    1 | const n = symbol('n', 4);
      |           ^^^^^^ the symbol is made here
      |
      = help: run({ n: 0 })"
  `);
});

test('a run out of range', async () => {
  const message = await messageOf(
    "const n = symbol('n', 4);",
    '(await ctx.compile(cd`{ x } =: !@${n}`)).runSync({ n: 4 })',
  );
  expect(message).toMatchInlineSnapshot(
    `
    "error[EINC0506]: the static symbol \`n\` must be an integer from 0 to 3, not 4
     --> program.js:1:11
      |
    1 | const n = symbol('n', 4);
      |           ^^^^^^ the symbol is made here"
  `,
  );
});

test('a run with half a step', async () => {
  const message = await messageOf(
    "const step = symbol('step');",
    '(await ctx.compile(cd`{ x } =: !@${step}`)).runSync({ step: 0.5 })',
  );
  expect(message).toMatchInlineSnapshot(
    `
    "error[EINC0506]: the static symbol \`step\` must be a 32-bit integer, not 0.5
     --> program.js:1:14
      |
    1 | const step = symbol('step');
      |              ^^^^^^ the symbol is made here"
  `,
  );
});

test('runs over a symbol that the routine does not have', async () => {
  const message = await messageOf(
    "const n = symbol('n', 4);",
    "const m = symbol('m', 2);",
    '(await ctx.compile(cd`{ x } =: !@${n}`)).loop(m)',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0501]: \`loop\` runs over a static symbol of \`routine\` that has a range, not over \`m\`
      = note: it has \`n\`"
  `);
});
