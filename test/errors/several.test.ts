/** What is wrong independently is reported together. */
import { expect, test } from 'vitest';
import { type Diagnostic, UserError } from '../../compiler/index.ts';
import { op, tensor } from '../../dsl/einc.ts';
import { messageOf } from '../support/user-program.ts';

const x = "const x = tensor([1, 2, 3], { label: 'x' });";
const y = "const y = tensor([1, 2], { label: 'y' });";

test('in several definitions', async () => {
  expect(await messageOf(x, y, 'op`a = ${x} + ${y}; b = relo(${x}); c = ${x} / 2`'))
    .toMatchInlineSnapshot(`
    "error[EINC0301]: \`+\` needs the output axes of \`x\` and \`y\` to agree, but sizes 3 and 2 differ
     --> program.js:3:13
      |
    3 | op\`a = \${x} + \${y}; b = relo(\${x}); c = \${x} / 2\`
      |        ---- ^ ---- 2
      |        |
      |        3
      |
      = note: 3 because \`x\` is made with this shape (program.js:1:11)
      = note: 2 because \`y\` is made with this shape (program.js:2:11)

    error[EINC0201]: \`relo\` is not known in this template
     --> program.js:3:25
      |
    3 | op\`a = \${x} + \${y}; b = relo(\${x}); c = \${x} / 2\`
      |                         ^^^^ unknown name
      |
      = help: did you mean \`relu\`?

    error[EINC0205]: \`/\` is not an operator of \`op\`
     --> program.js:3:46
      |
    3 | op\`a = \${x} + \${y}; b = relo(\${x}); c = \${x} / 2\`
      |                                              ^
      |
      = help: for the element-wise operation write \`/.\`"
  `);
});

test('a name whose definition is wrong is not unknown', async () => {
  expect(await messageOf(x, 'op`a = relo(${x}); b = a + 1; c = b *. a + d`'))
    .toMatchInlineSnapshot(`
      "error[EINC0201]: \`relo\` is not known in this template
       --> program.js:2:8
        |
      2 | op\`a = relo(\${x}); b = a + 1; c = b *. a + d\`
        |        ^^^^ unknown name
        |
        = help: did you mean \`relu\`?

      error[EINC0201]: \`d\` is not known in this template
       --> program.js:2:44
        |
      2 | op\`a = relo(\${x}); b = a + 1; c = b *. a + d\`
        |                                            ^ unknown name
        |
        = help: to introduce a parameter write { d }"
    `);
});

test('nor is a function, or a size that was to be captured', async () => {
  expect(
    await messageOf(x, 'op`f(a) = a + b; s = ${x} ++ "i => 0" ["j"]; t = f(1) + dim j; u = f(t)`'),
  ).toMatchInlineSnapshot(`
    "error[EINC0201]: \`b\` is not known in this template
     --> program.js:2:15
      |
    2 | op\`f(a) = a + b; s = \${x} ++ "i => 0" ["j"]; t = f(1) + dim j; u = f(t)\`
      |               ^ unknown name
      |
      = note: the names here are \`a\`
      = help: to introduce a parameter write { b }

    error[EINC0304]: the spec has no axis and no row called \`j\`
     --> program.js:2:40
      |
    2 | op\`f(a) = a + b; s = \${x} ++ "i => 0" ["j"]; t = f(1) + dim j; u = f(t)\`
      |                                        ^^^"
  `);
});

test('a definition that uses itself is', async () => {
  expect(await messageOf('op`a = a + 1`')).toMatchInlineSnapshot(`
    "error[EINC0201]: \`a\` is not known in this template
     --> program.js:1:8
      |
    1 | op\`a = a + 1\`
      |        ^ unknown name
      |
      = help: to introduce a parameter write { a }"
  `);
});

test('in several operands of one expression', async () => {
  expect(await messageOf(x, 'op`(one + ${x}) *. relu(two) - where(three, ${"no"}, 1)`'))
    .toMatchInlineSnapshot(`
      "error[EINC0201]: \`one\` is not known in this template
       --> program.js:2:5
        |
      2 | op\`(one + \${x}) *. relu(two) - where(three, \${"no"}, 1)\`
        |     ^^^ unknown name
        |
        = help: to introduce a parameter write { one }

      error[EINC0201]: \`two\` is not known in this template
       --> program.js:2:25
        |
      2 | op\`(one + \${x}) *. relu(two) - where(three, \${"no"}, 1)\`
        |                         ^^^ unknown name
        |
        = help: to introduce a parameter write { two }

      error[EINC0201]: \`three\` is not known in this template
       --> program.js:2:38
        |
      2 | op\`(one + \${x}) *. relu(two) - where(three, \${"no"}, 1)\`
        |                                      ^^^^^ unknown name
        |
        = help: to introduce a parameter write { three }

      error[EINC0202]: this hole holds the string "no", but a tensor, a number or a tensor function must stand here
       --> program.js:2:45
        |
      2 | op\`(one + \${x}) *. relu(two) - where(three, \${"no"}, 1)\`
        |                                             ^^^^^^^"
    `);
});

