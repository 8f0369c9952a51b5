/** Names that OCANNL, OCaml and TypeScript know and `op` does not. */
import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('names of numbers', async () => {
  expect(
    await messageOf(
      "const x = tensor([1, 2, 3], { label: 'x' });",
      'op`where(${x} > pi, inf, nan) + where(true, false, 1)`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0201]: \`pi\` is not known in this template
     --> program.js:2:17
      |
    2 | op\`where(\${x} > pi, inf, nan) + where(true, false, 1)\`
      |                 ^^ unknown name
      |
      = help: there is no name for it: write \`\${Math.PI}\`

    error[EINC0201]: \`inf\` is not known in this template
     --> program.js:2:21
      |
    2 | op\`where(\${x} > pi, inf, nan) + where(true, false, 1)\`
      |                     ^^^ unknown name
      |
      = help: there is no name for it: write \`\${Infinity}\`

    error[EINC0201]: \`nan\` is not known in this template
     --> program.js:2:26
      |
    2 | op\`where(\${x} > pi, inf, nan) + where(true, false, 1)\`
      |                          ^^^ unknown name
      |
      = help: there is no name for it: write \`\${NaN}\`

    error[EINC0201]: \`true\` is not known in this template
     --> program.js:2:39
      |
    2 | op\`where(\${x} > pi, inf, nan) + where(true, false, 1)\`
      |                                       ^^^^ unknown name
      |
      = help: there is no name for it: write \`1\`

    error[EINC0201]: \`false\` is not known in this template
     --> program.js:2:45
      |
    2 | op\`where(\${x} > pi, inf, nan) + where(true, false, 1)\`
      |                                             ^^^^^ unknown name
      |
      = help: there is no name for it: write \`0\`"
  `);
});

test('the same with capitals', async () => {
  expect(await messageOf('op`Infinity - NaN + infinity`')).toMatchInlineSnapshot(`
    "error[EINC0201]: \`Infinity\` is not known in this template
     --> program.js:1:4
      |
    1 | op\`Infinity - NaN + infinity\`
      |    ^^^^^^^^ unknown name
      |
      = help: there is no name for it: write \`\${Infinity}\`

    error[EINC0201]: \`NaN\` is not known in this template
     --> program.js:1:15
      |
    1 | op\`Infinity - NaN + infinity\`
      |               ^^^ unknown name
      |
      = help: there is no name for it: write \`\${NaN}\`

    error[EINC0201]: \`infinity\` is not known in this template
     --> program.js:1:21
      |
    1 | op\`Infinity - NaN + infinity\`
      |                     ^^^^^^^^ unknown name
      |
      = help: there is no name for it: write \`\${Infinity}\`"
  `);
});

test("OCANNL's names for data", async () => {
  expect(
    await messageOf(
      "const x = tensor([1, 2, 3], { label: 'x' });",
      'op`wrap ${x} + init ${x} + wrap_padded ${x} + reshape_param ${x}`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0201]: \`wrap\` is not known in this template
     --> program.js:2:4
      |
    2 | op\`wrap \${x} + init \${x} + wrap_padded \${x} + reshape_param \${x}\`
      |    ^^^^ unknown name
      |
      = help: data comes from TypeScript, in a hole: \`\${tensor(values, { label, output: [n] })}\`

    error[EINC0201]: \`init\` is not known in this template
     --> program.js:2:16
      |
    2 | op\`wrap \${x} + init \${x} + wrap_padded \${x} + reshape_param \${x}\`
      |                ^^^^ unknown name
      |
      = help: data comes from TypeScript, in a hole: \`\${tensor(values, { label, output: [n] })}\`

    error[EINC0201]: \`wrap_padded\` is not known in this template
     --> program.js:2:28
      |
    2 | op\`wrap \${x} + init \${x} + wrap_padded \${x} + reshape_param \${x}\`
      |                            ^^^^^^^^^^^ unknown name
      |
      = help: margins belong to the spec that needs them: \`x +* "o=+k; k => o" w\`

    error[EINC0201]: \`reshape_param\` is not known in this template
     --> program.js:2:47
      |
    2 | op\`wrap \${x} + init \${x} + wrap_padded \${x} + reshape_param \${x}\`
      |                                               ^^^^^^^^^^^^^ unknown name
      |
      = help: write \`{ w = \${values}; o = [n] }\`"
  `);
});

test("OCANNL's names for numbers of the host", async () => {
  expect(
    await messageOf(
      "const x = tensor([1, 2, 3], { label: 'x' });",
      'op`embed_symbol ${x} + embed_dim ${x} + embed_self_id ${x}`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0201]: \`embed_symbol\` is not known in this template
     --> program.js:2:4
      |
    2 | op\`embed_symbol \${x} + embed_dim \${x} + embed_self_id \${x}\`
      |    ^^^^^^^^^^^^ unknown name
      |
      = help: for the value of a static symbol write \`!@\${symbol}\`

    error[EINC0201]: \`embed_dim\` is not known in this template
     --> program.js:2:24
      |
    2 | op\`embed_symbol \${x} + embed_dim \${x} + embed_self_id \${x}\`
      |                        ^^^^^^^^^ unknown name
      |
      = help: for the size of an axis that a spec has captured write \`dim d\`

    error[EINC0201]: \`embed_self_id\` is not known in this template
     --> program.js:2:41
      |
    2 | op\`embed_symbol \${x} + embed_dim \${x} + embed_self_id \${x}\`
      |                                         ^^^^^^^^^^^^^ unknown name
      |
      = help: tensors have no numbers: randomness goes by seed and name"
  `);
});

test("OCANNL's names for interleaving", async () => {
  expect(
    await messageOf(
      "const x = tensor([1, 2, 3], { label: 'x' });",
      'op`interleave(${x}, ${x}) + deinterleave_odd ${x}`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0201]: \`interleave\` is not known in this template
     --> program.js:2:4
      |
    2 | op\`interleave(\${x}, \${x}) + deinterleave_odd \${x}\`
      |    ^^^^^^^^^^ unknown name
      |
      = help: there is no function for it: write \`(a ++ "i => 2*i") + (b ++ "i => 2*i+1")\`

    error[EINC0201]: \`deinterleave_odd\` is not known in this template
     --> program.js:2:29
      |
    2 | op\`interleave(\${x}, \${x}) + deinterleave_odd \${x}\`
      |                             ^^^^^^^^^^^^^^^^ unknown name
      |
      = help: there is no function for it: write \`x ++ "2*i+1 => i"\`"
  `);
});

test("OCANNL's names for random numbers", async () => {
  expect(
    await messageOf(
      "const x = tensor([1, 2, 3], { label: 'x' });",
      'op`uint4x32_to_prec_uniform ${x} + uniform1(${x})`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0201]: \`uint4x32_to_prec_uniform\` is not known in this template
     --> program.js:2:4
      |
    2 | op\`uint4x32_to_prec_uniform \${x} + uniform1(\${x})\`
      |    ^^^^^^^^^^^^^^^^^^^^^^^^ unknown name
      |
      = help: for numbers in [0, 1) from a key write \`uniform(key)\`

    error[EINC0201]: \`uniform1\` is not known in this template
     --> program.js:2:36
      |
    2 | op\`uint4x32_to_prec_uniform \${x} + uniform1(\${x})\`
      |                                    ^^^^^^^^ unknown name
      |
      = help: for numbers in [0, 1) from a key write \`uniform(key)\`"
  `);
});

test('a function that nobody knows', async () => {
  expect(await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`quux ${x}`'))
    .toMatchInlineSnapshot(`
    "error[EINC0201]: \`quux\` is not known in this template
     --> program.js:2:4
      |
    2 | op\`quux \${x}\`
      |    ^^^^ unknown name
      |
      = note: docs/op.md lists the functions"
  `);
});
