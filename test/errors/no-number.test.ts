/** JavaScript that would compute with tensors. */
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { op, run, type Tensor, tensor } from '../../dsl/einc.ts';
import { messageOf } from '../support/user-program.ts';

const loss = 'const loss = op`loss = { w; o = [2] } ++ "i => "`;';

test('a comparison', async () => {
  expect(await messageOf(loss, 'if (loss < 0.1) console.log("done");')).toMatchInlineSnapshot(`
    "error[EINC0511]: JavaScript cannot compute with \`loss\`, which stands for an array
     --> program.js:2:10
      |
    2 | if (loss < 0.1) console.log("done");
      |          ^
      |
      = help: for a number that a routine has computed: ctx.item(x)
      = help: for a tensor computed from it: op\`\${x} + 1\`
      = help: for its name and shape in a text: \`\${x}\`"
  `);
});

test.each(['+loss', 'loss + 1', 'loss * loss', 'Math.max(0, loss)', 'loss.param("w") - 1'])(
  '%s',
  async line => {
    const [message] = (await messageOf(loss, `${line};`)).split('\n');
    const name = line.includes('param') ? 'w' : 'loss';
    expect(message).toBe(
      `error[EINC0511]: JavaScript cannot compute with \`${name}\`, which stands for an array`,
    );
  },
);

test('a gradient', async () => {
  const [message] = (await messageOf(loss, 'loss.grad > 1;')).split('\n');
  expect(message).toBe(
    'error[EINC0511]: JavaScript cannot compute with `loss.grad`, which stands for an array',
  );
});

test('values that were read', async () => {
  const line = "(await run(op`1`, { backend: 'interp' })) > 0;";
  expect(await messageOf(line)).toMatchInlineSnapshot(`
    "error[EINC0511]: these are the values of an array, f32, and no number
      = help: for one of its numbers: .data[0]"
  `);
});

test('texts are as they were', async () => {
  const x: Tensor = tensor([1, 2], { label: 'x' });
  expect([String(x), [x].join(), inspect(x)]).toEqual(Array(3).fill(x.toString()));
  const y: Tensor = op`y = { w; o = [2] }`;
  expect(String(y.grad)).toBe(y.grad.toString());
  const values = await run(x, { backend: 'interp' });
  expect([String(values), 'x: ' + String(values)]).toEqual(['f32 2 [1, 2]', 'x: f32 2 [1, 2]']);
});