test('the same mistake in several places is one error', async () => {
  expect(await messageOf('op`a = w + 1; b = w *. w; c = w - 1; d = w; e = w`'))
    .toMatchInlineSnapshot(`
      "error[EINC0201]: \`w\` is not known in this template
       --> program.js:1:8
        |
      1 | op\`a = w + 1; b = w *. w; c = w - 1; d = w; e = w\`
        |        ^          -    -      -
        |        |
        |        unknown name
        |
        = help: to introduce a parameter write { w }"
    `);
});

test('in a function, all unknown names', async () => {
  expect(await messageOf('op`f(a) = a + b *. c`')).toMatchInlineSnapshot(`
    "error[EINC0201]: \`b\` is not known in this template
     --> program.js:1:15
      |
    1 | op\`f(a) = a + b *. c\`
      |               ^ unknown name
      |
      = note: the names here are \`a\`
      = help: to introduce a parameter write { b }

    error[EINC0201]: \`c\` is not known in this template
     --> program.js:1:20
      |
    1 | op\`f(a) = a + b *. c\`
      |                    ^ unknown name
      |
      = help: to introduce a parameter write { c }"
  `);
});

test('in parameters and in what uses them', async () => {
  expect(
    await messageOf(
      x,
      'op`h = { w; o = [0.5] } * ${x}; k = w + { b; o = ["2"] } + nothing`'.replace(
        '"2"',
        '${"2"}',
      ),
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0208]: the size of an axis is an integer, 0 or more, not 0.5
     --> program.js:2:18
      |
    2 | op\`h = { w; o = [0.5] } * \${x}; k = w + { b; o = [\${"2"}] } + nothing\`
      |                  ^^^

    error[EINC0208]: the size of an axis is an integer, 0 or more, not the string "2"
     --> program.js:2:51
      |
    2 | op\`h = { w; o = [0.5] } * \${x}; k = w + { b; o = [\${"2"}] } + nothing\`
      |                                                   ^^^^^^

    error[EINC0201]: \`nothing\` is not known in this template
     --> program.js:2:63
      |
    2 | op\`h = { w; o = [0.5] } * \${x}; k = w + { b; o = [\${"2"}] } + nothing\`
      |                                                               ^^^^^^^ unknown name
      |
      = note: the names here are \`w\`, \`b\`, \`h\`
      = help: to introduce a parameter write { nothing }"
  `);
});

