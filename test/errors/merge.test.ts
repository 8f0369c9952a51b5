import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const w = 'const w = op`{ w; o = [2] }`;';

test('assigned', async () => {
  const message = await messageOf(w, 'cd`${w}.grad.merge =: 0`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0226]: \`w.grad.merge\` holds what another device has sent, so code cannot assign it
     --> program.js:2:4
      |
    2 | cd\`\${w}.grad.merge =: 0\`
      |    ^^^^^^^^^^^^^^^
      |
      = help: read it: \${p}.grad =+ \${p}.grad.merge"
  `);
});

test('assigned through a hole', async () => {
  const message = await messageOf(w, 'cd`${w.merge} =+ 1`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0226]: \`w.merge\` holds what another device has sent, so code cannot assign it
     --> program.js:2:4
      |
    2 | cd\`\${w.merge} =+ 1\`
      |    ^^^^^^^^^^
      |
      = help: read it: \${p}.grad =+ \${p}.grad.merge"
  `);
});

test('before the gradient', async () => {
  const message = await messageOf(w, 'cd`${w}.grad =+ ${w}.merge.grad`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0226]: a merge buffer has no \`.grad\`
     --> program.js:2:17
      |
    2 | cd\`\${w}.grad =+ \${w}.merge.grad\`
      |                 ^^^^^^^^^^^^^^^
      |
      = help: \`.merge\` comes last: write \`.grad.merge\`"
  `);
});

test('of a merge buffer', async () => {
  const message = await messageOf(w, 'cd`${w} =: ${w}.merge.merge`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0226]: \`w.merge\` is a merge buffer and has none itself
     --> program.js:2:23
      |
    2 | cd\`\${w} =: \${w}.merge.merge\`
      |                       ^^^^^"
  `);
});

test('of a merge buffer, from JavaScript', async () => {
  const message = await messageOf(w, 'w.merge.merge');
  expect(message).toMatchInlineSnapshot(
    `"error[EINC0226]: \`w.merge\` has no merge buffer: only values and gradients have"`,
  );
});

test('by itself', async () => {
  const message = await messageOf(w, 'cd`${w}.merge`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0217]: \`.merge\` is an array, not code
     --> program.js:2:4
      |
    2 | cd\`\${w}.merge\`
      |    ^^^^^^^^^^
      |
      = help: assign something: x =: …
      = help: or run code: \${loss}.forward"
  `);
});

test('of a gradient that is not there', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ g } =: ${x}.grad.merge`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0402]: \`x\` has no gradient
     --> program.js:2:18
      |
    2 | cd\`{ g } =: \${x}.grad.merge\`
      |                  ^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('run before anything was sent', async () => {
  const message = await messageOf(
    w,
    'const merge = await ctx.compile(cd`~~("merge"; ${w}.grad =+ ${w}.grad.merge)`);',
    'merge.run();',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0227]: \`merge\` reads \`w.grad.merge\`, and nothing has been sent there
      = help: another device sends it, or the host: ctx.write(w.grad.merge, values)"
  `);
});

test('read before anything was sent', async () => {
  const message = await messageOf(w, 'ctx.readSync(w.grad.merge)');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0227]: \`w.grad.merge\` is read, and nothing has been sent there
      = help: another device sends it, or the host: ctx.write(w.grad.merge, values)"
  `);
});
