import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('a row that does not exist', async () => {
  const message = await messageOf('op`{ w; x = [3] }`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0208]: \`x\` is not a row of axes
     --> program.js:1:9
      |
    1 | op\`{ w; x = [3] }\`
      |         ^
      |
      = help: the rows are \`o\` (output), \`i\` (input) and \`b\` (batch): { w; o = [16] }"
  `);
});

test('a row given twice', async () => {
  const message = await messageOf('op`{ w; o = [3]; o = [4] }`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0208]: the output axes of \`w\` are given twice
     --> program.js:1:18
      |
    1 | op\`{ w; o = [3]; o = [4] }\`
      |                  ^^^^^^^"
  `);
});

test('a size below 0', async () => {
  const message = await messageOf('op`{ w; o = [${-1}] }`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0208]: the size of an axis is an integer, 0 or more, not -1
     --> program.js:1:14
      |
    1 | op\`{ w; o = [\${-1}] }\`
      |              ^^^^^"
  `);
});

test('a size that is no integer', async () => {
  const message = await messageOf('op`{ w; o = [2.5] }`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0208]: the size of an axis is an integer, 0 or more, not 2.5
     --> program.js:1:14
      |
    1 | op\`{ w; o = [2.5] }\`
      |              ^^^"
  `);
});

test('a size in a hole', async () => {
  const message = await messageOf("op`{ w; o = [${'16'}] }`");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0208]: the size of an axis is an integer, 0 or more, not the string "16"
     --> program.js:1:14
      |
    1 | op\`{ w; o = [\${'16'}] }\`
      |              ^^^^^^^"
  `);
});

test('a parameter in the middle of an assignment', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ y } =: { w } + ${x}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0208]: \`w\` is introduced where it is only read
     --> program.js:2:13
      |
    2 | cd\`{ y } =: { w } + \${x}\`
      |             ^^^^^
      |
      = help: introduce it by assigning it: { w } =: …"
  `);
});

test('a value for an array of cd', async () => {
  const message = await messageOf('cd`{ y = 1 } =: 2`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0208]: an array of \`cd\` starts at zero; assign it instead
     --> program.js:1:10
      |
    1 | cd\`{ y = 1 } =: 2\`
      |          ^"
  `);
});

test('an initial value that depends on a static symbol', async () => {
  const message = await messageOf("const step = symbol('step');", 'op`{ w = 1 + !@${step} }`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0209]: an initial value cannot depend on a static symbol
     --> program.js:2:10
      |
    2 | op\`{ w = 1 + !@\${step} }\`
      |          ^^^^^^^^^^^^^
      |
      = note: it is computed once, before any routine is run"
  `);
});

test('an initial value with parameters of its own', async () => {
  const message = await messageOf('op`{ w = 2 *. { u } }`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0209]: an initial value introduces no parameters of its own
     --> program.js:1:15
      |
    1 | op\`{ w = 2 *. { u } }\`
      |               ^^^^^"
  `);
});

test('no initial values', async () => {
  const message = await messageOf('op`{ w = ${[]} }`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0209]: \`w\` starts from no values
     --> program.js:1:10
      |
    1 | op\`{ w = \${[]} }\`
      |          ^^^^^"
  `);
});

test('lists of different lengths', async () => {
  const message = await messageOf('op`{ w = ${[[1, 2], [3]]} }`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0209]: the lists that \`w\` starts from differ in shape: one is [2], another [1]
     --> program.js:1:10
      |
    1 | op\`{ w = \${[[1, 2], [3]]} }\`
      |          ^^^^^^^^^^^^^^^^
      |
      = help: lists of one level must have the same length"
  `);
});

test('too few values for the rows', async () => {
  const message = await messageOf('op`{ w = ${[1, 2, 3]}; o = [2, 2] }`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0209]: \`w\` has 4 cells but 3 initial values
     --> program.js:1:4
      |
    1 | op\`{ w = \${[1, 2, 3]}; o = [2, 2] }\`
      |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
  `);
});

test('a definition that has no name', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`${x} + 1; y = ${x}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0217]: only the last of several definitions needs no name
     --> program.js:2:4
      |
    2 | op\`\${x} + 1; y = \${x}\`
      |    ^^^^^^^^
      |
      = help: write \`name = …\`"
  `);
});

