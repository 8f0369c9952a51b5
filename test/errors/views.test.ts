/** Brackets, by their whole messages. */
import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const data = [
  `const x = tensor([[1, 2, 3], [4, 5, 6]], { label: 'x' });`,
  `const rows = tensor([1, 2], { label: 'rows', batch: [2], output: [] });`,
];

test('an index beyond the axis', async () => {
  expect(await messageOf(...data, 'op`${x}[4]`;')).toMatchInlineSnapshot(`
    "error[EINC0301]: \`[4]\` takes index 4 of an axis of \`x\` whose size is 2
     --> program.js:3:8
      |
    3 | op\`\${x}[4]\`;
      |    ----^^^
      |    |
      |    2, 3
      |
      = note: 2 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('an index before it', async () => {
  expect(await messageOf(...data, 'op`${x}[0, -4]`;')).toMatchInlineSnapshot(`
    "error[EINC0301]: \`[0, -4]\` takes index -4 of an axis of \`x\` whose size is 3
     --> program.js:3:8
      |
    3 | op\`\${x}[0, -4]\`;
      |    ----^^^^^^^
      |    |
      |    2, 3
      |
      = note: 3 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('more items than axes', async () => {
  expect(await messageOf(...data, 'op`${x}[0, 0, 0]`;')).toMatchInlineSnapshot(`
    "error[EINC0313]: \`[0, 0, 0]\` indexes 3 output axes, but \`x\` has 2
     --> program.js:3:8
      |
    3 | op\`\${x}[0, 0, 0]\`;
      |    ----^^^^^^^^^
      |    |
      |    2, 3"
  `);
});

test('an output index of what has batch axes', async () => {
  expect(await messageOf(...data, 'op`${rows}[0]`;')).toMatchInlineSnapshot(`
    "error[EINC0313]: \`[0]\` indexes 1 output axis, but \`rows\` has none
     --> program.js:3:11
      |
    3 | op\`\${rows}[0]\`;
      |    -------^^^
      |    |
      |    2 | scalar
      |
      = help: for a batch axis write \`[… |]\`, for an input axis \`[… ->]\`"
  `);
});

test('a slice beyond the axis', async () => {
  expect(await messageOf(...data, 'op`${x}[:, 1:5]`;')).toMatchInlineSnapshot(`
    "error[EINC0313]: \`1:5\` reaches beyond an axis of \`x\` whose size is 3
     --> program.js:3:8
      |
    3 | op\`\${x}[:, 1:5]\`;
      |    ----^^^^^^^^
      |    |
      |    2, 3
      |
      = note: 3 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('a slice that starts before it', async () => {
  expect(await messageOf(...data, 'op`${x}[-3:]`;')).toMatchInlineSnapshot(`
    "error[EINC0313]: \`-3:\` reaches beyond an axis of \`x\` whose size is 2
     --> program.js:3:8
      |
    3 | op\`\${x}[-3:]\`;
      |    ----^^^^^
      |    |
      |    2, 3
      |
      = note: 2 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('a slice that stops before it starts', async () => {
  expect(await messageOf(...data, 'op`${x}[1:0]`;')).toMatchInlineSnapshot(`
    "error[EINC0313]: \`1:0\` stops before it starts, on an axis of \`x\`
     --> program.js:3:8
      |
    3 | op\`\${x}[1:0]\`;
      |    ----^^^^^
      |    |
      |    2, 3"
  `);
});

test('a slice that runs away from its end', async () => {
  expect(await messageOf(...data, 'op`${x}[0:1:-1]`;')).toMatchInlineSnapshot(`
    "error[EINC0313]: \`0:1:-1\` stops before it starts, on an axis of \`x\`
     --> program.js:3:8
      |
    3 | op\`\${x}[0:1:-1]\`;
      |    ----^^^^^^^^
      |    |
      |    2, 3
      |
      = help: a negative step starts behind where it stops"
  `);
});

