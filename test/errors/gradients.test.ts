import { describe, expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('of data', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`${x}.grad =: 1`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0402]: \`x\` has no gradient
     --> program.js:2:9
      |
    2 | cd\`\${x}.grad =: 1\`
      |         ^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('of what is computed from data', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'const y = op`y = ${x} + 1`;',
    'cd`${y}.backprop`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0402]: \`y\` has no gradient
     --> program.js:3:9
      |
    3 | cd\`\${y}.backprop\`
      |         ^^^^^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('from JavaScript', async () => {
  const message = await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'x.grad');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0402]: \`x\` has no gradient
     --> program.js:1:11
      |
    1 | const x = tensor([1, 2, 3], { label: 'x' });
      |           ^^^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('of a loss without parameters', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'gradUpdate(op`loss = ${x} ++ "i => 0"`)',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0402]: \`loss\` has no gradient
     --> program.js:2:22
      |
    2 | gradUpdate(op\`loss = \${x} ++ "i => 0"\`)
      |                      ^^^^^^^^^^^^^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('to zero', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`${x}.zero_grads`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0402]: \`x\` has no gradient
     --> program.js:2:9
      |
    2 | cd\`\${x}.zero_grads\`
      |         ^^^^^^^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('of an accumulation without a derivative', async () => {
  const message = await messageOf(
    "const f = defineOp({ name: 'f', logic: 'i => 0', forward: cd`v =:/ v1` });",
    'await ctx.compile(gradUpdate(op`${f}({ w; o = [3] })`))',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0401]: an accumulation with \`div\` has no derivative here
     --> program.js:1:62
      |
    1 | const f = defineOp({ name: 'f', logic: 'i => 0', forward: cd\`v =:/ v1\` });
      |                                                              ^^^^^^^^
     --> program.js:2:33
      |
    2 | await ctx.compile(gradUpdate(op\`\${f}({ w; o = [3] })\`))
      |                                 -------------------- used here
      |
      = help: accumulate with \`=+\` or \`=-\`, or give the op its own \`backward\` code"
  `);
});

describe('by what is made on the spot, which nothing is computed from', () => {
  const given = [
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "const y = tensor([4, 5, 6], { label: 'y' });",
  ];

  test('two tensors in brackets', async () => {
    const message = await messageOf(
      ...given,
      'op`g = grad(${x} *. ${y} ++ "i => 0", [${x}, ${y}])`',
    );
    expect(message).toMatchInlineSnapshot(`
      "error[EINC0403]: nothing is computed from \`[\${…}, \${…}]\`, which is made here, so \`grad\` by it would be 0
       --> program.js:3:39
        |
      3 | op\`g = grad(\${x} *. \${y} ++ "i => 0", [\${x}, \${y}])\`
        |                                       ^^^^^^^^^^^^
        |
        = help: write [grad(y, a), grad(y, b)], or in JavaScript grad(y, [a, b])"
    `);
  });

  test('one tensor in brackets', async () => {
    const message = await messageOf(...given, 'op`vjp(${x} *. ${y}, [${x}], 1)`');
    expect(message).toMatchInlineSnapshot(`
      "error[EINC0403]: nothing is computed from \`[\${…}]\`, which is made here, so \`vjp\` by it would be 0
       --> program.js:3:22
        |
      3 | op\`vjp(\${x} *. \${y}, [\${x}], 1)\`
        |                      ^^^^^^
        |
        = help: write vjp(y, x, g), without brackets"
    `);
  });

  test('two tensors, forwards', async () => {
    const message = await messageOf(...given, 'op`jvp(${x} *. ${y}, (${x}, ${y}), 1)`');
    expect(message).toMatchInlineSnapshot(`
      "error[EINC0403]: nothing is computed from \`(\${…}, \${…})\`, which is made here, so \`jvp\` by it would be 0
       --> program.js:3:22
        |
      3 | op\`jvp(\${x} *. \${y}, (\${x}, \${y}), 1)\`
        |                      ^^^^^^^^^^^^
        |
        = help: write jvp(y, a, da) + jvp(y, b, db), or in JavaScript jvp(y, new Map([[a, da], [b, db]]))"
    `);
  });

  test('a sum', async () => {
    const message = await messageOf(...given, 'op`jvp(${x} *. ${y}, ${x} + 1, 1)`');
    expect(message).toMatchInlineSnapshot(`
      "error[EINC0403]: nothing is computed from \`\${…} + 1\`, which is made here, so \`jvp\` by it would be 0
       --> program.js:3:22
        |
      3 | op\`jvp(\${x} *. \${y}, \${x} + 1, 1)\`
        |                      ^^^^^^^^
        |
        = help: name it, and compute y from the name: x = …; y = f(x); jvp(y, x, dx)"
    `);
  });

  test('a part of a tensor', async () => {
    const message = await messageOf(...given, 'op`grad(${x} *. ${y}, ${x}[0])`');
    expect(message).toMatchInlineSnapshot(`
      "error[EINC0403]: nothing is computed from \`\${…}[0]\`, which is made here, so \`grad\` by it would be 0
       --> program.js:3:23
        |
      3 | op\`grad(\${x} *. \${y}, \${x}[0])\`
        |                       ^^^^^^^
        |
        = help: name it, and compute y from the name: x = …; y = f(x); grad(y, x)"
    `);
  });

  test('a parameter', async () => {
    const message = await messageOf(...given, 'op`grad(${x} *. ${y}, { w })`');
    expect(message).toMatchInlineSnapshot(`
      "error[EINC0403]: nothing is computed from \`{ w }\`, which is made here, so \`grad\` by it would be 0
       --> program.js:3:23
        |
      3 | op\`grad(\${x} *. \${y}, { w })\`
        |                       ^^^^^
        |
        = help: write it where y is computed, and here its name, \`w\`"
    `);
  });

  test('a number', async () => {
    const message = await messageOf(...given, 'op`grad(${x}, 3)`');
    expect(message).toMatchInlineSnapshot(`
      "error[EINC0403]: nothing is computed from \`3\`, which is made here, so \`grad\` by it would be 0
       --> program.js:3:15
        |
      3 | op\`grad(\${x}, 3)\`
        |               ^
        |
        = help: write grad(y, x), where x is a tensor that y is computed from"
    `);
  });

  test('a number of JavaScript', async () => {
    const message = await messageOf(...given, 'op`grad(3 *. ${x}, ${3})`');
    expect(message).toMatchInlineSnapshot(`
      "error[EINC0403]: nothing is computed from \`\${…}\`, which is made here, so \`grad\` by it would be 0
       --> program.js:3:20
        |
      3 | op\`grad(3 *. \${x}, \${3})\`
        |                    ^^^^
        |
        = help: write grad(y, x), where x is a tensor that y is computed from"
    `);
  });

  test('numbers', async () => {
    const message = await messageOf(...given, 'op`grad(${x}, [[1, 2], [3, 4]])`');
    expect(message).toMatchInlineSnapshot(`
      "error[EINC0403]: nothing is computed from \`[[1, 2], [3, 4]]\`, which is made here, so \`grad\` by it would be 0
       --> program.js:3:15
        |
      3 | op\`grad(\${x}, [[1, 2], [3, 4]])\`
        |               ^^^^^^^^^^^^^^^^
        |
        = help: write grad(y, x), where x is a tensor that y is computed from"
    `);
  });
});

