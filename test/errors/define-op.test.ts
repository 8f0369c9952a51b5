import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('a name of two words', async () => {
  const message = await messageOf("defineOp({ name: 'two words', forward: cd`v =: v1` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: "two words" cannot name an op: use letters, digits and _
     --> program.js:1:1
      |
    1 | defineOp({ name: 'two words', forward: cd\`v =: v1\` })
      | ^^^^^^^^"
  `);
});

test('forward without slots', async () => {
  const message = await messageOf("defineOp({ name: 'f', forward: cd`{ x } =: 1` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`forward\` must be about slots: cd\`v =: v1 * v2\`
     --> program.js:1:1
      |
    1 | defineOp({ name: 'f', forward: cd\`{ x } =: 1\` })
      | ^^^^^^^^"
  `);
});

test('no forward', async () => {
  const message = await messageOf("defineOp({ name: 'f' })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`forward\` must be about slots: cd\`v =: v1 * v2\`
     --> program.js:1:1
      |
    1 | defineOp({ name: 'f' })
      | ^^^^^^^^"
  `);
});

test('backward without slots', async () => {
  const message = await messageOf(
    "defineOp({ name: 'f', forward: cd`v =: v1`, backward: cd`{ x } =: 1` })",
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`backward\` must be about slots: cd\`g1 =+ g * v2\`
     --> program.js:1:1
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v1\`, backward: cd\`{ x } =: 1\` })
      | ^^^^^^^^"
  `);
});

test('forward assigns an operand', async () => {
  const message = await messageOf("defineOp({ name: 'f', forward: cd`v =: v1; v2 =: v1` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`forward\` assigns only \`v\`
     --> program.js:1:44
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v1; v2 =: v1\` })
      |                                            ^^^^^^^^"
  `);
});

test('forward assigns a gradient', async () => {
  const message = await messageOf("defineOp({ name: 'f', forward: cd`g1 =: v1` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`forward\` assigns only \`v\`
     --> program.js:1:35
      |
    1 | defineOp({ name: 'f', forward: cd\`g1 =: v1\` })
      |                                   ^^^^^^^^"
  `);
});

test('forward reads a gradient', async () => {
  const message = await messageOf("defineOp({ name: 'f', forward: cd`v =: v1 + g2` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`forward\` has no gradients
     --> program.js:1:35
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v1 + g2\` })
      |                                   ^^^^^^^^^^^^"
  `);
});

test('forward adds to nothing', async () => {
  const message = await messageOf("defineOp({ name: 'f', forward: cd`v =+ v1` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`forward\` starts from what an earlier run left in \`v\`
     --> program.js:1:35
      |
    1 | defineOp({ name: 'f', forward: cd\`v =+ v1\` })
      |                                   ^^^^^^^
      |
      = help: begin with \`=:\`, or to add up with \`=:+\`"
  `);
});

test('forward reads its result first', async () => {
  const message = await messageOf("defineOp({ name: 'f', forward: cd`v =: v + v1` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`forward\` starts from what an earlier run left in \`v\`
     --> program.js:1:35
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v + v1\` })
      |                                   ^^^^^^^^^^^
      |
      = help: begin with \`=:\`, or to add up with \`=:+\`"
  `);
});

test('a derivative that does not follow', async () => {
  const message = await messageOf("defineOp({ name: 'f', forward: cd`v =: v1; v =: v * v2` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: the derivative of this \`forward\` does not follow from its code
     --> program.js:1:44
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v1; v =: v * v2\` })
      |                                            ^^^^^^^^^^^
      |
      = help: use \`=+\` or \`=-\` after the first assignment and do not read \`v\`
      = help: or give the op its own \`backward\`: cd\`g1 =+ g * v2\`"
  `);
});

test('backward assigns a value', async () => {
  const message = await messageOf(
    "defineOp({ name: 'f', forward: cd`v =: v1`, backward: cd`v1 =+ g` })",
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`backward\` assigns only the gradients of operands: \`g1\`, \`g2\`, \`g3\`
     --> program.js:1:58
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v1\`, backward: cd\`v1 =+ g\` })
      |                                                          ^^^^^^^"
  `);
});

test('backward assigns its own gradient', async () => {
  const message = await messageOf(
    "defineOp({ name: 'f', forward: cd`v =: v1`, backward: cd`g =+ v1` })",
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`backward\` assigns only the gradients of operands: \`g1\`, \`g2\`, \`g3\`
     --> program.js:1:58
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v1\`, backward: cd\`g =+ v1\` })
      |                                                          ^^^^^^^"
  `);
});

test('backward sets', async () => {
  const message = await messageOf(
    "defineOp({ name: 'f', forward: cd`v =: v1`, backward: cd`g1 =: g` })",
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`backward\` adds to gradients: use \`=+\` or \`=-\`
     --> program.js:1:58
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v1\`, backward: cd\`g1 =: g\` })
      |                                                          ^^^^^^^"
  `);
});

test('backward multiplies', async () => {
  const message = await messageOf(
    "defineOp({ name: 'f', forward: cd`v =: v1`, backward: cd`g1 =* g` })",
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0219]: \`backward\` adds to gradients: use \`=+\` or \`=-\`
     --> program.js:1:58
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: v1\`, backward: cd\`g1 =* g\` })
      |                                                          ^^^^^^^"
  `);
});
