import { expect, test } from 'vitest';
import { foreignNames, suggestedSpellings } from '../../dsl/elaborate/foreign-names.ts';
import { isFunctionName } from '../../dsl/ops/names.ts';
import { op, type Tensor, tensor } from '../../dsl/einc.ts';
import { messageOf } from '../support/user-program.ts';

test('a misspelt function', async () => {
  const message = await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`relo(${x})`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`relo\` is not known in this template
     --> program.js:2:4
      |
    2 | op\`relo(\${x})\`
      |    ^^^^ unknown name
      |
      = help: did you mean \`relu\`?"
  `);
});

test('a misspelt name of the template', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`hidden = ${x} + 1; y = hiden *. 2`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`hiden\` is not known in this template
     --> program.js:2:27
      |
    2 | op\`hidden = \${x} + 1; y = hiden *. 2\`
      |                           ^^^^^ unknown name
      |
      = help: did you mean \`hidden\`?"
  `);
});

test('a JavaScript variable without its hole', async () => {
  const message = await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`relu(x)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`x\` is not known in this template
     --> program.js:2:9
      |
    2 | op\`relu(x)\`
      |         ^ unknown name
      |
      = help: \`x\` is a JavaScript variable (line 1): write \${x}"
  `);
});

test('a name near nothing, in a template that has names', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`a = ${x} + 1; b = a - quux`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`quux\` is not known in this template
     --> program.js:2:26
      |
    2 | op\`a = \${x} + 1; b = a - quux\`
      |                          ^^^^ unknown name
      |
      = note: the names here are \`a\`
      = help: to introduce a parameter write { quux }"
  `);
});

test('in the body of a function, before it is applied', async () => {
  const message = await messageOf('op`f(a) = a + { w } *. c`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`c\` is not known in this template
     --> program.js:1:24
      |
    1 | op\`f(a) = a + { w } *. c\`
      |                        ^ unknown name
      |
      = note: the names here are \`w\`, \`a\`
      = help: to introduce a parameter write { c }"
  `);
});

test('a function that uses itself', async () => {
  const message = await messageOf('op`f(a) = f(a)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`f\` is not known in this template
     --> program.js:1:11
      |
    1 | op\`f(a) = f(a)\`
      |           ^ unknown name
      |
      = help: a function cannot use itself"
  `);
});

test('a name defined later', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`a = b + 1; b = ${x} *. 2`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`b\` is not known in this template
     --> program.js:2:8
      |
    2 | op\`a = b + 1; b = \${x} *. 2\`
      |        ^ unknown name
      |
      = help: \`b\` is defined further on: put its definition first"
  `);
});

test('cd: reading an array', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ y } =: ${x}; { z } =: yy`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`yy\` is not known in this template
     --> program.js:2:28
      |
    2 | cd\`{ y } =: \${x}; { z } =: yy\`
      |                            ^^ unknown name
      |
      = help: did you mean \`y\`?"
  `);
});

test('cd: assigning an array that nobody introduced', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`delta =: ${x}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`delta\` is not known in this template
     --> program.js:2:4
      |
    2 | cd\`delta =: \${x}\`
      |    ^^^^^ unknown name
      |
      = help: to introduce an array write { delta }"
  `);
});

test('cd: assigning one with a name like another', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ delta } =: ${x}; detla =: 1`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`detla\` is not known in this template
     --> program.js:2:23
      |
    2 | cd\`{ delta } =: \${x}; detla =: 1\`
      |                       ^^^^^ unknown name
      |
      = help: did you mean \`delta\`?"
  `);
});

test('cd: a loop is no array', async () => {
  const message = await messageOf("const n = symbol('n', 4);", 'cd`for i in ${n} ({ y } =: i)`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`i\` is not known in this template
     --> program.js:2:28
      |
    2 | cd\`for i in \${n} ({ y } =: i)\`
      |                            ^ unknown name
      |
      = help: for the value of the loop \`i\` write \`!@i\`"
  `);
});

test('cd: a name by itself', async () => {
  const message = await messageOf('cd`update`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`update\` is not known in this template
     --> program.js:1:4
      |
    1 | cd\`update\`
      |    ^^^^^^ unknown name"
  `);
});

