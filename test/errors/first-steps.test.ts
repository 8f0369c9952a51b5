/** What those who come from other libraries write first. */
import { expect, test } from 'vitest';
import { op, run, tensor } from '../../dsl/einc.ts';
import { messageOf } from '../support/user-program.ts';

const x = "const x = tensor([1, 2, 3], { label: 'x' });";

test('what several definitions give, in a hole', async () => {
  const message = await messageOf(x, 'const both = op`a = ${x} + 1; b = a`;', 'op`${both} + 1`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds an object, but a tensor, a number or a tensor function must stand here
     --> program.js:3:4
      |
    3 | op\`\${both} + 1\`
      |    ^^^^^^^
      |
      = help: a template of several definitions gives an object: write \${….b}"
  `);
});

test.each([
  ['zeros', '0'],
  ['ones(3)', '1'],
  ['randn', 'normal(1)'],
  ['he_normal()', 'kaiming'],
  ['glorot_uniform', 'xavier'],
])('the initial value %s', async (written, meant) => {
  const message = await messageOf(`op\`{ w = ${written}; o = [3] } + 0\``);
  expect(message).toContain(`  = help: write it so: { w = ${meant} }`);
});

test('a list in a list of code', async () => {
  const message = await messageOf(
    x,
    'const code = cd`{ y } =: ${x}`;',
    'sequence([code, [code, code]])',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0217]: \`sequence\` takes code, not an array of 2
     --> program.js:3:1
      |
    3 | sequence([code, [code, code]])
      | ^^^^^^^^
      |
      = help: for a list in the list write sequence([first, ...others])"
  `);
});

test('an array where a function takes a tensor', async () => {
  expect(await messageOf('const f = op`f(a) = a`;', 'f([1, 2])')).toMatchInlineSnapshot(`
    "error[EINC0207]: \`f\` takes tensors and numbers, not an array of 2
     --> program.js:2:1
      |
    2 | f([1, 2])
      | ^
      |
      = help: make it a tensor first: tensor(values, { label: 'x' })"
  `);
});

test('captures are separated by `,` or `;`', async () => {
  const y = tensor([1, 2, 3, 4, 5, 6], { label: 'y', batch: [3], output: [2] });
  const byComma = op`(${y} ++ "b|i => " ["b", "i"]) /. (dim b *. dim i)`;
  const bySemicolon = op`(${y} ++ "b|i => " ["b"; "i"]) /. (dim b *. dim i)`;
  expect([(await run(byComma)).toNested(), (await run(bySemicolon)).toNested()]).toEqual([
    3.5, 3.5,
  ]);
});
