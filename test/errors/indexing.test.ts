import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const made = [
  "const x = tensor([[1, 2], [3, 4], [5, 6]], { label: 'x' });",
  "const ids = tensor([0, 2], { label: 'ids', batch: [2] });",
];

const wrong = (...lines: readonly string[]): Promise<string> => messageOf(...made, ...lines);

test('no positions', async () => {
  expect(await wrong('op`take(${x})`')).toMatchInlineSnapshot(`
    "error[EINC0207]: \`take\` takes at least 2 arguments, not 1
     --> program.js:3:4
      |
    3 | op\`take(\${x})\`
      |    ^^^^^^^^^^"
  `);
});

test('too many operands', async () => {
  expect(await wrong('op`one_hot(${ids}, 3, 4)`')).toMatchInlineSnapshot(`
    "error[EINC0207]: \`one_hot\` takes 2 arguments, not 3
     --> program.js:3:4
      |
    3 | op\`one_hot(\${ids}, 3, 4)\`
      |    ^^^^^^^^^^^^^^^^^^^^^"
  `);
});

test('nothing to take from', async () => {
  expect(await wrong('op`take(3, ${ids})`')).toMatchInlineSnapshot(`
    "error[EINC0307]: \`take\` needs an output axis of its operand, which has none
     --> program.js:3:4
      |
    3 | op\`take(3, \${ids})\`
      |    ^^^^ - scalar"
  `);
});

test('more positions than axes', async () => {
  expect(await wrong('op`take(${x}, 0, 1, ${ids})`')).toMatchInlineSnapshot(`
    "error[EINC0307]: \`take\` needs 3 output axes of \`x\`, which has 2
     --> program.js:3:4
      |
    3 | op\`take(\${x}, 0, 1, \${ids})\`
      |    ^^^^ ---- 3, 2"
  `);
});

test('positions that are a function', async () => {
  expect(await wrong('op`f(a) = a + 1; y = take(${x}, f)`')).toMatchInlineSnapshot(`
    "error[EINC0210]: \`f\` is a tensor function, not a tensor
     --> program.js:3:33
      |
    3 | op\`f(a) = a + 1; y = take(\${x}, f)\`
      |                                 ^
      |
      = help: apply it: f(x)"
  `);
});

test('positions with input axes', async () => {
  expect(
    await wrong("const m = tensor([1, 0], { label: 'm', input: [2] });", 'op`take(${x}, ${m})`'),
  ).toMatchInlineSnapshot(`
    "error[EINC0309]: \`take\` takes positions from \`m\`, which has input axes
     --> program.js:4:4
      |
    4 | op\`take(\${x}, \${m})\`
      |    ^^^^       ---- 2 -> scalar
      |
      = help: move them to the output axes: ids ++ "i->... => i...""
  `);
});

