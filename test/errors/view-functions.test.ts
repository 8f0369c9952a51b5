/** `reshape` and the other functions that move cells, by their whole messages. */
import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const data = [`const x = tensor([[1, 2, 3], [4, 5, 6]], { label: 'x' });`];

test('reshape to another number of cells', async () => {
  expect(await messageOf(...data, 'op`reshape(${x}; o = [4, 2])`;')).toMatchInlineSnapshot(`
    "error[EINC0314]: \`reshape\` keeps the number of cells, but \`x\` has 6, [2, 3], and [4, 2] has 8
     --> program.js:2:4
      |
    2 | op\`reshape(\${x}; o = [4, 2])\`;
      |    ^^^^^^^ ---- 2, 3"
  `);
});

test('reshape where the cells do not divide', async () => {
  expect(await messageOf(...data, 'op`reshape(${x}; o = [4, _])`;')).toMatchInlineSnapshot(`
    "error[EINC0314]: \`reshape\` keeps the number of cells, but \`x\` has 6, [2, 3], and [4, _] fits no size of \`_\`
     --> program.js:2:4
      |
    2 | op\`reshape(\${x}; o = [4, _])\`;
      |    ^^^^^^^ ---- 2, 3"
  `);
});

test('reshape of what has no size', async () => {
  expect(await messageOf(...data, 'const y = op`reshape({ w }; o = [4, 2])`;', 'await run(y);'))
    .toMatchInlineSnapshot(`
      "error[EINC0303]: nothing says the size of the output axes of \`w\`
       --> program.js:2:22
        |
      2 | const y = op\`reshape({ w }; o = [4, 2])\`;
        |                      ^^^^^ output axes unknown
        |
        = help: give the hidden dimension:  { w; o = [16] }"
    `);
});

test('reshape to nothing', async () => {
  expect(await messageOf(...data, 'op`reshape(${x})`;')).toMatchInlineSnapshot(`
    "error[EINC0316]: \`reshape\` is told no axes
     --> program.js:2:4
      |
    2 | op\`reshape(\${x})\`;
      |    ^^^^^^^^^^^^^
      |
      = help: say which: reshape(x; o = [4, _])"
  `);
});

test('reshape with two open sizes', async () => {
  expect(await messageOf(...data, 'op`reshape(${x}; o = [_, _])`;')).toMatchInlineSnapshot(`
    "error[EINC0316]: only one size can be what the others leave
     --> program.js:2:26
      |
    2 | op\`reshape(\${x}; o = [_, _])\`;
      |                          ^"
  `);
});

test('reshape with a row twice', async () => {
  expect(await messageOf(...data, 'op`reshape(${x}; o = [6]; output = [6])`;'))
    .toMatchInlineSnapshot(`
      "error[EINC0316]: the output axes are given twice
       --> program.js:2:27
        |
      2 | op\`reshape(\${x}; o = [6]; output = [6])\`;
        |                           ^^^^^^^^^^^^"
    `);
});

test('axes for another function', async () => {
  expect(await messageOf(...data, 'op`relu(${x}; o = [2])`;')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`)\` or \`,\`, found \`;\`
     --> program.js:2:13
      |
    2 | op\`relu(\${x}; o = [2])\`;
      |        -    ^
      |        |
      |        this \`(\` is still open"
  `);
});

test('concat of different shapes', async () => {
  expect(await messageOf(...data, 'op`concat(${x}, ${x}[:, 1:])`;')).toMatchInlineSnapshot(`
    "error[EINC0301]: \`concat\` needs the output axes of \`\${…}[:, 1:]\` to fit the others, but sizes 2 and 3 differ
     --> program.js:2:4
      |
    2 | op\`concat(\${x}, \${x}[:, 1:])\`;
      |    ^^^^^^ ----  ----------- 2, 2
      |           |
      |           2, 3
      |
      = note: 2 because \`1:\` makes it so (program.js:2:21)
      = note: 3 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('roll by more than there are', async () => {
  expect(await messageOf(...data, 'op`roll(${x}, 5)`;')).toMatchInlineSnapshot(`
    "error[EINC0313]: \`-5:\` reaches beyond an axis of \`x\` whose size is 2
     --> program.js:2:4
      |
    2 | op\`roll(\${x}, 5)\`;
      |    ^^^^ ---- 2, 3
      |
      = note: 2 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('flip along an axis that is not there', async () => {
  expect(await messageOf(...data, 'op`flip(${x}, 2)`;')).toMatchInlineSnapshot(`
    "error[EINC0313]: \`flip\` is about 3 output axes, but \`x\` has 2
     --> program.js:2:4
      |
    2 | op\`flip(\${x}, 2)\`;
      |    ^^^^ ---- 2, 3"
  `);
});

