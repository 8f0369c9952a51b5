/** What who comes from NumPy, PyTorch or JavaScript writes. */
import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const x = "const x = tensor([1, 2, 3], { label: 'x' });";

test('methods', async () => {
  expect(await messageOf(x, 'op`${x}.sum()`')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`.sum\` is no method
     --> program.js:2:9
      |
    2 | op\`\${x}.sum()\`
      |         ^^^
      |
      = help: functions stand before what they are applied to: \`sum(x)\`"
  `);
  expect(await messageOf(x, 'cd`${x}.forward(); ${x} =+ 1`')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`.forward\` is no method
     --> program.js:2:9
      |
    2 | cd\`\${x}.forward(); \${x} =+ 1\`
      |         ^^^^^^^
      |
      = help: leave out the parentheses: \`.forward\`"
  `);
});

test('properties', async () => {
  expect(await messageOf(x, 'op`${x}.T + ${x}.relu + ${x}.shape`')).toMatchInlineSnapshot(`
    "error[EINC0203]: \`.T\` is not a part of a tensor
     --> program.js:2:9
      |
    2 | op\`\${x}.T + \${x}.relu + \${x}.shape\`
      |         ^
      |
      = help: there is no function for it: write \`transpose(x)\`

    error[EINC0203]: \`.relu\` is not a part of a tensor
     --> program.js:2:18
      |
    2 | op\`\${x}.T + \${x}.relu + \${x}.shape\`
      |                  ^^^^
      |
      = help: write \`relu(x)\`

    error[EINC0203]: \`.shape\` is not a part of a tensor
     --> program.js:2:30
      |
    2 | op\`\${x}.T + \${x}.relu + \${x}.shape\`
      |                              ^^^^^
      |
      = help: the parts are \`.value\` \`.grad\` \`.merge\` \`.forward\` \`.backprop\` \`.zero_grads\` \`.init_params\`"
  `);
});

test('layers', async () => {
  const code = 'op`softmax(${x}) + layer_norm(${x}) + dropout(${x}) + conv2d(${x})`';
  expect(await messageOf(x, code)).toMatchInlineSnapshot(`
    "error[EINC0201]: \`softmax\` is not known in this template
     --> program.js:2:4
      |
    2 | op\`softmax(\${x}) + layer_norm(\${x}) + dropout(\${x}) + conv2d(\${x})\`
      |    ^^^^^^^ unknown name
      |
      = help: there is no function for it: write \`d = x - (x @^^ "...|... i => ...|... 0"); exp(d) /. (exp(d) ++ "...|... i => ...|... 0")\`

    error[EINC0201]: \`layer_norm\` is not known in this template
     --> program.js:2:20
      |
    2 | op\`softmax(\${x}) + layer_norm(\${x}) + dropout(\${x}) + conv2d(\${x})\`
      |                    ^^^^^^^^^^ unknown name
      |
      = help: there is no function for it: write \`c = x - (x ++ "...|... i => ...|... 0") /. n; c /. sqrt((c *. c ++ "...|... i => ...|... 0") /. n + 0.00001)\`

    error[EINC0201]: \`dropout\` is not known in this template
     --> program.js:2:39
      |
    2 | op\`softmax(\${x}) + layer_norm(\${x}) + dropout(\${x}) + conv2d(\${x})\`
      |                                       ^^^^^^^ unknown name
      |
      = help: with a key of its own in each step: \`x *. bernoulli(fold_in(key(1), !@\${step}), 0.9) /. 0.9\`

    error[EINC0201]: \`conv2d\` is not known in this template
     --> program.js:2:55
      |
    2 | op\`softmax(\${x}) + layer_norm(\${x}) + dropout(\${x}) + conv2d(\${x})\`
      |                                                       ^^^^^^ unknown name
      |
      = help: a convolution is an einsum: \`x +* "b | h=+i, v=+j, c; i, j, c -> o => b | h, v, o" w\`"
  `);
});

test('digits in groups', async () => {
  expect(await messageOf(x, 'op`${x} + 1_000_000`')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`1_000_000\` has \`_\` between its digits
     --> program.js:2:11
      |
    2 | op\`\${x} + 1_000_000\`
      |           ^^^^^^^^^
      |
      = help: write \`1000000\`"
  `);
});

test('a function of einc as a step', async () => {
  expect(await messageOf(x, 'op`scan(add, 0, ${x})`')).toMatchInlineSnapshot(`
    "error[EINC0312]: \`scan\` takes a step, which you define
     --> program.js:2:9
      |
    2 | op\`scan(add, 0, \${x})\`
      |         ^^^
      |
      = help: define one: step(h, x) = add(…)"
  `);
});

test('concatenating what has other axes', async () => {
  const m = "const m = tensor([[1, 2], [3, 4]], { label: 'm' });";
  expect(await messageOf(x, m, 'op`concat(${x}, ${m})`')).toMatchInlineSnapshot(`
    "error[EINC0302]: \`concat\` needs the output axes of \`m\` to fit the others, but [2, 2] and [_] cannot match
     --> program.js:3:4
      |
    3 | op\`concat(\${x}, \${m})\`
      |    ^^^^^^ ----  ---- 2, 2
      |           |
      |           3
      |
      = note: [2, 2] because \`m\` is made with this shape (program.js:2:11)"
  `);
});

test('a position instead of values by name, where there are none', async () => {
  const lines = ['const r = await ctx.compile(forward(op`y = ${x} + 1`));', 'r.runSync(3);'];
  expect(await messageOf(x, ...lines)).toMatchInlineSnapshot(`
    "error[EINC0506]: \`y_forward\` is given values by name, not 3
      = help: it has no static symbols: run()"
  `);
});

test('a product of two parts of a `let`, and a spec for one', async () => {
  expect(await messageOf(x, 'cd`let v = ${x} *. ${x} ~logic:"i => "`')).toMatchInlineSnapshot(`
    "error[EINC0304]: the assignment uses 2 tensors but its spec has 1
     --> program.js:2:33
      |
    2 | cd\`let v = \${x} *. \${x} ~logic:"i => "\`
      |                                 ^^^^
      |
      = help: write the axes of each before \`=>\`: "i; i => …"
      = help: or of what is computed of them: (…) ++ "i => ""
  `);
});