test('positions that do not broadcast', async () => {
  expect(
    await wrong(
      'op`take(${x}, ${tensor([0, 1], { label: "i" })}, ${tensor([0, 1, 0], { label: "j" })})`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0301]: \`take\` needs the output axes of \`i\` and \`j\` to agree, but sizes 2 and 3 differ
     --> program.js:3:4
      |
    3 | op\`take(\${x}, \${tensor([0, 1], { label: "i" })}, \${tensor([0, 1, 0], { label: "j" })})\`
      |    ^^^^ ----  ---------------------------------  ------------------------------------ 3
      |         |     |
      |         |     2
      |         3, 2
      |
      = note: 2 because \`i\` is made with this shape (program.js:3:17)
      = note: 3 because \`j\` is made with this shape (program.js:3:52)"
  `);
});

test('a table whose size nothing says', async () => {
  expect(await wrong('const y = op`take({ table }, ${ids})`;', 'await ctx.compile(forward(y))'))
    .toMatchInlineSnapshot(`
    "error[EINC0303]: nothing says the size of the output axes of \`table\`
     --> program.js:3:19
      |
    3 | const y = op\`take({ table }, \${ids})\`;
      |                   ^^^^^^^^^ output axes unknown
      |
      = help: give the hidden dimension:  { table; o = [16] }"
  `);
});

test('a size that is none', async () => {
  expect(await wrong('op`one_hot(${ids}, 2.5)`')).toMatchInlineSnapshot(`
    "error[EINC0308]: the size that \`one_hot\` is given is an integer from 0 on or \`dim\` of an axis, not 2.5
     --> program.js:3:20
      |
    3 | op\`one_hot(\${ids}, 2.5)\`
      |                    ^^^"
  `);
});

test('a tensor as a size', async () => {
  expect(await wrong('op`range(${x})`')).toMatchInlineSnapshot(`
    "error[EINC0308]: the size that \`range\` is given is an integer from 0 on or \`dim\` of an axis, not a tensor
     --> program.js:3:10
      |
    3 | op\`range(\${x})\`
      |          ^^^^"
  `);
});

test('the size of a row as that of an axis', async () => {
  expect(await wrong('op`s = ${x} ++ "..r.. => 0" ["r"]; y = one_hot(${ids}, dim r)`'))
    .toMatchInlineSnapshot(`
    "error[EINC0308]: the size that \`one_hot\` is given is an integer from 0 on or \`dim\` of an axis, not that of a row
     --> program.js:3:56
      |
    3 | op\`s = \${x} ++ "..r.. => 0" ["r"]; y = one_hot(\${ids}, dim r)\`
      |                                                        ^^^^^"
  `);
});

test('no axis to be ordered', async () => {
  expect(await wrong('op`argmax(${ids})`')).toMatchInlineSnapshot(`
    "error[EINC0307]: \`argmax\` needs an output axis of \`ids\`, which has none
     --> program.js:3:4
      |
    3 | op\`argmax(\${ids})\`
      |    ^^^^^^ ------ 2 | scalar"
  `);
});

test('more of the greatest than there are', async () => {
  expect(await wrong('op`topk(${x}, 3)`')).toMatchInlineSnapshot(`
    "error[EINC0301]: \`topk\` takes 3 cells of an axis of \`x\` whose size is 2
     --> program.js:3:4
      |
    3 | op\`topk(\${x}, 3)\`
      |    ^^^^ ---- 3, 2
      |
      = note: 2 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('a slice that is longer than its axis', async () => {
  expect(await wrong('op`dynamic_slice(${x}, 0, 4)`')).toMatchInlineSnapshot(`
    "error[EINC0301]: \`dynamic_slice\` takes 4 cells of an axis of \`x\` whose size is 3
     --> program.js:3:4
      |
    3 | op\`dynamic_slice(\${x}, 0, 4)\`
      |    ^^^^^^^^^^^^^ ---- 3, 2
      |
      = note: 3 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('an update that is longer than its axis', async () => {
  expect(
    await wrong(
      'op`dynamic_update_slice(${x}, ${tensor([[1, 2], [3, 4], [5, 6], [7, 8]], { label: "u" })}, 0)`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0301]: \`dynamic_update_slice\` takes 4 cells of an axis of \`x\` whose size is 3
     --> program.js:3:4
      |
    3 | op\`dynamic_update_slice(\${x}, \${tensor([[1, 2], [3, 4], [5, 6], [7, 8]], { label: "u" })}, 0)\`
      |    ^^^^^^^^^^^^^^^^^^^^ ---- 3, 2
      |
      = note: 3 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('updates that do not fit', async () => {
  expect(await wrong('op`scatter_add(${x}, ${ids}, ${tensor([1, 2, 3], { label: "u" })})`'))
    .toMatchInlineSnapshot(`
      "error[EINC0301]: \`scatter_add\` needs the output axes of \`x\` and \`u\` to agree, but sizes 2 and 3 differ
       --> program.js:3:4
        |
      3 | op\`scatter_add(\${x}, \${ids}, \${tensor([1, 2, 3], { label: "u" })})\`
        |    ^^^^^^^^^^^ ----  ------  ------------------------------------ 3
        |                |     |
        |                |     2 | scalar
        |                3, 2
        |
        = note: 2 because \`x\` is made with this shape (program.js:1:11)
        = note: 3 because \`u\` is made with this shape (program.js:3:32)"
    `);
});

test('the gradient of positions', async () => {
  expect(await wrong('const y = op`best = argmax({ w; o = [3] })`;', 'cd`${y}.grad =: 1`'))
    .toMatchInlineSnapshot(`
    "error[EINC0402]: \`best\` has no gradient
     --> program.js:4:9
      |
    4 | cd\`\${y}.grad =: 1\`
      |         ^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('in an assignment', async () => {
  expect(await wrong('cd`{ y } =: take(${x})`')).toMatchInlineSnapshot(`
    "error[EINC0207]: \`take\` takes at least 2 arguments, not 1
     --> program.js:3:13
      |
    3 | cd\`{ y } =: take(\${x})\`
      |             ^^^^^^^^^^"
  `);
});