test('pad by less than nothing', async () => {
  expect(await messageOf(...data, 'op`pad(${x}, -1, 1)`;')).toMatchInlineSnapshot(`
    "error[EINC0316]: there must be at least 0 here, not -1
     --> program.js:2:14
      |
    2 | op\`pad(\${x}, -1, 1)\`;
      |              ^^"
  `);
});

test('repeat no times', async () => {
  expect(await messageOf(...data, 'op`repeat(${x}, 0)`;')).toMatchInlineSnapshot(`
    "error[EINC0316]: there must be at least 1 here, not 0
     --> program.js:2:17
      |
    2 | op\`repeat(\${x}, 0)\`;
      |                 ^"
  `);
});

test('repeat a computed number of times', async () => {
  expect(await messageOf(...data, 'op`repeat(${x}, ${x})`;')).toMatchInlineSnapshot(`
    "error[EINC0316]: a number must stand here: one that is known when the template runs
     --> program.js:2:17
      |
    2 | op\`repeat(\${x}, \${x})\`;
      |                 ^^^^"
  `);
});

test('too many operands', async () => {
  expect(await messageOf(...data, 'op`flip(${x}, 1, 2)`;')).toMatchInlineSnapshot(`
    "error[EINC0207]: \`flip\` takes 1 to 2 arguments, not 3
     --> program.js:2:4
      |
    2 | op\`flip(\${x}, 1, 2)\`;
      |    ^^^^^^^^^^^^^^^^"
  `);
});

test('too few operands', async () => {
  expect(await messageOf(...data, 'op`concat()`;')).toMatchInlineSnapshot(`
    "error[EINC0207]: \`concat\` takes tensors, not 0
     --> program.js:2:4
      |
    2 | op\`concat()\`;
      |    ^^^^^^^^"
  `);
});

test('split into parts that do not divide', async () => {
  expect(await messageOf(...data, 'split(x, 4);')).toMatchInlineSnapshot(`
    "error[EINC0306]: \`split\` makes 4 equal parts, but 4 does not divide the 2 cells of the axis of \`x\`
     --> program.js:2:1
      |
    2 | split(x, 4);
      | ^^^^^
      | |
      | 2, 3
      |
      = note: 2 because \`x\` is made with this shape (program.js:1:11)
      = help: parts of other sizes are slices: op\`\${x}[:2]\`"
  `);
});

test('split into no parts', async () => {
  expect(await messageOf(...data, 'split(x, 0);')).toMatchInlineSnapshot(`
    "error[EINC0316]: \`split\` takes a positive number of parts and an axis, not 0 and 0
     --> program.js:2:1
      |
    2 | split(x, 0);
      | ^^^^^"
  `);
});

test('an axis for concat', async () => {
  const x = "const x = tensor([1, 2, 3], { label: 'x', output: [1, 3] });";
  expect(await messageOf(x, 'op`concat(${x}, ${x}, -1)`;')).toMatchInlineSnapshot(`
    "error[EINC0316]: \`concat\` takes tensors, and no axis
     --> program.js:2:23
      |
    2 | op\`concat(\${x}, \${x}, -1)\`;
      |                       ^^
      |
      = help: along another axis than the first: (x, y) ++^ "i, a; i, b => i, a^b"
      = help: to append a number: concat(x, [0])"
  `);
});
