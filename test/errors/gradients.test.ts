import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('of data', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`${x}.grad =: 1`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0402]: \`x\` has no gradient
     --> program.js:2:9
      |
    2 | cd\`\${x}.grad =: 1\`
      |         ^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('of what is computed from data', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'const y = op`y = ${x} + 1`;',
    'cd`${y}.backprop`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0402]: \`y\` has no gradient
     --> program.js:3:9
      |
    3 | cd\`\${y}.backprop\`
      |         ^^^^^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('from JavaScript', async () => {
  const message = await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'x.grad');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0402]: \`x\` has no gradient
     --> program.js:1:11
      |
    1 | const x = tensor([1, 2, 3], { label: 'x' });
      |           ^^^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('of a loss without parameters', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'gradUpdate(op`loss = ${x} ++ "i => 0"`)',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0402]: \`loss\` has no gradient
     --> program.js:2:22
      |
    2 | gradUpdate(op\`loss = \${x} ++ "i => 0"\`)
      |                      ^^^^^^^^^^^^^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('to zero', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`${x}.zero_grads`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0402]: \`x\` has no gradient
     --> program.js:2:9
      |
    2 | cd\`\${x}.zero_grads\`
      |         ^^^^^^^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('of an accumulation without a derivative', async () => {
  const message = await messageOf(
    "const f = defineOp({ name: 'f', logic: 'i => 0', forward: cd`v =:/ v1` });",
    'await ctx.compile(gradUpdate(op`${f}({ w; o = [3] })`))',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0401]: an accumulation with \`div\` has no derivative here
     --> program.js:1:62
      |
    1 | const f = defineOp({ name: 'f', logic: 'i => 0', forward: cd\`v =:/ v1\` });
      |                                                              ^^^^^^^^
     --> program.js:2:33
      |
    2 | await ctx.compile(gradUpdate(op\`\${f}({ w; o = [3] })\`))
      |                                 -------------------- used here
      |
      = help: accumulate with \`=+\` or \`=-\`, or give the op its own \`backward\` code"
  `);
});
