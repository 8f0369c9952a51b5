import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('op: code', async () => {
  const message = await messageOf('const step = cd`{ x } =: 1`;', 'op`1 + ${step}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds code, but a tensor, a number or a tensor function must stand here
     --> program.js:2:8
      |
    2 | op\`1 + \${step}\`
      |        ^^^^^^^"
  `);
});

test('op: a static symbol', async () => {
  const message = await messageOf("const n = symbol('n', 4);", 'op`1 + ${n}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds a static symbol, but a tensor, a number or a tensor function must stand here
     --> program.js:2:8
      |
    2 | op\`1 + \${n}\`
      |        ^^^^
      |
      = help: for the value of a static symbol write \`!@\${…}\`"
  `);
});

test('op: an array', async () => {
  const message = await messageOf('op`1 + ${[1, 2]}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds an array of 2, but a tensor, a number or a tensor function must stand here
     --> program.js:1:8
      |
    1 | op\`1 + \${[1, 2]}\`
      |        ^^^^^^^^^
      |
      = help: make it a tensor first: tensor(values, { label, output: [n] })"
  `);
});

test('op: a gradient', async () => {
  const message = await messageOf('const w = op`{ w }`;', 'op`1 + ${w.grad}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds the grad of a tensor, but a tensor, a number or a tensor function must stand here
     --> program.js:2:8
      |
    2 | op\`1 + \${w.grad}\`
      |        ^^^^^^^^^
      |
      = help: \`.grad\` can be used in \`cd\`"
  `);
});

test('op: values that were read', async () => {
  const lines = "const values = await run(op`1 + 1`, { backend: 'interp' });\nop`1 + ${values}`;";
  expect(await messageOf(lines)).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds an object, but a tensor, a number or a tensor function must stand here
     --> program.js:2:8
      |
    2 | op\`1 + \${values}\`;
      |        ^^^^^^^^^
      |
      = help: these are values: make a tensor of them first, tensor(values.toNested(), { label: 'x' })"
  `);
});

test('op: a promise', async () => {
  const message = await messageOf('op`1 + ${run(op`1 + 1`)}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds a promise, but a tensor, a number or a tensor function must stand here
     --> program.js:1:8
      |
    1 | op\`1 + \${run(op\`1 + 1\`)}\`
      |        ^^^^^^^^^^^^^^^^^
      |
      = help: await it before the template"
  `);
});

test('op: a function of JavaScript', async () => {
  const message = await messageOf('op`1 + ${Math.exp}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds the function exp, but a tensor, a number or a tensor function must stand here
     --> program.js:1:8
      |
    1 | op\`1 + \${Math.exp}\`
      |        ^^^^^^^^^^^
      |
      = help: call it: \${f(…)}"
  `);
});

test('cd: a string as a value', async () => {
  const message = await messageOf("cd`{ x } =: ${'1'}`");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds the string "1", but a tensor must stand here
     --> program.js:1:13
      |
    1 | cd\`{ x } =: \${'1'}\`
      |             ^^^^^^"
  `);
});

test('cd: a tensor as code', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ y } =: 1; ${[x]}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds a tensor, but code must stand here
     --> program.js:2:16
      |
    2 | cd\`{ y } =: 1; \${[x]}\`
      |                ^^^^^^
      |
      = help: for the code that computes it write \`\${…}.forward\`"
  `);
});

test('cd: a tensor function as an operand', async () => {
  const message = await messageOf('const f = op`f(a) = a`;', 'cd`{ x } =: ${f}`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds a tensor function, but a tensor must stand here
     --> program.js:2:13
      |
    2 | cd\`{ x } =: \${f}\`
      |             ^^^^
      |
      = help: apply it: \${…}(x)"
  `);
});

test('cd: a number as the condition', async () => {
  const message = await messageOf('cd`if ${0} then { x } =: 1`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds the number 0, but a boolean must stand here
     --> program.js:1:7
      |
    1 | cd\`if \${0} then { x } =: 1\`
      |       ^^^^"
  `);
});

test('cd: a loop over a number', async () => {
  const message = await messageOf('cd`for i in ${10} ({ x } =: !@i)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds the number 10, but a static symbol must stand here
     --> program.js:1:13
      |
    1 | cd\`for i in \${10} ({ x } =: !@i)\`
      |             ^^^^^
      |
      = help: make one: const i = symbol('i', count)"
  `);
});

test('cd: an object in a title', async () => {
  const message = await messageOf('cd`~~("step ${{}}"; { x } =: 1)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds an object, but a word or a number for the title must stand here
     --> program.js:1:13
      |
    1 | cd\`~~("step \${{}}"; { x } =: 1)\`
      |             ^^^^^"
  `);
});

test('cd: a number in the place of a tensor', async () => {
  const message = await messageOf('cd`${3}.grad =: 1`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds the number 3, but a tensor must stand here
     --> program.js:1:4
      |
    1 | cd\`\${3}.grad =: 1\`
      |    ^^^^"
  `);
});

test('spec: a tensor', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`${x} ++ "${x} => 0"`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds a tensor, but an integer or a piece of the spec must stand here
     --> program.js:2:13
      |
    2 | op\`\${x} ++ "\${x} => 0"\`
      |             ^^^^"
  `);
});

test('spec: half an index', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`${x} ++ "${0.5} => 0"`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0202]: this hole holds the number 0.5, but an integer or a piece of the spec must stand here
     --> program.js:2:13
      |
    2 | op\`\${x} ++ "\${0.5} => 0"\`
      |             ^^^^^^"
  `);
});
