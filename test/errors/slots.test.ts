import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('code about slots, compiled', async () => {
  const message = await messageOf('await ctx.compile(cd`v =: v1 + v2`)');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0206]: this code is about slots (\`v\`, \`v1\`, \`g\`, …), not about tensors
     --> program.js:1:22
      |
    1 | await ctx.compile(cd\`v =: v1 + v2\`)
      |                      ^^^^^^^^^^^^
      |
      = help: give it to \`defineOp\` as \`forward\` or \`backward\`, or put tensors in holes: \${x}"
  `);
});

test('code about slots, in a hole', async () => {
  const message = await messageOf('const add = cd`v =: v1 + v2`;', 'cd`{ x } =: 1; ${add}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0206]: this code is about slots (\`v\`, \`v1\`, \`g\`, …), not about tensors
     --> program.js:1:16
      |
    1 | const add = cd\`v =: v1 + v2\`;
      |                ^^^^^^^^^^^^
      |
      = help: give it to \`defineOp\` as \`forward\` or \`backward\`, or put tensors in holes: \${x}"
  `);
});

test('code about slots, in sequence', async () => {
  const message = await messageOf('sequence([cd`v =: v1`])');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0206]: this code is about slots (\`v\`, \`v1\`, \`g\`, …), not about tensors
     --> program.js:1:14
      |
    1 | sequence([cd\`v =: v1\`])
      |              ^^^^^^^
      |
      = help: give it to \`defineOp\` as \`forward\` or \`backward\`, or put tensors in holes: \${x}"
  `);
});

test('a tensor in code about slots', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "defineOp({ name: 'f', forward: cd`v =: v1 + ${x}` })",
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0214]: code about slots takes no tensors: this is a tensor
     --> program.js:2:45
      |
    2 | defineOp({ name: 'f', forward: cd\`v =: v1 + \${x}\` })
      |                                             ^^^^
      |
      = help: it is about whatever the operation is given: \`v1\`, \`v2\`, \`v3\`; or it takes numbers"
  `);
});

test('a section', async () => {
  const message = await messageOf('defineOp({ name: \'f\', forward: cd`~~("title"; v =: v1)` })');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0214]: code about slots has only assignments, \`let\` and \`if\`
     --> program.js:1:35
      |
    1 | defineOp({ name: 'f', forward: cd\`~~("title"; v =: v1)\` })
      |                                   ^^^^^^^^^^^^^^^^^^^^"
  `);
});

test('assigning something else', async () => {
  const message = await messageOf("defineOp({ name: 'f', forward: cd`{ x } =: v1` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0225]: the name of \`x\` does not say whose shape it has
     --> program.js:1:37
      |
    1 | defineOp({ name: 'f', forward: cd\`{ x } =: v1\` })
      |                                     ^
      |
      = help: \`x_lhs\` has that of the result, \`x_rhs1\`, \`x_rhs2\` and \`x_rhs3\` have those of the operands
      = help: \`_rhs\` is \`_rhs1\`, and all of these may stand in front: \`lhs_x\`"
  `);
});

test('a logic', async () => {
  const message = await messageOf(
    'defineOp({ name: \'f\', forward: cd`v =: v1 * v2 ~logic:"@"` })',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0214]: the logic of an operation is given once, to \`defineOp\`
     --> program.js:1:55
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v1 * v2 ~logic:"@"\` })
      |                                                       ^^^"
  `);
});

test('reading something else', async () => {
  const message = await messageOf("defineOp({ name: 'f', forward: cd`v =: v1 + x` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0214]: this is not a slot
     --> program.js:1:45
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v1 + x\` })
      |                                             ^
      |
      = help: the slots are \`v\` (the value computed), \`v1 v2 v3\` (the operands), \`g g1 g2 g3\` (their gradients)"
  `);
});

test('a part that does not exist', async () => {
  const message = await messageOf("defineOp({ name: 'f', forward: cd`v =: t1.gradient` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0214]: this is not a slot
     --> program.js:1:40
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: t1.gradient\` })
      |                                        ^^^^^^^^^^^
      |
      = help: the slots are \`v\` (the value computed), \`v1 v2 v3\` (the operands), \`g g1 g2 g3\` (their gradients)"
  `);
});

test('a choice by a number', async () => {
  const message = await messageOf("defineOp({ name: 'f', forward: cd`if ${1} then v =: v1` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds the number 1, but a boolean must stand here
     --> program.js:1:38
      |
    1 | defineOp({ name: 'f', forward: cd\`if \${1} then v =: v1\` })
      |                                      ^^^^"
  `);
});