test('a slice that turns out too long', async () => {
  expect(await messageOf(...data, 'await run(op`({ w; o = [2] } + 0)[1:4]`);'))
    .toMatchInlineSnapshot(`
      "error[EINC0313]: \`1:4\` reaches beyond an axis of \`{ w; o = [2] } + 0\` whose size is 2
       --> program.js:3:34
        |
      3 | await run(op\`({ w; o = [2] } + 0)[1:4]\`);
        |               ------------------ ^^^^^
        |               |
        |               2
        |
        = note: 2 because \`w\` is declared with o = […] (program.js:3:20)"
    `);
});

test('a step of 0', async () => {
  expect(await messageOf(...data, 'op`${x}[::0]`;')).toMatchInlineSnapshot(`
    "error[EINC0313]: a slice with step 0 never comes to its end
     --> program.js:3:11
      |
    3 | op\`\${x}[::0]\`;
      |           ^"
  `);
});

test('a step that is no integer', async () => {
  expect(await messageOf(...data, 'op`${x}[::${0.5}]`;')).toMatchInlineSnapshot(`
    "error[EINC0315]: an integer must stand here, not 0.5
     --> program.js:3:11
      |
    3 | op\`\${x}[::\${0.5}]\`;
      |           ^^^^^^"
  `);
});

test('brackets with nothing in them', async () => {
  expect(await messageOf(...data, 'op`${x}[]`;')).toMatchInlineSnapshot(`
    "error[EINC0313]: these brackets take nothing
     --> program.js:3:8
      |
    3 | op\`\${x}[]\`;
      |        ^^
      |
      = help: write an index or a slice: x[0], x[1:], x[::2], x[2 | 0]"
  `);
});

test('two times all other axes', async () => {
  expect(await messageOf(...data, 'op`${x}[..., 0, ...]`;')).toMatchInlineSnapshot(`
    "error[EINC0313]: \`...\` stands for all other axes, so it can stand only once
     --> program.js:3:17
      |
    3 | op\`\${x}[..., 0, ...]\`;
      |                 ^^^"
  `);
});

test('an index that is no integer', async () => {
  expect(await messageOf(...data, 'op`${x}[0.5]`;')).toMatchInlineSnapshot(`
    "error[EINC0315]: an integer must stand here, not 0.5
     --> program.js:3:9
      |
    3 | op\`\${x}[0.5]\`;
      |         ^^^"
  `);
});

test('a computed index behind another axis', async () => {
  expect(await messageOf(...data, 'op`${x}[:, ${x}]`;')).toMatchInlineSnapshot(`
    "error[EINC0315]: computed indices are into the first output axes, or the first batch axes
     --> program.js:3:12
      |
    3 | op\`\${x}[:, \${x}]\`;
      |            ^^^^
      |
      = help: \`x[ids]\` is take(x, ids); for cells along the last axis write take_along(x, ids)"
  `);
});

test('computed indices of two rows', async () => {
  expect(await messageOf(...data, 'op`${rows}[${x} | ${x}]`;')).toMatchInlineSnapshot(`
    "error[EINC0315]: computed indices are into the first output axes, or the first batch axes
     --> program.js:3:12
      |
    3 | op\`\${rows}[\${x} | \${x}]\`;
      |            ^^^^
      |
      = help: \`x[ids]\` is take(x, ids); for cells along the last axis write take_along(x, ids)"
  `);
});

test('a computed index of an axis that is not there', async () => {
  expect(await messageOf(...data, 'op`${rows}[${x}]`;')).toMatchInlineSnapshot(`
    "error[EINC0307]: \`take\` needs an output axis of \`rows\`, which has none
     --> program.js:3:11
      |
    3 | op\`\${rows}[\${x}]\`;
      |    -------^^^^^^
      |    |
      |    2 | scalar"
  `);
});

