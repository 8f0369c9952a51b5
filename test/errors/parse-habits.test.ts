import { expect, test } from 'vitest';
import { cdError, opError } from '../support/parse-error.ts';

test("OCaml's extension point", () => {
  expect(opError('let%op mlp x = { w } * x')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`let%op\` is OCaml's way; here the tag of the template says \`op\`
     --> <template>:1:1
      |
    1 | let%op mlp x = { w } * x
      | ^^^^^^
      |
      = help: leave out \`let%op\`"
  `);
});

test("OCaml's extension point around code", () => {
  expect(cdError('[%cd x =: y]')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`[%cd\` is OCaml's way; here the tag of the template says \`cd\`
     --> <template>:1:1
      |
    1 | [%cd x =: y]
      | ^^^^
      |
      = help: leave out \`[%cd\`"
  `);
});

test('let … in', () => {
  expect(opError('let y = relu x in y *. y')).toMatchInlineSnapshot(`
    "error[EINC0101]: there is no \`let\` in \`op\`
     --> <template>:1:1
      |
    1 | let y = relu x in y *. y
      | ^^^
      |
      = help: write one after the other: \`x = …; relu(x)\`"
  `);
});

test('let … in, in code', () => {
  expect(cdError('a =: b; let y = b in a =: y')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`let\` has no \`in\` here: it holds to the end of its sequence
     --> <template>:1:19
      |
    1 | a =: b; let y = b in a =: y
      |                   ^^
      |
      = help: write \`let x = …; y =: relu(x)\`"
  `);
});

test("OCaml's operators for floats", () => {
  expect(opError('x +. y')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`+.\` is not an operator
     --> <template>:1:3
      |
    1 | x +. y
      |   ^^
      |
      = help: write \`+\`"
  `);
});

test('and minus', () => {
  expect(opError('1. -. x')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`-.\` is not an operator
     --> <template>:1:4
      |
    1 | 1. -. x
      |    ^^
      |
      = help: write \`-\`"
  `);
});

test('== in code', () => {
  expect(cdError('x == y')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`==\` compares, it does not assign
     --> <template>:1:3
      |
    1 | x == y
      |   ^^
      |
      = help: write \`name =: …\` to assign"
  `);
});

test('an arrow', () => {
  expect(opError('x => relu x')).toMatchInlineSnapshot(`
    "error[EINC0101]: a function is not written with \`=>\` here
     --> <template>:1:3
      |
    1 | x => relu x
      |   ^^
      |
      = help: write \`name(x, y) = …\`"
  `);
});

test('an arrow in code', () => {
  expect(cdError('step = p => p')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`=\` does not assign in \`cd\`
     --> <template>:1:6
      |
    1 | step = p => p
      |      ^
      |
      = help: write \`=:\` to set, \`=+\` to add to what is there"
  `);
});

test('single quotes', () => {
  expect(opError("x ++ '...|... => 0'")).toMatchInlineSnapshot(`
    "error[EINC0101]: a string stands in double quotes
     --> <template>:1:6
      |
    1 | x ++ '...|... => 0'
      |      ^
      |
      = help: write \`"…"\`"
  `);
});

test('single quotes after ~logic', () => {
  expect(cdError("c =:+ a * b ~logic:'@'")).toMatchInlineSnapshot(`
    "error[EINC0101]: a string stands in double quotes
     --> <template>:1:20
      |
    1 | c =:+ a * b ~logic:'@'
      |                    ^
      |
      = help: write \`"…"\`"
  `);
});

test('= for =:', () => {
  expect(cdError('x = y + 1')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`=\` does not assign in \`cd\`
     --> <template>:1:3
      |
    1 | x = y + 1
      |   ^
      |
      = help: write \`=:\` to set, \`=+\` to add to what is there"
  `);
});

test('+= for =+', () => {
  expect(cdError('x += y')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`+=\` is written \`=+\` here
     --> <template>:1:3
      |
    1 | x += y
      |   ^^"
  `);
});

test(':= for =:', () => {
  expect(cdError('x := y')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`:=\` is written \`=:\` here
     --> <template>:1:3
      |
    1 | x := y
      |   ^^"
  `);
});

