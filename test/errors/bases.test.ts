import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const colour = "const colour = tensor([1, 2, 3], { label: 'colour', output: ['rgb:3'] });";

test('two bases', async () => {
  const message = await messageOf(colour, 'op`${colour} + { w; o = [xyz:3] }`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0224]: \`+\` needs the output axes of \`colour\` and \`w\` to agree, but the bases \`rgb\` and \`xyz\` differ
     --> program.js:2:14
      |
    2 | op\`\${colour} + { w; o = [xyz:3] }\`
      |    --------- ^ ------------------ xyz:3
      |    |
      |    rgb:3
      |
      = note: rgb:3 because \`colour\` is made with this shape (program.js:1:16)
      = note: xyz:3 because \`w\` is declared with o = […] (program.js:2:21)
      = help: axes of different bases do not meet; an axis without a basis meets any"
  `);
});

test('through a parameter between them', async () => {
  const message = await messageOf(
    colour,
    'const w = op`{ w }`;',
    'op`${w} +* "i; i => i" ${colour}`;',
    'op`${w} +* "i; i => i" ([1, 2, 3] : xyz)`;',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0224]: \`+*\` needs the output axes of \`literal\` to fit its spec, but the bases \`xyz\` and \`rgb\` differ
     --> program.js:4:9
      |
    4 | op\`\${w} +* "i; i => i" ([1, 2, 3] : xyz)\`;
      |    ---- ^^              --------- xyz:3
      |    |
      |    rgb:3
      |
      = note: xyz:3 because this literal has as many values (program.js:4:25)
      = note: rgb:3 because \`colour\` is made with this shape (program.js:1:16)
      = help: axes of different bases do not meet; an axis without a basis meets any"
  `);
});

test('in a product', async () => {
  const message = await messageOf(colour, 'op`{ w; o = [2]; i = [xyz:3] } * ${colour}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0224]: \`*\` needs the input axes of \`w\` to equal the output axes of \`colour\`, but the bases \`xyz\` and \`rgb\` differ
     --> program.js:2:32
      |
    2 | op\`{ w; o = [2]; i = [xyz:3] } * \${colour}\`
      |    --------------------------- ^ --------- rgb:3
      |    |
      |    xyz:3 -> 2
      |
      = note: xyz:3 because \`w\` is declared with i = […] (program.js:2:18)
      = note: rgb:3 because \`colour\` is made with this shape (program.js:1:16)
      = help: axes of different bases do not meet; an axis without a basis meets any"
  `);
});

test('in code', async () => {
  const message = await messageOf(colour, 'cd`{ y; o = [xyz:3] } =: ${colour}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0224]: \`=:\` needs the output axes of \`y\` and \`colour\` to agree, but the bases \`xyz\` and \`rgb\` differ
     --> program.js:2:23
      |
    2 | cd\`{ y; o = [xyz:3] } =: \${colour}\`
      |    ------------------ ^^ --------- rgb:3
      |    |
      |    xyz:3
      |
      = note: xyz:3 because \`y\` is declared with o = […] (program.js:2:9)
      = note: rgb:3 because \`colour\` is made with this shape (program.js:1:16)
      = help: axes of different bases do not meet; an axis without a basis meets any"
  `);
});

test('of a number', async () => {
  const message = await messageOf('op`(2.0 : q)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0224]: a number has no axis that could have a basis
     --> program.js:1:5
      |
    1 | op\`(2.0 : q)\`
      |     ^^^
      |
      = help: write ([1, 2, 3] : q), or { w; o = [q:3] }"
  `);
});

test('of something else', async () => {
  const message = await messageOf(colour, 'op`(${colour} : xyz)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0224]: only a literal in brackets takes a basis
     --> program.js:2:5
      |
    2 | op\`(\${colour} : xyz)\`
      |     ^^^^^^^^^
      |
      = help: write ([1, 2, 3] : xyz), or { w; o = [xyz:3] }"
  `);
});

test('given twice', async () => {
  const message = await messageOf('op`(([1, 2] : a) : b)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0224]: only a literal in brackets takes a basis
     --> program.js:1:6
      |
    1 | op\`(([1, 2] : a) : b)\`
      |      ^^^^^^
      |
      = help: write ([1, 2, 3] : b), or { w; o = [b:3] }"
  `);
});

test('of tensors in a literal', async () => {
  const message = await messageOf(colour, 'op`([${colour}; ${colour}] : pair)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0224]: only a literal of numbers takes a basis
     --> program.js:2:30
      |
    2 | op\`([\${colour}; \${colour}] : pair)\`
      |                              ^^^^
      |
      = help: give the basis to the tensors in it: { w; o = [rgb:3] }"
  `);
});

test('parts of a literal that differ', async () => {
  const message = await messageOf('op`[([1, 2] : xy), ([3, 4] : uv)]`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0220]: the parts of a literal must have the same axes, but [xy:2] and [uv:2] differ
     --> program.js:1:21
      |
    1 | op\`[([1, 2] : xy), ([3, 4] : uv)]\`
      |      ------         ^^^^^^ [uv:2]
      |      |
      |      [xy:2]"
  `);
});

test('a size of data that is none', async () => {
  const message = await messageOf("tensor([1, 2, 3], { label: 'x', output: ['3'] })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0601]: \`x\` has an axis of size "3": sizes are integers, 0 or more
     --> program.js:1:1
      |
    1 | tensor([1, 2, 3], { label: 'x', output: ['3'] })
      | ^^^^^^"
  `);
});