test('in several statements, inside sections, loops and branches too', async () => {
  expect(
    await messageOf(
      x,
      y,
      "const n = symbol('n', 3);",
      'cd`',
      '  ~~("step"; { s } =: ${x} + ${y}; s =+ unknown);',
      '  for i in ${n} ({ t } =: ${x} * 2; t =: ${x}.gard);',
      '  if ${true} then s =- other *. 2;',
      '  ${x}.backprop`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0301]: \`=:\` needs the output axes of \`s\` and \`y\` to agree, but sizes 3 and 2 differ
     --> program.js:5:20
      |
    5 |   ~~("step"; { s } =: \${x} + \${y}; s =+ unknown);
      |              ----- ^^ ----   ---- 2
      |              |        |
      |              |        3
      |              …, 3
      |
      = note: 3 because \`x\` is made with this shape (program.js:1:11)
      = note: 2 because \`y\` is made with this shape (program.js:2:11)

    error[EINC0201]: \`unknown\` is not known in this template
     --> program.js:5:41
      |
    5 |   ~~("step"; { s } =: \${x} + \${y}; s =+ unknown);
      |                                         ^^^^^^^ unknown name
      |
      = note: the names here are \`s\`

    error[EINC0213]: \`*\` does not say which axes meet
     --> program.js:6:32
      |
    6 |   for i in \${n} ({ t } =: \${x} * 2; t =: \${x}.gard);
      |                                ^
      |
      = help: for the element-wise operation write \`*.\`
      = help: or, for a tensor product, end the assignment with ~logic:"@"

    error[EINC0203]: \`.gard\` is not a part of a tensor
     --> program.js:6:47
      |
    6 |   for i in \${n} ({ t } =: \${x} * 2; t =: \${x}.gard);
      |                                               ^^^^
      |
      = help: did you mean \`.grad\`?

    error[EINC0201]: \`other\` is not known in this template
     --> program.js:7:24
      |
    7 |   if \${true} then s =- other *. 2;
      |                        ^^^^^ unknown name
      |
      = note: the names here are \`s\`, \`t\`

    error[EINC0402]: \`x\` has no gradient
     --> program.js:8:8
      |
    8 |   \${x}.backprop\`
      |        ^^^^^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});

test('at both sides of an assignment', async () => {
  expect(await messageOf(x, 'cd`a =: b + c`')).toMatchInlineSnapshot(`
    "error[EINC0201]: \`a\` is not known in this template
     --> program.js:2:4
      |
    2 | cd\`a =: b + c\`
      |    ^ unknown name
      |
      = help: to introduce an array write { a }

    error[EINC0201]: \`b\` is not known in this template
     --> program.js:2:9
      |
    2 | cd\`a =: b + c\`
      |         ^ unknown name

    error[EINC0201]: \`c\` is not known in this template
     --> program.js:2:13
      |
    2 | cd\`a =: b + c\`
      |             ^ unknown name"
  `);
});

test('an array whose introduction is wrong is introduced', async () => {
  expect(
    await messageOf(x, 'cd`{ a; o = [0.5] } =: 1; a =+ ${x}; { b } =: a; { c = 1 } =: 2; c =: b`'),
  ).toMatchInlineSnapshot(`
    "error[EINC0208]: the size of an axis is an integer, 0 or more, not 0.5
     --> program.js:2:14
      |
    2 | cd\`{ a; o = [0.5] } =: 1; a =+ \${x}; { b } =: a; { c = 1 } =: 2; c =: b\`
      |              ^^^

    error[EINC0208]: an array of \`cd\` starts at zero; assign it instead
     --> program.js:2:56
      |
    2 | cd\`{ a; o = [0.5] } =: 1; a =+ \${x}; { b } =: a; { c = 1 } =: 2; c =: b\`
      |                                                        ^"
  `);
});

test('in code about slots', async () => {
  expect(await messageOf("defineOp({ name: 'f', forward: cd`v =: relo(v1) + u; w =: v1` })"))
    .toMatchInlineSnapshot(`
    "error[EINC0201]: \`relo\` is not known in this template
     --> program.js:1:40
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: relo(v1) + u; w =: v1\` })
      |                                        ^^^^ unknown name
      |
      = help: did you mean \`relu\`?

    error[EINC0214]: this is not a slot
     --> program.js:1:51
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: relo(v1) + u; w =: v1\` })
      |                                                   ^
      |
      = help: the slots are \`v\` (the value computed), \`v1 v2 v3\` (the operands), \`g g1 g2 g3\` (their gradients)

    error[EINC0214]: code about slots assigns slots
     --> program.js:1:54
      |
    1 | defineOp({ name: 'f', forward: cd\`v =: relo(v1) + u; w =: v1\` })
      |                                                      ^
      |
      = help: the slots are \`v\` (the value computed), \`v1 v2 v3\` (the operands), \`g g1 g2 g3\` (their gradients)"
  `);
});

test('ten are shown, the others counted', async () => {
  const names = Array.from({ length: 13 }, (_, i) => `unknown${i}`);
  const message = await messageOf(`op\`${names.map((n, i) => `d${i} = ${n}`).join(';')}\``);
  expect(message.match(/^error\[EINC0201\]/gm)).toHaveLength(10);
  expect(message.slice(message.lastIndexOf('\n\n'))).toBe('\n\nand 3 more errors');
  const eleven = await messageOf(
    `op\`${names
      .slice(0, 11)
      .map((n, i) => `d${i} = ${n}`)
      .join(';')}\``,
  );
  expect(eleven.slice(eleven.lastIndexOf('\n\n'))).toBe('\n\nand 1 more error');
});

test('tools get them one by one', () => {
  const errors: Diagnostic[] = [];
  try {
    expect(op`a = one; b = two`).toBeUndefined();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.code).toBe('EINC0201');
    errors.push(...error.diagnostics);
  }
  expect(errors.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'EINC0201 `one` is not known in this template',
    'EINC0201 `two` is not known in this template',
  ]);
});

test('a template that fails in one place leaves no trace of the others', () => {
  const w = op`{ w }`;
  const before = w.explain();
  const [three, two] = [tensor([1, 2, 3], { label: 'three' }), tensor([1, 2], { label: 'two' })];
  expect(() => op`a = ${w} * ${three}; b = ${three} + ${two}; c = ${w} * ${two}`).toThrow(
    'EINC0301',
  );
  expect(w.explain()).toBe(before);
  expect(before).toContain('open');
  expect(op`${w} * ${two}`.explain()).toContain('computed');
  expect(w.explain()).not.toBe(before);
});
