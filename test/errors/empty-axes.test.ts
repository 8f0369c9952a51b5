/** What an axis of size 0 is refused for. */
import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const none = "const none = tensor([], { label: 'none' });";

test('nothing meets three', async () => {
  const x = "const x = tensor([1, 2, 3], { label: 'x' });";
  expect(await messageOf(none, x, 'op`${none} + ${x}`')).toMatchInlineSnapshot(`
    "error[EINC0301]: \`+\` needs the output axes of \`none\` and \`x\` to agree, but sizes 0 and 3 differ
     --> program.js:3:12
      |
    3 | op\`\${none} + \${x}\`
      |    ------- ^ ---- 3
      |    |
      |    0
      |
      = note: 0 because \`none\` is made with this shape (program.js:1:14)
      = note: 3 because \`x\` is made with this shape (program.js:2:11)"
  `);
});

test('nothing meets a one that was written', async () => {
  const one = "const one = tensor([1], { label: 'one' });";
  expect(await messageOf(none, one, 'op`${none} + ${one}`')).toMatchInlineSnapshot(`
    "error[EINC0301]: \`+\` needs the output axes of \`none\` and \`one\` to agree, but sizes 0 and 1 differ
     --> program.js:3:12
      |
    3 | op\`\${none} + \${one}\`
      |    ------- ^ ------ 1
      |    |
      |    0
      |
      = note: 0 because \`none\` is made with this shape (program.js:1:14)
      = note: 1 because \`one\` is made with this shape (program.js:2:13)
      = help: a size of 1 that you write does not broadcast: leave the axis out"
  `);
});

test('the first cell of nothing', async () => {
  expect(await messageOf(none, 'op`${none}[0]`')).toMatchInlineSnapshot(`
    "error[EINC0301]: \`[0]\` takes index 0 of an axis of \`none\` whose size is 0
     --> program.js:2:11
      |
    2 | op\`\${none}[0]\`
      |    -------^^^
      |    |
      |    0
      |
      = note: 0 because \`none\` is made with this shape (program.js:1:14)"
  `);
});

test('the greatest of nothing', async () => {
  expect(await messageOf(none, 'op`argmax(${none})`')).toMatchInlineSnapshot(`
    "error[EINC0307]: \`argmax\` chooses a cell along the last output axis of \`none\`, which has none
     --> program.js:2:4
      |
    2 | op\`argmax(\${none})\`
      |    ^^^^^^ ------- 0"
  `);
});

test('the greatest of nothing that shows later', async () => {
  const lines = ['const y = op`argmin({ z })`;', 'const u = op`${y.params.z} + ${none}`;'];
  expect(await messageOf(none, ...lines, 'await ctx.compile(forward(u));')).toMatchInlineSnapshot(`
    "error[EINC0313]: \`[0]\` reaches beyond an axis of \`z\` whose size is 0
     --> program.js:2:14
      |
    2 | const y = op\`argmin({ z })\`;
      |              ^^^^^^ ----- …, 0
      |
      = note: 0 because it is used with this size: \`none\` is made with this shape (program.js:1:14)"
  `);
});

test('one of the greatest of nothing', async () => {
  expect(await messageOf(none, 'op`topk(${none}, 1)`')).toMatchInlineSnapshot(`
    "error[EINC0301]: \`topk\` takes 1 cell of an axis of \`none\` whose size is 0
     --> program.js:2:4
      |
    2 | op\`topk(\${none}, 1)\`
      |    ^^^^ ------- 0
      |
      = note: 0 because \`none\` is made with this shape (program.js:1:14)"
  `);
});

test('an open size that any number of cells would fit', async () => {
  const rows = "const rows = tensor([], { label: 'rows', output: [0, 3] });";
  expect(await messageOf(rows, 'op`reshape(${rows}; o = [0, _])`')).toMatchInlineSnapshot(`
    "error[EINC0314]: \`reshape\` keeps the number of cells, but \`rows\` has 0, [0, 3], and [0, _] fits no size of \`_\`
     --> program.js:2:4
      |
    2 | op\`reshape(\${rows}; o = [0, _])\`
      |    ^^^^^^^ ------- 0, 3"
  `);
});

test('a window that does not fit, and no axis of size 0 beside it', async () => {
  const [two, k] = ["tensor([1, 2], { label: 'two' })", "tensor([1, 2, 3], { label: 'k' })"];
  const spec = '"o<+k; k => o"';
  expect(await messageOf(`op\`\${${two}} +* \${${k}} ${spec}\``)).toMatchInlineSnapshot(`
    "error[EINC0306]: \`o<+k\` fits no size of \`o\`
     --> program.js:1:40
      |
    1 | op\`\${tensor([1, 2], { label: 'two' })} +* \${tensor([1, 2, 3], { label: 'k' })} "o<+k; k => o"\`
      |    ----------------------------------- ^^ ------------------------------------ 3
      |    |
      |    2
      |
      = note: 2 because \`two\` is made with this shape (program.js:1:6)
      = note: 3 because \`k\` is made with this shape (program.js:1:45)"
  `);
});

test('an item of nothing', async () => {
  const routine =
    'const y = op`y = ${none} + 1`; (await ctx.compile(forward(y), { keep: [y] })).runSync();';
  expect(await messageOf(none, routine, 'ctx.item(y);')).toMatchInlineSnapshot(
    `"error[EINC0505]: \`y\` has no cells; \`item\` was asked for 0"`,
  );
});
