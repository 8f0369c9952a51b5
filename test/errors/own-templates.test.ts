/** Mistakes that come to light in einc's own templates are shown at the user's call. */
import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const model = `const x = tensor([1, 2, 3], { label: 'x' });
const loss = op\`loss = ({ w; o = [3] } *. \${x}) ++ "i => "\`;`;

test('a learning rate whose shape does not fit', async () => {
  const call = "sgdUpdate(loss, { learningRate: tensor([1, 2], { label: 'rate' }) });";
  expect(await messageOf(model, call)).toMatchInlineSnapshot(`
    "error[EINC0301]: \`=-\` needs the output axes of \`w\` and \`rate\` to agree, but sizes 3 and 2 differ
     --> program.js:3:1
      |
    3 | sgdUpdate(loss, { learningRate: tensor([1, 2], { label: 'rate' }) });
      | ^^^^^^^^^
      |
      = note: 3 because \`w\` is declared with o = […] (program.js:2:30)
      = note: 2 because \`rate\` is made with this shape (program.js:3:33)"
  `);
});

test('a loss of integers', async () => {
  const call = 'const code = gradUpdate(op`n = i32(${loss})`);';
  expect(await messageOf(model, call)).toMatchInlineSnapshot(`
    "error[EINC0402]: \`n\` has no gradient
     --> program.js:3:32
      |
    3 | const code = gradUpdate(op\`n = i32(\${loss})\`);
      |                                ^^^^^^^^^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('two calls of one function, each at its own place', async () => {
  const calls = 'random.key(1);\nconst odd = random.key(-1);';
  expect(await messageOf(calls)).toMatchInlineSnapshot(`
    "error[EINC0318]: the key of \`key\` is a whole number from 0, not -1
     --> program.js:2:20
      |
    2 | const odd = random.key(-1);
      |                    ^^^
      |
      = help: a key is a whole number from 0, or made of one: key(42), fold_in(k, 1)"
  `);
});

test('an update of what is no parameter', async () => {
  expect(await messageOf(model, 'sgdOne(loss, { learningRate: 0.1 });')).toMatchInlineSnapshot(`
    "error[EINC0221]: \`sgdOne\` updates a parameter, and \`loss\` is none
     --> program.js:3:1
      |
    3 | sgdOne(loss, { learningRate: 0.1 });
      | ^^^^^^
      |
      = help: for all parameters of a loss: sgdUpdate(loss, { learningRate: 0.1 })"
  `);
});

test.each([
  ["key('a')", 'the seed of `random.key` is a number, not the string "a"'],
  ['foldIn(3, 1)', '`random.foldIn` takes a key, not the number 3'],
  [
    "foldIn(random.key(3), 'a')",
    'the data of `random.foldIn` is a tensor or a number, not the string "a"',
  ],
  ['split(random.key(3), -1)', '`random.split` takes how many keys to make, not -1'],
])('random.%s', async (call, message) => {
  const [first, place] = (await messageOf(`const keys = random.${call};`)).split('\n');
  expect([first, place]).toEqual([`error[EINC0318]: ${message}`, ' --> program.js:1:21']);
});

test('the loss of a training in parallel', async () => {
  const lines = `await dataParallel({
  ...{ backend: 'interp', devices: 1, batch: 2, shard: { x: { output: [2] } } },
  loss: ({ x }) => op\`i32(\${x}) ++ "...|... => 0"\`,
  update: p => sgdOne(p, { learningRate: 0.1 }),
});`;
  expect(await messageOf(lines)).toMatchInlineSnapshot(`
    "error[EINC0402]: \`sum\` has no gradient
     --> program.js:3:23
      |
    3 |   loss: ({ x }) => op\`i32(\${x}) ++ "...|... => 0"\`,
      |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});
