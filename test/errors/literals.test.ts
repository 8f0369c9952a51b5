/** Literals and layers that are wrong, by their whole messages. */
import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('parts of different lengths', async () => {
  expect(await messageOf('op`[[1, 2], [3]]`;')).toMatchInlineSnapshot(`
    "error[EINC0220]: the parts of a literal must have the same axes, but [2] and [1] differ
     --> program.js:1:13
      |
    1 | op\`[[1, 2], [3]]\`;
      |     ------  ^^^ [1]
      |     |
      |     [2]"
  `);
});

test('parts along different axes', async () => {
  expect(await messageOf('op`[[1, 2], (3, 4)]`;')).toMatchInlineSnapshot(`
    "error[EINC0220]: the parts of a literal must have the same axes, but [2] and (2) differ
     --> program.js:1:13
      |
    1 | op\`[[1, 2], (3, 4)]\`;
      |     ------  ^^^^^^ (2)
      |     |
      |     [2]"
  `);
});

test('brackets in another order than memory', async () => {
  expect(await messageOf('op`([1, 2], [3, 4])`;')).toMatchInlineSnapshot(`
    "error[EINC0220]: brackets nest in one order: batch, output, input
     --> program.js:1:4
      |
    1 | op\`([1, 2], [3, 4])\`;
      |    ^^^^^^^^^^^^^^^^
      |
      = help: [| … |] around [ … ] around ( … ): [| [(1, 2), (3, 4)], [(5, 6), (7, 8)] |]"
  `);
});

test('a stack of tensors of different shapes', async () => {
  const lines = [
    `const a = tensor([1, 2], { label: 'a' });`,
    `const b = tensor([1, 2, 3], { label: 'b' });`,
    'op`[${a}, ${b}]`;',
  ];
  expect(await messageOf(...lines)).toMatchInlineSnapshot(`
    "error[EINC0301]: the parts of this literal must have the same output axes, but sizes 3 and 2 differ
     --> program.js:3:4
      |
    3 | op\`[\${a}, \${b}]\`;
      |    ^^^^^^^^^^^^
      |     |     |
      |     |     3
      |     2
      |
      = note: 3 because \`b\` is made with this shape (program.js:2:11)
      = note: 2 because \`a\` is made with this shape (program.js:1:11)"
  `);
});

const layer = 'const layer = op`layer(~hid)(x) = relu({ w } * x + { b; o = [hid] })`;';

test('a setting that the layer does not have', async () => {
  expect(await messageOf(layer, 'layer({ hidd: 4 });')).toMatchInlineSnapshot(`
    "error[EINC0221]: \`layer\` has no setting \`hidd\`
     --> program.js:2:1
      |
    2 | layer({ hidd: 4 });
      | ^^^^^
      |
      = help: did you mean \`hid\`?"
  `);
});

test('a setting that is missing', async () => {
  expect(await messageOf(layer, 'layer({});')).toMatchInlineSnapshot(`
    "error[EINC0221]: \`layer\` needs the setting \`hid\`
     --> program.js:2:1
      |
    2 | layer({});
      | ^^^^^
      |
      = help: its settings are \`hid\`"
  `);
});

test('a setting of the wrong kind', async () => {
  expect(await messageOf(layer, `layer({ hid: '4' });`)).toMatchInlineSnapshot(`
    "error[EINC0221]: the setting \`hid\` of \`layer\` is the string "4", not a number, a list of sizes, a tensor or a tensor function
     --> program.js:2:1
      |
    2 | layer({ hid: '4' });
      | ^^^^^"
  `);
});

test('a label that cannot be part of a name', async () => {
  expect(await messageOf(layer, `layer({ hid: 4, label: 'first layer' });`)).toMatchInlineSnapshot(`
    "error[EINC0221]: a label is letters, digits and _, not the string "first layer"
     --> program.js:2:1
      |
    2 | layer({ hid: 4, label: 'first layer' });
      | ^^^^^"
  `);
});

test('a list of sizes used as a tensor', async () => {
  const lines = [
    'const layer = op`layer(~sizes)(x) = { w; o = [sizes] } * x + sizes`;',
    `layer({ sizes: [4, 5] })(tensor([1], { label: 'x' }));`,
  ];
  expect(await messageOf(...lines)).toMatchInlineSnapshot(`
    "error[EINC0221]: \`sizes\` is a list of sizes, not a tensor
     --> program.js:1:62
      |
    1 | const layer = op\`layer(~sizes)(x) = { w; o = [sizes] } * x + sizes\`;
      |                                                              ^^^^^
     --> program.js:2:25
      |
    2 | layer({ sizes: [4, 5] })(tensor([1], { label: 'x' }));
      |                         - in this application of \`layer\`"
  `);
});

test('a layer used without its settings', async () => {
  const lines = [layer, `const x = tensor([1], { label: 'x' });`, 'op`${layer}(${x})`;'];
  expect(await messageOf(...lines)).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds a layer, but a tensor, a number or a tensor function must stand here
     --> program.js:3:4
      |
    3 | op\`\${layer}(\${x})\`;
      |    ^^^^^^^^
      |
      = help: give it its settings first: \${layer({ hid: … })}"
  `);
});

test('a size that is no setting', async () => {
  expect(await messageOf('op`layer(~hid)(x) = { w; o = [hidden] } * x`({ hid: 2 });'))
    .toMatchInlineSnapshot(`
    "error[EINC0201]: \`hidden\` is not known in this template
     --> program.js:1:31
      |
    1 | op\`layer(~hid)(x) = { w; o = [hidden] } * x\`({ hid: 2 });
      |                               ^^^^^^ unknown name
      |
      = note: the names here are \`hid\`"
  `);
});

test('a stack of a tensor and a number', async () => {
  expect(await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`[${x}; 1]`'))
    .toMatchInlineSnapshot(`
    "error[EINC0302]: the parts of this literal must have the same output axes, but no axes and [3] cannot match
     --> program.js:2:4
      |
    2 | op\`[\${x}; 1]\`
      |    ^^^^^^^^^
      |     |     |
      |     |     scalar
      |     3
      |
      = note: [3] because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('the same along an input axis', async () => {
  expect(await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`(${x}, 1)`'))
    .toMatchInlineSnapshot(`
    "error[EINC0302]: the parts of this literal must have the same output axes, but no axes and [3] cannot match
     --> program.js:2:4
      |
    2 | op\`(\${x}, 1)\`
      |    ^^^^^^^^^
      |     |     |
      |     |     scalar
      |     3
      |
      = note: [3] because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('a number beside a list', async () => {
  expect(await messageOf('op`[1; [3]]`')).toMatchInlineSnapshot(`
    "error[EINC0220]: the parts of a literal must have the same axes, but a number and [1] differ
     --> program.js:1:8
      |
    1 | op\`[1; [3]]\`
      |     -  ^^^ [1]
      |     |
      |     a number"
  `);
});
