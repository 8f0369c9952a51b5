import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('backward about more operands', async () => {
  const message = await messageOf(
    "defineOp({ name: 'f', forward: cd`v =: v1`, backward: cd`g2 =+ g` })",
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`forward\` reads 1 operand, but \`backward\` is about more
     --> program.js:1:58
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v1\`, backward: cd\`g2 =+ g\` })
      |                                                          ^^^^^^^"
  `);
});

test('a later assignment that reads the result', async () => {
  const message = await messageOf("defineOp({ name: 'f', forward: cd`v =: v1; v =+ v * v2` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: the derivative of this \`forward\` does not follow from its code
     --> program.js:1:44
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v1; v =+ v * v2\` })
      |                                            ^^^^^^^^^^^
      |
      = help: use \`=+\` or \`=-\` after the first assignment and do not read \`v\`
      = help: or give the op its own \`backward\`: cd\`g1 =+ g * v2\`"
  `);
});

test('a logic for two', async () => {
  const message = await messageOf("defineOp({ name: 'f', logic: '@', forward: cd`v =: v1` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`forward\` reads 1 operand, but its logic is about 2
     --> program.js:1:1
      |
    1 | defineOp({ name: 'f', logic: '@', forward: cd\`v =: v1\` })
      | ^^^^^^^^"
  `);
});

test('a logic for one', async () => {
  const message = await messageOf("defineOp({ name: 'f', logic: 'T', forward: cd`v =: v1 * v2` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`forward\` reads 2 operands, but its logic is about 1
     --> program.js:1:1
      |
    1 | defineOp({ name: 'f', logic: 'T', forward: cd\`v =: v1 * v2\` })
      | ^^^^^^^^"
  `);
});

test('a spec for one', async () => {
  const message = await messageOf(
    "defineOp({ name: 'f', logic: 'i => i', forward: cd`v =: v1 * v2` })",
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`forward\` reads 2 operands, but its logic is about 1
     --> program.js:1:1
      |
    1 | defineOp({ name: 'f', logic: 'i => i', forward: cd\`v =: v1 * v2\` })
      | ^^^^^^^^"
  `);
});

test('a spec that does not parse', async () => {
  const message = await messageOf("defineOp({ name: 'f', logic: 'i =', forward: cd`v =: v1` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0102]: an einsum specification has a \`=>\` before its result
     --> program.js:1:1
      |
    1 | defineOp({ name: 'f', logic: 'i =', forward: cd\`v =: v1\` })
      | ^
      |
      = help: a specification is \`rhs; rhs => result\`, each of them \`batch | input -> output\`"
  `);
});

test('a spec with an axis from nowhere', async () => {
  const message = await messageOf("defineOp({ name: 'f', logic: 'i => k', forward: cd`v =: v1` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0304]: no operand has the axis \`k\` of this result
     --> program.js:1:1
      |
    1 | defineOp({ name: 'f', logic: 'i => k', forward: cd\`v =: v1\` })
      | ^
      |
      = help: for an axis of size 1 write \`0\`"
  `);
});

test('too many arguments', async () => {
  const message = await messageOf(
    "const f = defineOp({ name: 'f', forward: cd`v =: v1` });",
    'op`${f}(1, 2)`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0207]: \`f\` takes 1 argument, not 2
     --> program.js:2:4
      |
    2 | op\`\${f}(1, 2)\`
      |    ^^^^^^^^^^"
  `);
});

test('shapes that do not meet', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "const y = tensor([1, 2], { label: 'y' });",
    "const f = defineOp({ name: 'f', forward: cd`v =: v1 * v2` });",
    'op`${f}(${x}, ${y})`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`f\` needs the output axes of \`x\` and \`y\` to agree, but sizes 3 and 2 differ
     --> program.js:4:4
      |
    4 | op\`\${f}(\${x}, \${y})\`
      |    ^^^^ ----  ---- 2
      |         |
      |         3
      |
      = note: 3 because \`x\` is made with this shape (program.js:1:11)
      = note: 2 because \`y\` is made with this shape (program.js:2:11)"
  `);
});
