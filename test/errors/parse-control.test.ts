/** Declarations and control flow of TypeScript and OCaml in a template. */
import { expect, test } from 'vitest';
import { cdError, opError } from '../support/parse-error.ts';
import { messageOf } from '../support/user-program.ts';

test('const', () => {
  expect(opError('const z = x *. 2')).toMatchInlineSnapshot(`
    "error[EINC0101]: a definition in \`op\` has no \`const\`
     --> <template>:1:1
      |
    1 | const z = x *. 2
      | ^^^^^
      |
      = help: write \`z = …\`"
  `);
});

test('let without in', () => {
  expect(opError('y = 1; let z = x *. 2')).toMatchInlineSnapshot(`
    "error[EINC0101]: a definition in \`op\` has no \`let\`
     --> <template>:1:8
      |
    1 | y = 1; let z = x *. 2
      |        ^^^
      |
      = help: write \`z = …\`"
  `);
});

test('var', () => {
  expect(opError('var z = x')).toMatchInlineSnapshot(`
    "error[EINC0101]: a definition in \`op\` has no \`var\`
     --> <template>:1:1
      |
    1 | var z = x
      | ^^^
      |
      = help: write \`z = …\`"
  `);
});

test('const in code', () => {
  expect(cdError('const z = x')).toMatchInlineSnapshot(`
    "error[EINC0101]: a definition in \`cd\` has no \`const\`
     --> <template>:1:1
      |
    1 | const z = x
      | ^^^^^
      |
      = help: write \`let z = …\`, or for an array that changes \`{ z } =: …\`"
  `);
});

test('if', () => {
  expect(opError('y = if x > 1 then 2 else 3')).toMatchInlineSnapshot(`
    "error[EINC0101]: there is no \`if\` in \`op\`
     --> <template>:1:5
      |
    1 | y = if x > 1 then 2 else 3
      |     ^^
      |
      = help: to choose cell by cell write \`where(condition, x, y)\`; to choose when the template is made, \`\${condition ? x : y}\`"
  `);
});

test('for', () => {
  expect(opError('for i = 1 to 3 do x done')).toMatchInlineSnapshot(`
    "error[EINC0101]: there is no \`for\` in \`op\`
     --> <template>:1:1
      |
    1 | for i = 1 to 3 do x done
      | ^^^
      |
      = help: loop in TypeScript, or over an axis by \`scan\`; in \`cd\` write \`for i in \${…} (…)\`"
  `);
});

test('open', () => {
  expect(opError('let open Foo in x')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`open\` is OCaml's; here TypeScript's \`import\` stands above the template
     --> <template>:1:1
      |
    1 | let open Foo in x
      | ^^^^^^^^
      |
      = help: use what it brings through holes: \`\${f}(x)\`"
  `);
});

test('open in code', () => {
  expect(cdError('open Foo; x =: 1')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`open\` is OCaml's; here TypeScript's \`import\` stands above the template
     --> <template>:1:1
      |
    1 | open Foo; x =: 1
      | ^^^^
      |
      = help: use what it brings through holes: \`\${f}(x)\`"
  `);
});

test('open around code', () => {
  expect(cdError('let open Foo in x =: 1')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`open\` is OCaml's; here TypeScript's \`import\` stands above the template
     --> <template>:1:1
      |
    1 | let open Foo in x =: 1
      | ^^^^^^^^
      |
      = help: use what it brings through holes: \`\${f}(x)\`"
  `);
});

test('match with one case', () => {
  expect(opError('match x with _ -> 1')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`match\` is OCaml's; here TypeScript chooses, when the template is made
     --> <template>:1:1
      |
    1 | match x with _ -> 1
      | ^^^^^
      |
      = help: write \`\${condition ? x : y}\`"
  `);
});

test('match with one case, in code', () => {
  expect(cdError('match x with _ -> y =: 1')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`match\` is OCaml's; here TypeScript chooses, when the template is made
     --> <template>:1:1
      |
    1 | match x with _ -> y =: 1
      | ^^^^^
      |
      = help: write \`if \${…} then (…) else (…)\`"
  `);
});

test('while, where it reads as a function', async () => {
  expect(
    await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`while ${x} do ${x} done`'),
  ).toMatchInlineSnapshot(`
    "error[EINC0201]: \`while\` is not known in this template
     --> program.js:2:4
      |
    2 | op\`while \${x} do \${x} done\`
      |    ^^^^^ unknown name
      |
      = help: there are no loops in \`op\`: loop in TypeScript, or over an axis by \`scan\`"
  `);
});

test('open, where it reads as a function', async () => {
  expect(await messageOf('op`open Foo`')).toMatchInlineSnapshot(`
    "error[EINC0201]: \`open\` is not known in this template
     --> program.js:1:4
      |
    1 | op\`open Foo\`
      |    ^^^^ unknown name
      |
      = help: \`open\` is OCaml's; use what TypeScript imports through holes: \`\${f}(x)\`"
  `);
});

test('fun in code', () => {
  expect(cdError('fun x -> x =: 1')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`fun\` is OCaml's; here a function has a name or is one of TypeScript's
     --> <template>:1:1
      |
    1 | fun x -> x =: 1
      | ^^^
      |
      = help: write \`name(x, y) = …\` in \`op\`, or \`x => cd\`…\`\` around the template"
  `);
});

test('let with in', () => {
  expect(opError('let y = 2 in y *. x')).toMatchInlineSnapshot(`
    "error[EINC0101]: there is no \`let\` in \`op\`
     --> <template>:1:1
      |
    1 | let y = 2 in y *. x
      | ^^^
      |
      = help: write one after the other: \`x = …; relu(x)\`"
  `);
});
