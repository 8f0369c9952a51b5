/** Constructs of OCANNL that einc spells differently or leaves to TypeScript. */
import { expect, test } from 'vitest';
import { cdError, opError } from '../support/parse-error.ts';
import { messageOf } from '../support/user-program.ts';

test('host code', () => {
  expect(opError('relu [%oc f x]')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`[%oc\` is OCaml's way of leaving the language
     --> <template>:1:6
      |
    1 | relu [%oc f x]
      |      ^^^^
      |
      = help: what TypeScript computes stands in a hole: \`\${…}\`"
  `);
});

test('a function', () => {
  expect(opError('fun x -> relu x')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`fun\` is OCaml's; here a function has a name or is one of TypeScript's
     --> <template>:1:1
      |
    1 | fun x -> relu x
      | ^^^
      |
      = help: write \`name(x, y) = …\` in \`op\`, or \`x => cd\`…\`\` around the template"
  `);
});

test('match', () => {
  expect(opError('match x with | a -> b')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`match\` is OCaml's; here TypeScript chooses, when the template is made
     --> <template>:1:1
      |
    1 | match x with | a -> b
      | ^^^^^
      |
      = help: write \`\${condition ? x : y}\`"
  `);
});

test('match in code', () => {
  expect(cdError('match x with | a -> a =: b')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`match\` is OCaml's; here TypeScript chooses, when the template is made
     --> <template>:1:1
      |
    1 | match x with | a -> a =: b
      | ^^^^^
      |
      = help: write \`if \${…} then (…) else (…)\`"
  `);
});

test('while', () => {
  expect(cdError('while c do (x =: y) done')).toMatchInlineSnapshot(`
    "error[EINC0101]: there is no \`while\`: what a routine does is settled when it is compiled
     --> <template>:1:1
      |
    1 | while c do (x =: y) done
      | ^^^^^
      |
      = help: loop over a static symbol: \`for i in \${…} (…)\`"
  `);
});

test('an exact integer', () => {
  expect(opError('x + 42L')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`42L\` is OCaml's way of writing an exact integer
     --> <template>:1:5
      |
    1 | x + 42L
      |     ^^^
      |
      = help: write \`42\`: a number becomes what it is used with"
  `);
});

test('the bits of a number', () => {
  expect(opError('x *. !%n')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`!%\` is OCaml's way of giving the bits of a number
     --> <template>:1:6
      |
    1 | x *. !%n
      |      ^^
      |
      = help: what TypeScript knows stands in a hole: \`\${…}\`"
  `);
});

test('a setting without parentheses', () => {
  expect(opError('y = layer ~hid:16 x')).toMatchInlineSnapshot(`
    "error[EINC0101]: the settings of a layer stand in parentheses
     --> <template>:1:11
      |
    1 | y = layer ~hid:16 x
      |           ^
      |
      = help: write \`layer(~hid: …)\`"
  `);
});

test('a setting without parentheses, of a layer in a hole', () => {
  expect(opError('${layer} ~hid:16 x')).toMatchInlineSnapshot(`
    "error[EINC0101]: the settings of a layer stand in parentheses
     --> <template>:1:6
      |
    1 | \${1} ~hid:16 x
      |      ^
      |
      = help: write \`\${…}(~hid: …)\`"
  `);
});

test('let with the sign of an assignment', () => {
  expect(cdError('let y =: b')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`let\` takes \`=\`, not \`=:\`
     --> <template>:1:7
      |
    1 | let y =: b
      |       ^^
      |
      = help: write \`let y = …\`, or for an array that changes \`{ y } =: …\`"
  `);
});

test('let after a statement that has not ended', () => {
  expect(cdError('x =: y let z = 3')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected \`;\` before \`let\`
     --> <template>:1:8
      |
    1 | x =: y let z = 3
      |        ^^^"
  `);
});

test('let as a name', () => {
  expect(cdError('{ let } =: 3')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected a name, found \`let\`
     --> <template>:1:3
      |
    1 | { let } =: 3
      |   ^^^"
  `);
});

test('an accumulation that OCANNL lists and does not have', async () => {
  const message = await messageOf('cd`{ x; o = [2] } =^^^^ 1`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0212]: \`=^^^^\` is not an assignment einc can accumulate with
     --> program.js:1:19
      |
    1 | cd\`{ x; o = [2] } =^^^^ 1\`
      |                   ^^^^^
      |
      = help: the assignments are \`=:\` \`=+\` \`=:+\` \`=-\` \`=:-\` \`=*\` \`=:*\` \`=/\` \`=:/\` \`=**\` \`=:**\` \`=@^\` \`=:@^\` \`=@-\` \`=:@-\` \`=&&\` \`=:&&\` \`=||\` \`=:||\` \`=?/\` \`=:?/\` \`=?^\` \`=:?^\`"
  `);
});

test('the sign that OCANNL reserves in specs', async () => {
  const message = await messageOf('op`${tensor([1, 2], { label: \'x\' })} ++ "i&j => i"`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0102]: \`&\` has no meaning in an einsum specification
     --> program.js:1:43
      |
    1 | op\`\${tensor([1, 2], { label: 'x' })} ++ "i&j => i"\`
      |                                           ^
      |
      = help: an axis is a letter, a number or \`_\`; a \`,\` allows longer names"
  `);
});
