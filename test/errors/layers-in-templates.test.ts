import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const x = "const x = tensor([1, 2, 3], { label: 'x' });";
const layer = 'const layer = op`layer(~hid)(x) = { w } * x + { b; o = [hid] }`;';

test('a setting that depends on an argument', async () => {
  const message = await messageOf(layer, 'op`net(x) = ${layer}(~hid: x)(x)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0221]: a layer is made once, so its settings cannot use the argument \`x\`
     --> program.js:2:28
      |
    2 | op\`net(x) = \${layer}(~hid: x)(x)\`
      |                            ^"
  `);
});

test('a layer applied without settings', async () => {
  const message = await messageOf(x, 'op`layer(~hid)(x) = { w } * x; y = layer(${x})`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0221]: \`layer\` is a layer without its settings
     --> program.js:2:36
      |
    2 | op\`layer(~hid)(x) = { w } * x; y = layer(\${x})\`
      |                                    ^^^^^
      |
      = help: give it its settings first: layer(~hid: …)"
  `);
});

test('settings for a function', async () => {
  const message = await messageOf(x, 'op`f(x) = relu x; y = f(~hid: 3)(${x})`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0221]: only a layer takes settings
     --> program.js:2:23
      |
    2 | op\`f(x) = relu x; y = f(~hid: 3)(\${x})\`
      |                       ^
      |
      = help: define one: layer(~hid)(x) = …"
  `);
});

test('settings for a tensor in a hole', async () => {
  const message = await messageOf(x, 'op`y = ${x}(~hid: 3)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds a tensor, but a layer must stand here
     --> program.js:2:8
      |
    2 | op\`y = \${x}(~hid: 3)\`
      |        ^^^^"
  `);
});

test('a setting that it has not', async () => {
  const message = await messageOf(x, layer, 'op`${layer}(~hidden: 3)(${x})`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0221]: \`layer\` has no setting \`hidden\`
     --> program.js:3:4
      |
    3 | op\`\${layer}(~hidden: 3)(\${x})\`
      |    ^^^^^^^^^^^^^^^^^^^^
      |
      = help: its settings are \`hid\`"
  `);
});

test('a setting that is missing', async () => {
  const message = await messageOf(x, layer, 'op`${layer}(~label: "l1")(${x})`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0221]: \`layer\` needs the setting \`hid\`
     --> program.js:3:4
      |
    3 | op\`\${layer}(~label: "l1")(\${x})\`
      |    ^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: its settings are \`hid\`"
  `);
});

test('a word for a size', async () => {
  const message = await messageOf(x, layer, 'op`${layer}(~hid: "three")(${x})`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0221]: the setting \`hid\` of \`layer\` is the string "three", not a number, a list of sizes, a tensor or a tensor function
     --> program.js:3:4
      |
    3 | op\`\${layer}(~hid: "three")(\${x})\`
      |    ^^^^^^^^^^^^^^^^^^^^^^^"
  `);
});

test('a label that is no word', async () => {
  const message = await messageOf(x, layer, 'op`${layer}(~hid: 3, ~label: "l 1")(${x})`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0221]: a label is letters, digits and _, not the string "l 1"
     --> program.js:3:4
      |
    3 | op\`\${layer}(~hid: 3, ~label: "l 1")(\${x})\`
      |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
  `);
});

test('in code', async () => {
  const message = await messageOf(x, layer, 'cd`{ y } =: ${layer}(~hid: 3)(${x})`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0208]: a layer makes parameters, which cannot be introduced here
     --> program.js:3:13
      |
    3 | cd\`{ y } =: \${layer}(~hid: 3)(\${x})\`
      |             ^^^^^^^^^^^^^^^^^"
  `);
});

test('a layer that uses itself', async () => {
  const message = await messageOf('op`layer(~hid)(x) = layer(~hid: hid)(x)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`layer\` is not known in this template
     --> program.js:1:21
      |
    1 | op\`layer(~hid)(x) = layer(~hid: hid)(x)\`
      |                     ^^^^^ unknown name
      |
      = help: a function cannot use itself"
  `);
});

test('what is wrong inside, with the place where it is made', async () => {
  const message = await messageOf(
    x,
    'op`layer(~hid)(x) = { w; o = [hid] } + x; y = layer(~hid: 4)(${x})`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`+\` needs the output axes of \`w\` and \`x\` to agree, but sizes 4 and 3 differ
     --> program.js:2:38
      |
    2 | op\`layer(~hid)(x) = { w; o = [hid] } + x; y = layer(~hid: 4)(\${x})\`
      |                     ---------------- ^ -      -------------------- in this application of \`layer\`
      |                     |                  |
      |                     |                  3
      |                     4
      |
      = note: 4 because \`w\` is declared with o = […] (program.js:2:26)
      = note: 3 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('settings of an operation', async () => {
  expect(
    await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`relu(~label: "y")(${x})`'),
  ).toMatchInlineSnapshot(`
    "error[EINC0221]: \`relu\` takes no settings
     --> program.js:2:4
      |
    2 | op\`relu(~label: "y")(\${x})\`
      |    ^^^^
      |
      = help: it is applied to tensors alone; name what it makes: y = relu(x)"
  `);
});