test('two that are wrong, one in the brackets', async () => {
  expect(await messageOf(...data, 'op`${x}[0.5][nothing]`;')).toMatchInlineSnapshot(`
    "error[EINC0315]: an integer must stand here, not 0.5
     --> program.js:3:9
      |
    3 | op\`\${x}[0.5][nothing]\`;
      |         ^^^

    error[EINC0201]: \`nothing\` is not known in this template
     --> program.js:3:14
      |
    3 | op\`\${x}[0.5][nothing]\`;
      |              ^^^^^^^ unknown name
      |
      = help: to introduce a parameter write { nothing }"
  `);
});

test('a static symbol without `!@`', async () => {
  expect(await messageOf(...data, "op`${x}[${symbol('i', 2)}]`;")).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds a static symbol, but a tensor, a number or a tensor function must stand here
     --> program.js:3:9
      |
    3 | op\`\${x}[\${symbol('i', 2)}]\`;
      |         ^^^^^^^^^^^^^^^^^
      |
      = help: for the value of a static symbol write \`!@\${…}\`"
  `);
});

test('a static symbol without a range', async () => {
  expect(await messageOf(...data, "op`${x}[!@${symbol('i')}]`;")).toMatchInlineSnapshot(`
    "error[EINC0501]: \`i\` has no range, so it cannot select a slice
     --> program.js:3:11
      |
    3 | op\`\${x}[!@\${symbol('i')}]\`;
      |           ^^^^^^^^^^^^^^
      |
      = help: give it one: symbol('i', count)"
  `);
});

test('a static symbol that reaches beyond', async () => {
  expect(await messageOf(...data, "op`${x}[!@${symbol('i', 3)}]`;")).toMatchInlineSnapshot(`
    "error[EINC0301]: \`[!@i]\` takes \`i\`, up to 2, of an axis of \`x\` whose size is 2
     --> program.js:3:8
      |
    3 | op\`\${x}[!@\${symbol('i', 3)}]\`;
      |    ----^^^^^^^^^^^^^^^^^^^^^
      |    |
      |    2, 3
      |
      = note: 2 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('a bound that is a tensor', async () => {
  expect(await messageOf(...data, 'op`${x}[:${x}]`;')).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds a tensor, but an integer must stand here
     --> program.js:3:10
      |
    3 | op\`\${x}[:\${x}]\`;
      |          ^^^^"
  `);
});

test('a bracket that is not closed', async () => {
  expect(await messageOf(...data, 'op`${x}[1:`;')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected a \`\${…}\`, a number, an expression, \`]\`, \`,\`, \`:\`, \`->\` or \`|\`, found the end of the template
     --> program.js:3:11
      |
    3 | op\`\${x}[1:\`;
      |        -  ^
      |        |
      |        this \`[\` is still open"
  `);
});

test('a semicolon between items', async () => {
  expect(await messageOf(...data, 'op`${x}[1; 2]`;')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`]\`, \`,\`, \`:\`, \`->\` or \`|\`, found \`;\`
     --> program.js:3:10
      |
    3 | op\`\${x}[1; 2]\`;
      |        - ^
      |        |
      |        this \`[\` is still open
      |
      = help: axes are separated by \`,\`"
  `);
});

test('a part that does not fit what is assigned', async () => {
  expect(await messageOf(...data, 'cd`{ y; o = [3] } =: 0; y[1:] =: ${x}[0]`;'))
    .toMatchInlineSnapshot(`
      "error[EINC0313]: \`1:\` takes 2 cells of an axis of \`y\`, not 3
       --> program.js:3:31
        |
      3 | cd\`{ y; o = [3] } =: 0; y[1:] =: \${x}[0]\`;
        |                         ----- ^^ ---- 2, 3
        |                         |
        |                         3
        |
        = note: 3 because \`x\` is made with this shape (program.js:1:11)"
    `);
});

test('a part by a computed index', async () => {
  expect(await messageOf(...data, 'cd`{ y; o = [3] } =: 0; y[${x}] =: 1`;')).toMatchInlineSnapshot(`
    "error[EINC0315]: the part that is assigned is known when the template runs
     --> program.js:3:26
      |
    3 | cd\`{ y; o = [3] } =: 0; y[\${x}] =: 1\`;
      |                          ^^^^^^"
  `);
});
