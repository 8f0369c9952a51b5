import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const x = "const x = tensor([1, 2, 3], { label: 'x' });";

test('used after its sequence', async () => {
  const message = await messageOf(x, 'cd`if ${true} then (let d = ${x}; { y } =: d); y =+ d`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`d\` is not known in this template
     --> program.js:2:53
      |
    2 | cd\`if \${true} then (let d = \${x}; { y } =: d); y =+ d\`
      |                                                     ^ unknown name
      |
      = note: the names here are \`y\`"
  `);
});

test('used in its own value', async () => {
  const message = await messageOf(x, 'cd`let d = d + ${x}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`d\` is not known in this template
     --> program.js:2:12
      |
    2 | cd\`let d = d + \${x}\`
      |            ^ unknown name"
  `);
});

test('assigned', async () => {
  const message = await messageOf(x, 'cd`let d = ${x}; d =+ 1`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0216]: \`d\` is a \`let\`, so code cannot assign it
     --> program.js:2:18
      |
    2 | cd\`let d = \${x}; d =+ 1\`
      |                  ^
      |
      = help: for an array that changes write { d } =: …"
  `);
});

test('named twice', async () => {
  const message = await messageOf(x, 'cd`let d = ${x}; let d = 2 *. ${x}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0204]: \`d\` is defined twice in this template
     --> program.js:2:22
      |
    2 | cd\`let d = \${x}; let d = 2 *. \${x}\`
      |                      ^
      |
      = help: give one of them another name"
  `);
});

test('called like an array', async () => {
  const message = await messageOf(x, 'cd`{ d } =: ${x}; let d = 2 *. ${x}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0204]: \`d\` is defined twice in this template
     --> program.js:2:23
      |
    2 | cd\`{ d } =: \${x}; let d = 2 *. \${x}\`
      |                       ^
      |
      = help: to assign it again write \`d\` without braces"
  `);
});

test('hidden by a loop', async () => {
  const message = await messageOf(
    "const n = symbol('n', 3);",
    'cd`for i in ${n} (for i in ${symbol("m", 2)} ({ y } =: !@i))`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0204]: \`i\` is defined twice in this template
     --> program.js:2:23
      |
    2 | cd\`for i in \${n} (for i in \${symbol("m", 2)} ({ y } =: !@i))\`
      |                       ^
      |
      = help: give one of them another name"
  `);
});

test('captures of a logic without axes', async () => {
  const message = await messageOf(x, 'cd`let d = ${x} ~logic:"." ["i"]`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0304]: the logic \`.\` has no axes to capture
     --> program.js:2:29
      |
    2 | cd\`let d = \${x} ~logic:"." ["i"]\`
      |                             ^^^"
  `);
});

test('captures of what is not there', async () => {
  const message = await messageOf(x, 'cd`let d = ${x} ~logic:"i => " ["j"]`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0304]: the spec has no axis and no row called \`j\`
     --> program.js:2:33
      |
    2 | cd\`let d = \${x} ~logic:"i => " ["j"]\`
      |                                 ^^^"
  `);
});

test('a logic that is no string', async () => {
  const message = await messageOf(x, 'cd`{ d } =: ${x} ~logic:${x}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds a tensor, but an integer or a piece of the spec must stand here
     --> program.js:2:25
      |
    2 | cd\`{ d } =: \${x} ~logic:\${x}\`
      |                         ^^^^"
  `);
});

test('nothing to initialise', async () => {
  const message = await messageOf(x, 'cd`${x}.init_params`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0211]: \`x\` has no parameters to initialise
     --> program.js:2:9
      |
    2 | cd\`\${x}.init_params\`
      |         ^^^^^^^^^^^"
  `);
});
