import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('an operator that does not exist', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ y } =% ${x}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0212]: \`=%\` is not an assignment einc can accumulate with
     --> program.js:2:10
      |
    2 | cd\`{ y } =% \${x}\`
      |          ^^
      |
      = help: the assignments are \`=:\` \`=+\` \`=:+\` \`=-\` \`=:-\` \`=*\` \`=:*\` \`=/\` \`=:/\` \`=**\` \`=:**\` \`=@^\` \`=:@^\` \`=@-\` \`=:@-\` \`=&&\` \`=:&&\` \`=||\` \`=:||\` \`=?/\` \`=:?/\` \`=?^\` \`=:?^\`"
  `);
});

test('`*` without a logic', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ y } =: ${x} * ${x}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0213]: \`*\` does not say which axes meet
     --> program.js:2:18
      |
    2 | cd\`{ y } =: \${x} * \${x}\`
      |                  ^
      |
      = help: for the element-wise operation write \`*.\`
      = help: or, for a tensor product, end the assignment with ~logic:"@""
  `);
});

test('`/` without a logic', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ y } =: ${x} / 2`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0213]: \`/\` does not say which axes meet
     --> program.js:2:18
      |
    2 | cd\`{ y } =: \${x} / 2\`
      |                  ^
      |
      = help: for the element-wise operation write \`/.\`"
  `);
});

test('the logic `@` of a sum', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ y } =: ${x} + ${x} ~logic:"@"`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0218]: the logic \`@\` is about one product of two tensors
     --> program.js:2:13
      |
    2 | cd\`{ y } =: \${x} + \${x} ~logic:"@"\`
      |             ^^^^^^^^^^^
      |
      = help: write x * y ~logic:"@", or for anything else an einsum spec"
  `);
});

test('the logic `T` of two', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ y } =: ${x} + ${x} ~logic:"T"`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0218]: the logic \`T\` is about one tensor
     --> program.js:2:13
      |
    2 | cd\`{ y } =: \${x} + \${x} ~logic:"T"\`
      |             ^^^^^^^^^^^
      |
      = help: write x ~logic:"T", or for anything else an einsum spec"
  `);
});

test('a logic that says nothing', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ y } =: ${x} ~logic:""`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0102]: an einsum specification has a \`=>\` before its result
     --> program.js:2:26
      |
    2 | cd\`{ y } =: \${x} ~logic:""\`
      |                          ^
      |
      = help: a specification is \`rhs; rhs => result\`, each of them \`batch | input -> output\`"
  `);
});

test('assigning what op computes', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'const y = op`y = ${x} + 1`;',
    'cd`${y} =: 0`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0216]: \`y\` is computed by \`op\`, so code cannot assign it
     --> program.js:3:4
      |
    3 | cd\`\${y} =: 0\`
      |    ^^^^
      |
      = help: introduce an array of your own: { x } =: …"
  `);
});

test('assigning a constant', async () => {
  const message = await messageOf('const c = op`2`;', 'cd`${c} =: 0`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0216]: \`constant\` is computed by \`op\`, so code cannot assign it
     --> program.js:2:4
      |
    2 | cd\`\${c} =: 0\`
      |    ^^^^
      |
      = help: introduce an array of your own: { x } =: …"
  `);
});

test('assigning a number', async () => {
  const message = await messageOf('cd`1 =: 0`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0215]: a tensor must stand here: a name or a hole
     --> program.js:1:4
      |
    1 | cd\`1 =: 0\`
      |    ^"
  `);
});

test('assigning code', async () => {
  const message = await messageOf('const w = op`{ w }`;', 'cd`${w}.forward =: 0`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0211]: \`.forward\` is code, not an array
     --> program.js:2:9
      |
    2 | cd\`\${w}.forward =: 0\`
      |         ^^^^^^^"
  `);
});

test('reading code', async () => {
  const message = await messageOf('const w = op`{ w }`;', 'cd`{ y } =: ${w}.backprop`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0211]: \`.backprop\` is code, not an array
     --> program.js:2:18
      |
    2 | cd\`{ y } =: \${w}.backprop\`
      |                  ^^^^^^^^"
  `);
});

test('a tensor as a statement', async () => {
  const message = await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'cd`${x}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds a tensor, but code must stand here
     --> program.js:2:4
      |
    2 | cd\`\${x}\`
      |    ^^^^
      |
      = help: for the code that computes it write \`\${…}.forward\`"
  `);
});

test('a formula as a statement', async () => {
  const message = await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'cd`${x} + 1`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an assignment such as \`=:\`, found the end of the template
     --> program.js:2:12
      |
    2 | cd\`\${x} + 1\`
      |            ^"
  `);
});

test('an array as a statement', async () => {
  const message = await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'cd`${x}.value`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0217]: \`.value\` is an array, not code
     --> program.js:2:4
      |
    2 | cd\`\${x}.value\`
      |    ^^^^^^^^^^
      |
      = help: assign something: x =: …
      = help: or run code: \${loss}.forward"
  `);
});

test('a title about a formula', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`~~((${x} + 1) "title"; { y } =: 1)`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0215]: a tensor must stand here: a name or a hole
     --> program.js:2:8
      |
    2 | cd\`~~((\${x} + 1) "title"; { y } =: 1)\`
      |        ^^^^^^^^"
  `);
});
