import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('reading what nobody computed', async () => {
  const message = await messageOf('const y = op`y = { w } + 1`;', 'ctx.readSync(y)');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0505]: no routine of this context keeps \`y\`
      = help: compile the routine that computes it with { keep: [y] }"
  `);
});

test('one cell of it', async () => {
  const message = await messageOf('const y = op`y = { w } + 1`;', 'ctx.item(y)');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0505]: no routine of this context keeps \`y\`
      = help: compile the routine that computes it with { keep: [y] }"
  `);
});

test('a gradient that was not kept', async () => {
  const message = await messageOf(
    'const y = op`y = { w } *. 2`;',
    'await ctx.compile(gradUpdate(y));',
    'ctx.readSync(y.grad)',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0505]: no routine of this context keeps \`y.grad\`
      = help: compile the routine that computes it with { keep: [y.grad] }"
  `);
});

test('code that reads what nothing has computed', async () => {
  const message = await messageOf(
    'const y = op`y = { w } *. 2`;',
    'await ctx.compile(cd`{ z } =: ${y}.grad`)',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0504]: \`routine\` reads \`y.grad\`, which nothing in this context has computed
      = help: run the code that computes it in the same routine, before it is read
      = help: or compile the routine that computes it first, with { keep: [y.grad] }"
  `);
});

test('keep of what the code does not compute', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'const y = op`y = ${x} + 1`;',
    'await ctx.compile(cd`{ z } =: ${x}`, { keep: [y] })',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0505]: \`routine\` does not compute \`y\`, so it cannot keep it
      = help: add the code that computes it: \${y}.forward"
  `);
});

test('keep of a gradient without backprop', async () => {
  const message = await messageOf(
    'const y = op`y = { w } + 1`;',
    'await ctx.compile(forward(y), { keep: [y.grad] })',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0505]: \`y_forward\` does not compute \`y.grad\`, so it cannot keep it
      = help: keep it where the backprop of a loss computes it"
  `);
});

test('writing too few values', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'ctx.write(x, [1, 2])',
  );
  expect(message).toMatchInlineSnapshot(
    `"error[EINC0602]: \`x\` has 3 cells but 2 values were given"`,
  );
});

test('a context that has been disposed of', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "const closed = await context({ backend: 'interp' });",
    'closed[Symbol.dispose]();',
    'await closed.compile(cd`{ z } =: ${x}`)',
  );
  expect(message).toMatchInlineSnapshot(`"error[EINC0507]: this context has been disposed of"`);
});

test('a backend that does not exist', async () => {
  const message = await messageOf("await context({ backend: 'gpu' })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0508]: there is no backend called \`gpu\`
      = help: the backends are \`cc\`, \`interp\`, \`cuda-emulator\`, \`cuda\`"
  `);
});

test('keep of the gradient of a parameter without backprop', async () => {
  const message = await messageOf(
    'const w = op`{ w }`;',
    'await ctx.compile(forward(op`y = ${w} + 1`), { keep: [w.grad] })',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0505]: \`y_forward\` does not compute \`w.grad\`, so it cannot keep it
      = help: keep it where the backprop of a loss computes it"
  `);
});
