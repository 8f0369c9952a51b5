import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

/** `z` is inlined into `y`, which one nest computes. */
const compile = (schedule: string): Promise<string> =>
  messageOf(
    "const x = tensor([[1, 2], [3, 4]], { label: 'x' });",
    'const z = op`z = ${x} + { w }`; const y = op`y = relu(${z})`;',
    `await ctx.compile(forward(y), { schedule: ${schedule} });`,
  );

test('a nest that is not there', async () => {
  expect(await compile('{ yy: { rows: 4 } }')).toMatchInlineSnapshot(`
    "error[EINC0807]: the schedule of \`y_forward\` names \`yy\`, which is none of its arrays
      = help: did you mean \`y\`?"
  `);
});

test('nor anything like it', async () => {
  expect(await compile("{ logits: 'scalar' }")).toMatchInlineSnapshot(`
    "error[EINC0807]: the schedule of \`y_forward\` names \`logits\`, which is none of its arrays
      = help: its nests compute \`y\`"
  `);
});

test('an array that is computed where it is read', async () => {
  expect(await compile('{ z: { vectorise: false } }')).toMatchInlineSnapshot(`
    "error[EINC0807]: the schedule of \`y_forward\` names \`z\`, which no nest of it computes
      = note: it is inlined: 4 reads of 4 cells, 3 each: recomputing costs 12, storing 20
      = help: \`einc dump --why z\` says what became of it"
  `);
});

test('an argument that no nest stores to', async () => {
  expect(await compile('{ x: { vectorise: false } }')).toMatchInlineSnapshot(`
    "error[EINC0807]: the schedule of \`y_forward\` names \`x\`, which no nest of it computes
      = help: \`einc dump --why x\` says what became of it"
  `);
});

test('several at once', async () => {
  expect(await compile('{ yy: { rows: 4 }, z: { rows: 4 } }')).toMatchInlineSnapshot(`
    "error[EINC0807]: the schedule of \`y_forward\` names \`yy\`, which is none of its arrays
      = help: did you mean \`y\`?

    error[EINC0807]: the schedule of \`y_forward\` names \`z\`, which no nest of it computes
      = note: it is inlined: 4 reads of 4 cells, 3 each: recomputing costs 12, storing 20
      = help: \`einc dump --why z\` says what became of it"
  `);
});

test('threads for turns that need each other', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'const total = op`total = ${x} ++ "i => 0"`;',
    'await ctx.compile(forward(total), { schedule: { total: { parallel: true } } });',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0808]: \`total\` cannot be shared by threads as the schedule of \`total_forward\` asks
      = note: its turns need each other
      = help: \`einc dump --stage schedule\` shows the nest, and what is chosen for it"
  `);
});

test.each([
  ['3', 'a schedule cannot be the number 3'],
  ["'vector'", 'a schedule cannot be the string "vector"'],
  ['{ y: 4 }', 'the schedule of `y` cannot be the number 4'],
  ['{ y: { row: 4 } }', '`schedule.y` has no option `row`'],
  ['{ y: { rows: 0 } }', '`rows` of the schedule of `y` is a whole number from 1 up, not 0'],
  [
    '{ y: { vectors: 1.5 } }',
    '`vectors` of the schedule of `y` is a whole number from 1 up, not 1.5',
  ],
  [
    '{ y: { pack: true } }',
    '`pack` of the schedule of `y` is `false`, or left out, not the boolean true',
  ],
  ['{ y: { parallel: 2 } }', '`parallel` of the schedule of `y` is `true` or `false`, not 2'],
  [
    '{ y: { rows: 4, tile: false } }',
    'the schedule of `y` says how large a tile is, and that there is none',
  ],
])('schedule: %s', async (schedule, message) => {
  expect((await compile(schedule)).split('\n')[0]).toBe(`error[EINC0509]: ${message}`);
});