test('slots: a function', async () => {
  const message = await messageOf("defineOp({ name: 'f', forward: cd`v =: rleu(v1)` })");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`rleu\` is not known in this template
     --> program.js:1:40
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: rleu(v1)\` })
      |                                        ^^^^ unknown name
      |
      = help: did you mean \`relu\`?"
  `);
});

test('a parameter that a tensor does not have', async () => {
  const message = await messageOf("op`{ w1 } + { w2 }`.param('w3')");
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`add\` has no parameter called \`w3\`
      = note: its parameters are \`w1\`, \`w2\`"
  `);
});

test('a parameter of a tensor that has none', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "op`${x} + 1`.param('w')",
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0201]: \`add\` has no parameter called \`w\`
      = note: it has no parameters"
  `);
});

test('a part of a tensor', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ g } =: ${x}.gard`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0203]: \`.gard\` is not a part of a tensor
     --> program.js:2:18
      |
    2 | cd\`{ g } =: \${x}.gard\`
      |                  ^^^^
      |
      = help: did you mean \`.grad\`?"
  `);
});

test('a part near no other', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`${x}.compute`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0203]: \`.compute\` is not a part of a tensor
     --> program.js:2:9
      |
    2 | cd\`\${x}.compute\`
      |         ^^^^^^^
      |
      = help: the parts are \`.value\` \`.grad\` \`.merge\` \`.forward\` \`.backprop\` \`.zero_grads\` \`.init_params\`"
  `);
});

test('a function that other libraries have', async () => {
  const x = "const x = tensor([1, 2, 3], { label: 'x' });";
  expect(await messageOf(x, 'op`sum(${x}) /. softmax ${x}`')).toMatchInlineSnapshot(`
    "error[EINC0201]: \`sum\` is not known in this template
     --> program.js:2:4
      |
    2 | op\`sum(\${x}) /. softmax \${x}\`
      |    ^^^ unknown name
      |
      = help: there is no function for it: write \`x ++ "...|... => 0"\`

    error[EINC0201]: \`softmax\` is not known in this template
     --> program.js:2:17
      |
    2 | op\`sum(\${x}) /. softmax \${x}\`
      |                 ^^^^^^^ unknown name
      |
      = help: there is no function for it: write \`d = x - (x @^^ "...|... i => ...|... 0"); exp(d) /. (exp(d) ++ "...|... i => ...|... 0")\`"
  `);
});

test('such a name as a tensor', async () => {
  expect(await messageOf('op`dot + 1`')).toMatchInlineSnapshot(`
    "error[EINC0201]: \`dot\` is not known in this template
     --> program.js:1:4
      |
    1 | op\`dot + 1\`
      |    ^^^ unknown name
      |
      = help: to introduce a parameter write { dot }"
  `);
});

test('what is suggested for those is right', () => {
  const [a, b, x] = ['a', 'b', 'x'].map(label => tensor([1, 2, 3, 4], { label }));
  const names = { x, a, b, w: op`{ w; o = [4] }`, m: op`{ m; i = [2]; o = [3] }`, n: 2 };
  for (const spelling of suggestedSpellings) {
    // The string parts stay as they are; single letters outside of them are holes.
    const parts: string[] = [''];
    const holes: (Tensor | number)[] = [];
    for (const [word] of spelling.matchAll(/"[^"]*"|\w+|./g)) {
      const name = Object.entries(names).find(([key]) => key === word);
      if (name?.[1] !== undefined) {
        holes.push(name[1]);
        parts.push('');
      } else parts.push(`${parts.pop() ?? ''}${word}`);
    }
    const strings = Object.assign([...parts], { raw: parts });
    expect(op(strings, ...holes).explain()).toContain('computed');
  }
});

test('no function of that name is there', () => {
  expect(foreignNames.filter(isFunctionName)).toEqual([]);
});

test('a bracket apart from its tensor', async () => {
  const x = "const x = tensor([1, 2, 3], { label: 'x' });";
  expect(await messageOf(x, 'op`${x} [0]`')).toMatchInlineSnapshot(`
    "error[EINC0210]: this is a tensor, and only functions can be applied
     --> program.js:2:4
      |
    2 | op\`\${x} [0]\`
      |    ^^^^
      |
      = help: for one of its cells write x[0], without a space"
  `);
});
