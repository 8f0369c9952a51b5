import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const forward = (code: string) => messageOf(`defineOp({ name: 'f', forward: cd\`${code}\` })`);
const backward = (code: string) =>
  messageOf(`defineOp({ name: 'f', forward: cd\`v =: v1\`,`, `  backward: cd\`${code}\` })`);

test('a name that does not say whose shape it has', async () => {
  expect(await forward('{ mask } =: v1; v =: mask')).toMatchInlineSnapshot(`
    "error[EINC0225]: the name of \`mask\` does not say whose shape it has
     --> program.js:1:37
      |
    1 | defineOp({ name: 'f', forward: cd\`{ mask } =: v1; v =: mask\` })
      |                                     ^^^^
      |
      = help: \`mask_lhs\` has that of the result, \`mask_rhs1\`, \`mask_rhs2\` and \`mask_rhs3\` have those of the operands
      = help: \`_rhs\` is \`_rhs1\`, and all of these may stand in front: \`lhs_mask\`"
  `);
});

test('a name that says two', async () => {
  expect(await forward('let lhs_mask_rhs1 = v1; v =: lhs_mask_rhs1')).toMatchInlineSnapshot(`
    "error[EINC0225]: the name of \`lhs_mask_rhs1\` says two shapes
     --> program.js:1:39
      |
    1 | defineOp({ name: 'f', forward: cd\`let lhs_mask_rhs1 = v1; v =: lhs_mask_rhs1\` })
      |                                       ^^^^^^^^^^^^^
      |
      = help: begin or end it with one of \`lhs\`, \`rhs1\`, \`rhs2\` and \`rhs3\`"
  `);
});

test('axes of its own', async () => {
  expect(await forward('{ mask_rhs1; o = [3] } =: v1; v =: mask_rhs1')).toMatchInlineSnapshot(`
    "error[EINC0214]: \`mask_rhs1\` has the shape that its name says, and starts as it is assigned
     --> program.js:1:48
      |
    1 | defineOp({ name: 'f', forward: cd\`{ mask_rhs1; o = [3] } =: v1; v =: mask_rhs1\` })
      |                                                ^^^^^^^"
  `);
});

test('added to before it is set', async () => {
  expect(await forward('{ mask_rhs1 } =+ v1; v =: mask_rhs1')).toMatchInlineSnapshot(`
    "error[EINC0219]: \`mask_rhs1\` holds nothing that could be used here
     --> program.js:1:35
      |
    1 | defineOp({ name: 'f', forward: cd\`{ mask_rhs1 } =+ v1; v =: mask_rhs1\` })
      |                                   ^^^^^^^^^^^^^^^^^^^
      |
      = help: begin with \`=:\`, or to add up with \`=:+\`"
  `);
});

test('set from itself', async () => {
  expect(await forward('{ mask_rhs1 } =: mask_rhs1 + 1; v =: mask_rhs1')).toMatchInlineSnapshot(`
    "error[EINC0219]: \`mask_rhs1\` holds nothing that could be used here
     --> program.js:1:35
      |
    1 | defineOp({ name: 'f', forward: cd\`{ mask_rhs1 } =: mask_rhs1 + 1; v =: mask_rhs1\` })
      |                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: begin with \`=:\`, or to add up with \`=:+\`"
  `);
});

test('multiplied', async () => {
  expect(await forward('{ mask_rhs1 } =: v1; mask_rhs1 =* v1; v =: mask_rhs1'))
    .toMatchInlineSnapshot(`
    "error[EINC0219]: arrays of an operation are set or added to: use \`=:\`, \`=+\` or \`=-\`
     --> program.js:1:56
      |
    1 | defineOp({ name: 'f', forward: cd\`{ mask_rhs1 } =: v1; mask_rhs1 =* v1; v =: mask_rhs1\` })
      |                                                        ^^^^^^^^^^^^^^^"
  `);
});

test('computed from the result', async () => {
  expect(await forward('v =: v1; { half_lhs } =: v / 2; v =+ half_lhs')).toMatchInlineSnapshot(`
    "error[EINC0219]: \`half_lhs\` is computed before \`v\`, so it cannot read it
     --> program.js:1:44
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v1; { half_lhs } =: v / 2; v =+ half_lhs\` })
      |                                            ^^^^^^^^^^^^^^^^^^^^^"
  `);
});

test('without a result', async () => {
  expect(await forward('{ half_lhs } =: v1 / 2')).toMatchInlineSnapshot(`
    "error[EINC0219]: \`forward\` never assigns \`v\`
     --> program.js:1:35
      |
    1 | defineOp({ name: 'f', forward: cd\`{ half_lhs } =: v1 / 2\` })
      |                                   ^^^^^^^^^^^^^^^^^^^^^^"
  `);
});

test('introduced twice', async () => {
  expect(await forward('let e_rhs1 = v1; let e_rhs1 = v1; v =: e_rhs1')).toMatchInlineSnapshot(`
    "error[EINC0204]: \`e_rhs1\` is defined twice in this template
     --> program.js:1:56
      |
    1 | defineOp({ name: 'f', forward: cd\`let e_rhs1 = v1; let e_rhs1 = v1; v =: e_rhs1\` })
      |                                                        ^^^^^^
      |
      = help: give one of them another name"
  `);
});

test('a let, assigned', async () => {
  expect(await forward('let e_rhs1 = v1; e_rhs1 =+ v1; v =: e_rhs1')).toMatchInlineSnapshot(`
    "error[EINC0216]: \`e_rhs1\` is a \`let\`, so code cannot assign it
     --> program.js:1:52
      |
    1 | defineOp({ name: 'f', forward: cd\`let e_rhs1 = v1; e_rhs1 =+ v1; v =: e_rhs1\` })
      |                                                    ^^^^^^
      |
      = help: for an array that changes write { e_rhs1 } =: …"
  `);
});

test('its gradient', async () => {
  expect(await backward('let e_rhs1 = g; g1 =+ e_rhs1.grad')).toMatchInlineSnapshot(`
    "error[EINC0214]: this is not a slot
     --> program.js:2:38
      |
    2 |   backward: cd\`let e_rhs1 = g; g1 =+ e_rhs1.grad\` })
      |                                      ^^^^^^^^^^^
      |
      = help: the slots are \`v\` (the value computed), \`v1 v2 v3\` (the operands), \`g g1 g2 g3\` (their gradients)"
  `);
});

test('in backward, added to before it is set', async () => {
  expect(await backward('{ e_rhs1 } =+ g; g1 =+ e_rhs1')).toMatchInlineSnapshot(`
    "error[EINC0219]: \`e_rhs1\` holds nothing that could be used here
     --> program.js:2:16
      |
    2 |   backward: cd\`{ e_rhs1 } =+ g; g1 =+ e_rhs1\` })
      |                ^^^^^^^^^^^^^^^
      |
      = help: begin with \`=:\`, or to add up with \`=:+\`"
  `);
});