describe('by integers and bools', () => {
  const ids = "const ids = tensor(new Int32Array([2, 3]), { label: 'ids' });";

  test('grad', async () => {
    const message = await messageOf(ids, 'op`g = grad(${ids} *. 2, ${ids})`');
    expect(message).toMatchInlineSnapshot(`
      "error[EINC0404]: \`grad\` is asked for a derivative by \`ids\`, which is i32: there are none by integers
       --> program.js:2:26
        |
      2 | op\`g = grad(\${ids} *. 2, \${ids})\`
        |                          ^^^^^^
       --> program.js:1:13
        |
      1 | const ids = tensor(new Int32Array([2, 3]), { label: 'ids' });
        |             ------ \`ids\` is made of an array of i32
        |
        = help: convert first, and compute with the floats that you differentiate by: z = f32(ids)"
    `);
  });

  test('where what is differentiated is a float', async () => {
    const message = await messageOf(ids, 'op`vjp(f32(${ids}) *. 0.5, ${ids}, 1)`');
    expect(message).toMatchInlineSnapshot(`
      "error[EINC0404]: \`vjp\` is asked for a derivative by \`ids\`, which is i32: there are none by integers
       --> program.js:2:28
        |
      2 | op\`vjp(f32(\${ids}) *. 0.5, \${ids}, 1)\`
        |                            ^^^^^^
       --> program.js:1:13
        |
      1 | const ids = tensor(new Int32Array([2, 3]), { label: 'ids' });
        |             ------ \`ids\` is made of an array of i32
        |
        = help: convert first, and compute with the floats that you differentiate by: z = f32(ids)"
    `);
  });

  test('jvp, along bools', async () => {
    const message = await messageOf(
      "const on = tensor([1, 0], { label: 'on', dtype: 'bool' });",
      'op`jvp(f32(${on}), ${on}, 1)`',
    );
    expect(message).toMatchInlineSnapshot(`
      "error[EINC0404]: \`jvp\` is asked for a derivative by \`on\`, which is bool: there are none by bools
       --> program.js:2:20
        |
      2 | op\`jvp(f32(\${on}), \${on}, 1)\`
        |                    ^^^^^
       --> program.js:1:12
        |
      1 | const on = tensor([1, 0], { label: 'on', dtype: 'bool' });
        |            ------ \`on\` is made bool
        |
        = help: convert first, and compute with the floats that you differentiate by: z = f32(on)"
    `);
  });

  test('of what is found to be integers only later', async () => {
    const message = await messageOf(
      ids,
      'const x = op`x = [1, 2]`;',
      'const g = op`grad(${x} **. 2, ${x})`;',
      'op`${x} + ${ids}`',
    );
    expect(message).toMatchInlineSnapshot(`
      "error[EINC0404]: \`grad\` is asked for a derivative by \`x\`, which is i32: there are none by integers
       --> program.js:3:31
        |
      3 | const g = op\`grad(\${x} **. 2, \${x})\`;
        |                               ^^^^
       --> program.js:1:13
        |
      1 | const ids = tensor(new Int32Array([2, 3]), { label: 'ids' });
        |             ------ \`ids\` is made of an array of i32
       --> program.js:4:9
        |
      4 | op\`\${x} + \${ids}\`
        |         - \`+\` brings them together
        |
        = help: convert what it meets first: f32(…)"
    `);
  });

  test.each(['grad(y, [x, ids])', 'vjp(y, [x, ids], y)', 'jvp(y, new Map([[ids, ids]]))'])(
    '%s in JavaScript',
    async call => {
      const message = await messageOf(
        ids,
        "const x = tensor([1, 2], { label: 'x' });",
        'const y = op`y = ${x} *. f32(${ids})`;',
        call,
      );
      expect(message).toContain(
        `error[EINC0404]: \`${call.slice(0, call.indexOf('('))}\` is asked for a derivative by \`ids\`, which is i32: there are none by integers\n --> program.js:4:1\n`,
      );
    },
  );
});
