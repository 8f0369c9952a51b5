/** What `dataParallel` says of options and losses that cannot be right. */
import { describe, expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const call = (changed: string): string =>
  `const mlp = op\`mlp(x) = { w; o = [1] } * x\`;
await dataParallel({
  ...{ backend: 'interp', devices: 2, batch: 3, shard: { x: { output: [2] } } },
  ...{ loss: ({ x }) => op\`\${mlp}(\${x}) ++ "...|... => 0"\`, update: p => sgdOne(p, { learningRate: 0.1 }) },
  ${changed}
})`;

describe('an option of dataParallel', () => {
  test('that is not there', async () => {
    expect(await messageOf(call('batches: 3'))).toMatchInlineSnapshot(`
      "error[EINC0530]: \`dataParallel\` has no option \`batches\`
       --> program.js:2:7
        |
      2 | await dataParallel({
        |       ^^^^^^^^^^^^
        |
        = help: did you mean \`batch\`?"
    `);
  });

  test('that is no number', async () => {
    expect(await messageOf(call("batch: 'all'"))).toMatchInlineSnapshot(`
      "error[EINC0530]: the option \`batch\` of \`dataParallel\` is a number of examples, not the string "all"
       --> program.js:2:7
        |
      2 | await dataParallel({
        |       ^^^^^^^^^^^^"
    `);
  });

  test('that is no list', async () => {
    expect(await messageOf(call('keep: 1'))).toMatchInlineSnapshot(`
      "error[EINC0530]: the option \`keep\` of \`dataParallel\` is a list of tensors, not the number 1
       --> program.js:2:7
        |
      2 | await dataParallel({
        |       ^^^^^^^^^^^^"
    `);
  });
});

test('a loss that is no tensor', async () => {
  expect(await messageOf(call('loss: () => 1'))).toMatchInlineSnapshot(`
    "error[EINC0530]: the \`loss\` of \`dataParallel\` gives a tensor, not the number 1
     --> program.js:2:7
      |
    2 | await dataParallel({
      |       ^^^^^^^^^^^^"
  `);
});

test('a loss that makes its own parameters', async () => {
  const own = call('loss: ({ x }) => op`({ w; o = [1] } * ${x}) ++ "...|... => 0"`');
  const steps = `const training = ${own.slice(own.indexOf('await'))};
await training.step({ x: [1, 2, 3, 4, 5, 6] })`;
  expect(await messageOf(steps)).toMatchInlineSnapshot(`
    "error[EINC0531]: the \`loss\` of \`dataParallel\` makes its parameter \`w\` anew each time
     --> program.js:1:24
      |
    1 | const training = await dataParallel({
      |                        ^^^^^^^^^^^^
      |
      = help: make the model outside, and apply it there: op\`\${mlp}(\${x})\`"
  `);
});

test('a step with a static symbol that nothing has', async () => {
  const steps = `const training = ${call('').slice(call('').indexOf('await'))};
await training.step({ x: [1, 2] }, { rate: 1 })`;
  const model = call('').slice(0, call('').indexOf('await'));
  expect(await messageOf(model, steps)).toMatchInlineSnapshot(`
    "error[EINC0506]: \`step\` has no static symbol \`rate\`
      = help: it has none"
  `);
});