test('=: in op', () => {
  expect(opError('y =: relu x')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`=:\` assigns, which is for \`cd\`
     --> <template>:1:3
      |
    1 | y =: relu x
      |   ^^
      |
      = help: in \`op\` a value is named with \`=\`"
  `);
});

test('=+ in op', () => {
  expect(opError('y =+ relu x')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`=+\` assigns, which is for \`cd\`
     --> <template>:1:3
      |
    1 | y =+ relu x
      |   ^^
      |
      = help: in \`op\` a value is named with \`=\`"
  `);
});

test.each<[habit: string, said: string]>([
  ['y = a = b', '`=` does not compare'],
  ['where(a = b, c, d)', '`=` does not compare'],
  ['a === b', '`===` is written `==` here'],
  ['a !== b', '`!==` is written `!=` here'],
  ['a << 2', '`<<` is not an operator'],
  ['a >> 2', '`>>` is not an operator'],
  ['0 < a < 1', 'comparisons do not chain'],
  ['a == b == c', 'comparisons do not chain'],
  ['!a', '`!` is not an operator'],
  ['a && !b', '`!` is not an operator'],
  ['a < b ? a : b', '`?` is not an operator'],
  ['a & b', '`&` is not an operator'],
  ['a | b', '`|` is not an operator'],
  ['a ^ b', '`^` is not an operator'],
])('in op and in cd, %s: %s', (habit, said) => {
  expect(opError(habit).split('\n')[0]).toBe(`error[EINC0101]: ${said}`);
  if (!habit.startsWith('y')) {
    expect(cdError(`y =: ${habit}`).split('\n')[0]).toBe(`error[EINC0101]: ${said}`);
  }
});

test('a choice as in C', () => {
  expect(opError('y = a < b ? a : b')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`?\` is not an operator
     --> <template>:1:11
      |
    1 | y = a < b ? a : b
      |           ^
      |
      = help: a choice is written \`where(condition, x, y)\`"
  `);
});

test('a negation as in C', () => {
  expect(opError('where(!a, b, c)')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`!\` is not an operator
     --> <template>:1:7
      |
    1 | where(!a, b, c)
      |       ^
      |
      = help: write \`not(x)\`"
  `);
});

test('a second = in a definition', () => {
  expect(opError('y = a = b')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`=\` does not compare
     --> <template>:1:7
      |
    1 | y = a = b
      |       ^
      |
      = help: two values are compared with \`==\`"
  `);
});

test('a chain of comparisons', () => {
  expect(cdError('y =: 0 < a <= 1')).toMatchInlineSnapshot(`
    "error[EINC0101]: comparisons do not chain
     --> <template>:1:12
      |
    1 | y =: 0 < a <= 1
      |            ^^
      |
      = help: write \`a < b && b < c\`, or put one of them in parentheses"
  `);
});

test('= where a value stands', () => {
  expect(cdError('y =: where(a = b, 1, 0)')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`=\` does not compare
     --> <template>:1:14
      |
    1 | y =: where(a = b, 1, 0)
      |              ^
      |
      = help: two values are compared with \`==\`"
  `);
});

test('bits as in C', () => {
  expect(opError('a << 2')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`<<\` is not an operator
     --> <template>:1:3
      |
    1 | a << 2
      |   ^^
      |
      = help: write \`shift_left(x, y)\`"
    `);
});

test('the product of NumPy', () => {
  expect(opError('${w} @ ${x}')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`@\` is not an operator
     --> <template>:1:6
      |
    1 | \${1} @ \${2}
      |      ^
      |
      = help: the tensor product is written \`w * x\`"
  `);
});

test('`:=` in op', () => {
  expect(opError('y := ${x}')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`:=\` is written \`=\` in \`op\`
     --> <template>:1:3
      |
    1 | y := \${1}
      |   ^^"
  `);
});

test('axes behind a colon', () => {
  expect(opError('{ w: [16] } * ${x}')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`}\`, \`;\` or \`=\`, found \`:\`
     --> <template>:1:4
      |
    1 | { w: [16] } * \${1}
      | -  ^
      | |
      | this \`{\` is still open
      |
      = help: its axes stand behind a semicolon: { w; o = [16] }"
  `);
});