test('data: too few values', async () => {
  const message = await messageOf("tensor([1, 2, 3], { label: 'x', output: [2, 2] })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0601]: \`x\` of shape 2, 2 has 4 cells but 3 values
     --> program.js:1:1
      |
    1 | tensor([1, 2, 3], { label: 'x', output: [2, 2] })
      | ^^^^^^"
  `);
});

test('data: a value that is no number', async () => {
  const message = await messageOf("tensor([1, 'two'], { label: 'x' })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0601]: a value of \`x\` is the string "two", not a number
     --> program.js:1:1
      |
    1 | tensor([1, 'two'], { label: 'x' })
      | ^^^^^^"
  `);
});

test('data: a size of -1', async () => {
  const message = await messageOf("tensor([1], { label: 'x', output: [-1] })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0601]: \`x\` has an axis of size -1: sizes are integers, 0 or more
     --> program.js:1:1
      |
    1 | tensor([1], { label: 'x', output: [-1] })
      | ^^^^^^"
  `);
});

test('data: lists of different lengths', async () => {
  const message = await messageOf("tensor([[1], [2, 3]], { label: 'x' })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0601]: the lists of \`x\` differ in shape: one is [1], another [2]
     --> program.js:1:1
      |
    1 | tensor([[1], [2, 3]], { label: 'x' })
      | ^^^^^^
      |
      = help: lists of one level must have the same length"
  `);
});

test('a misspelt initial value', async () => {
  expect(await messageOf('op`{ w = kaming; o = [2] }`')).toMatchInlineSnapshot(`
    "error[EINC0201]: \`kaming\` is not known in this template
     --> program.js:1:10
      |
    1 | op\`{ w = kaming; o = [2] }\`
      |          ^^^^^^ unknown name
      |
      = help: did you mean \`kaiming\`?"
  `);
});

test('a misspelt initial value in a layer', async () => {
  const message = await messageOf('op`layer(~hid)(x) = { w = orthogonl; o = [hid] } * x`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`orthogonl\` is not known in this template
     --> program.js:1:27
      |
    1 | op\`layer(~hid)(x) = { w = orthogonl; o = [hid] } * x\`
      |                           ^^^^^^^^^ unknown name
      |
      = help: did you mean \`orthogonal\`?"
  `);
});

test('a name that a layer does not know, beside an initial value', async () => {
  const message = await messageOf('op`layer(~hid)(x) = { w = kaiming; o = [hid] } * x + kamng`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`kamng\` is not known in this template
     --> program.js:1:54
      |
    1 | op\`layer(~hid)(x) = { w = kaiming; o = [hid] } * x + kamng\`
      |                                                      ^^^^^ unknown name
      |
      = note: the names here are \`hid\`, \`x\`, \`w\`
      = help: to introduce a parameter write { kamng }"
  `);
});

test('a misspelt initial value with a number', async () => {
  expect(await messageOf('op`{ w = norml(0.1); o = [2] }`')).toMatchInlineSnapshot(`
    "error[EINC0201]: \`norml\` is not known in this template
     --> program.js:1:10
      |
    1 | op\`{ w = norml(0.1); o = [2] }\`
      |          ^^^^^ unknown name
      |
      = help: did you mean \`normal\`?"
  `);
});

test.each([['f(x) = { w = kaming; o = [2] } * x'], ['f(~n)(x) = { w = kaming; o = [n] } * x']])(
  'a misspelt initial value in a function: %s',
  async definition => {
    const message = await messageOf(`op\`${definition}\``);
    expect(message.match(/is not known/g)).toHaveLength(1);
    expect(message).toContain('`kaming` is not known in this template');
  },
);

test('a field that is no row', async () => {
  expect(await messageOf('op`{ w = 1; any_label = 3 }`')).toMatchInlineSnapshot(`
    "error[EINC0208]: \`any_label\` is not a row of axes
     --> program.js:1:13
      |
    1 | op\`{ w = 1; any_label = 3 }\`
      |             ^^^^^^^^^
      |
      = help: the rows are \`o\` (output), \`i\` (input) and \`b\` (batch): { w; o = [16] }"
  `);
});

test('a size that is to be inferred', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x', output: [1, 3] });",
    'op`{ k; i = [_, 3] } * ${x}`;',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0208]: here every size is given, none is inferred
     --> program.js:2:14
      |
    2 | op\`{ k; i = [_, 3] } * \${x}\`;
      |              ^
      |
      = help: give it as a number or a hole, or leave out the whole row: all of it is inferred then"
  `);
});
