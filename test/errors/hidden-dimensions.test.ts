import { expect, test } from 'vitest';
import { cd, context, op, tensor } from '../../dsl/einc.ts';
import { messageOf } from '../support/user-program.ts';

test('of a product', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'await run(op`{ w } * ${x}`)',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0303]: nothing says the size of the output axes of \`w\`
     --> program.js:2:14
      |
    2 | await run(op\`{ w } * \${x}\`)
      |              ^^^^^ output axes unknown
      |
      = help: give the hidden dimension:  { w; o = [16] }"
  `);
});

test('between two layers', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'await run(op`{ w2 } * relu({ w1 } * ${x}) + 1`)',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0303]: nothing says the size of the output axes of \`w1\`, the input axes of \`w2\` and the output axes of \`w2\`
     --> program.js:2:28
      |
    2 | await run(op\`{ w2 } * relu({ w1 } * \${x}) + 1\`)
      |              ------        ^^^^^^ output axes unknown
      |              |
      |              input axes unknown
      |              output axes unknown
      |
      = help: give the hidden dimension:  { w1; o = [16] }"
  `);
});

test('in a function', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'const f = op`f(a) = { w } * a`;',
    'await run(f(x))',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0303]: nothing says the size of the output axes of \`w\`
     --> program.js:2:21
      |
    2 | const f = op\`f(a) = { w } * a\`;
      |                     ^^^^^ output axes unknown
      |
      = help: give the hidden dimension:  { w; o = [16] }"
  `);
});

test('of a spec', async () => {
  const message = await messageOf('await run(op`{ w } ++ "i j => i"`)');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0303]: nothing says the size of the output axes of \`w\`
     --> program.js:1:14
      |
    1 | await run(op\`{ w } ++ "i j => i"\`)
      |              ^^^^^ output axes unknown
      |
      = help: give the hidden dimension:  { w; o = [16] }"
  `);
});

test.each([
  ['2*h<+i', '${x} @^^ "2*h<+i => h"'],
  ['h=+i', '${x} ++ "h=+i => h"'],
  ['h<+i', '${x} ++ "h<+i => "'],
  ['2*h<+i', '(${x} @^^ "2*h<+i => h") + [0, 0, 0]'],
])('of the windows of a pooling: %s', async (axis, formula) => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3, 4, 5, 6], { label: 'x' });",
    `await run(op\`${formula}\`)`,
  );
  const [first = ''] = message.split('\n');
  expect(first).toBe(`error[EINC0303]: nothing says how many cells \`i\` has in \`${axis}\``);
  expect(message).toContain('  = help: write its size in the spec: `i:2`');
});

test('windows follow from the number of results', async () => {
  const x = tensor([1, 2, 3, 4, 5, 6], { label: 'x' });
  const y = op`{ y; o = [3] }`;
  using ctx = await context({ backend: 'interp' });
  (await ctx.compile(cd`${y} =:@^ ${x} ~logic:"2*h<+i => h"`, { keep: [y] })).runSync();
  expect(ctx.readSync(y).toNested()).toEqual([2, 4, 6]);
});
