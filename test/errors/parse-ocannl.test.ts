/** OCANNL's functions of a string, its operators and labels. */
import { expect, test } from 'vitest';
import { cdError, opError } from '../support/parse-error.ts';

test('a sum of products by name', () => {
  expect(opError('einsum "i; j => i, j" a b')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`einsum\` of a string is an operator here
     --> <template>:1:1
      |
    1 | einsum "i; j => i, j" a b
      | ^^^^^^
      |
      = help: write \`a +* "…" b\`"
  `);
});

test('a greatest by name', () => {
  expect(opError('einmax1("i => 0", a)')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`einmax1\` of a string is an operator here
     --> <template>:1:1
      |
    1 | einmax1("i => 0", a)
      | ^^^^^^^
      |
      = help: write \`a @^^ "…"\`"
  `);
});

test('a concatenation by name', () => {
  expect(opError('concat_sum "i; j => i^j" (a, b)')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`concat_sum\` of a string is an operator here
     --> <template>:1:1
      |
    1 | concat_sum "i; j => i^j" (a, b)
      | ^^^^^^^^^^
      |
      = help: write \`(a, b) ++^ "…"\`"
  `);
});

test('a product of three by name', () => {
  expect(opError('y = einsum3 "i; i; i => 0" a b c')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`einsum3\` of a string is an operator here
     --> <template>:1:5
      |
    1 | y = einsum3 "i; i; i => 0" a b c
      |     ^^^^^^^
      |
      = help: write \`(a, b, c) +* "…"\`"
  `);
});

test('a tropical product by name', () => {
  expect(opError('tropical "i; j => i, j" a b')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`tropical\` of a string is an operator here
     --> <template>:1:1
      |
    1 | tropical "i; j => i, j" a b
      | ^^^^^^^^
      |
      = help: write \`a @^+ "…" b\`"
  `);
});

test('an outer sum by name', () => {
  expect(opError('outer_sum "i; j => i, j" a b')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`outer_sum\` of a string is an operator here
     --> <template>:1:1
      |
    1 | outer_sum "i; j => i, j" a b
      | ^^^^^^^^^
      |
      = help: write \`a +++ "…" b\`"
  `);
});

test('an einsum of one by name', () => {
  expect(opError('einsum1 "i => 0" a')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`einsum1\` of a string is an operator here
     --> <template>:1:1
      |
    1 | einsum1 "i => 0" a
      | ^^^^^^^
      |
      = help: write \`a ++ "…"\`"
  `);
});

test('the unary minus', () => {
  expect(opError('~-x')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`~-\` is written \`-\` here
     --> <template>:1:1
      |
    1 | ~-x
      | ^^
      |
      = help: write \`-x\`"
  `);
});

test('the unary minus of floats', () => {
  expect(opError('y = 2 *. ~-.x')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`~-.\` is written \`-\` here
     --> <template>:1:10
      |
    1 | y = 2 *. ~-.x
      |          ^^^
      |
      = help: write \`-x\`"
  `);
});

test('threefry of few rounds', () => {
  expect(cdError('{ p } =: x ^^ y')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`^^\` is not an operator
     --> <template>:1:12
      |
    1 | { p } =: x ^^ y
      |            ^^
      |
      = help: for OCANNL's threefry write \`threefry4x32_light_first(a, b, counter)\`, and \`_second\`, of u64"
  `);
});

test('threefry of many rounds', () => {
  expect(cdError('{ p } =: x ^^^^ y')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`^^^^\` is not an operator
     --> <template>:1:12
      |
    1 | { p } =: x ^^^^ y
      |            ^^^^
      |
      = help: for OCANNL's threefry write \`threefry4x32_crypto_first(a, b, counter)\`, and \`_second\`, of u64"
  `);
});

test('an exponent is still what one caret means', () => {
  expect(opError('x ^ y')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`^\` is not an operator
     --> <template>:1:3
      |
    1 | x ^ y
      |   ^
      |
      = help: write \`x **. y\` for a power, \`bit_xor(x, y)\` for the bits of integers"
  `);
});

test('projections as a value', () => {
  expect(cdError('y =: x ~projections:p')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`~projections\` takes nothing: projections are not values here
     --> <template>:1:20
      |
    1 | y =: x ~projections:p
      |                    ^^
      |
      = help: leave it out, or say which axes meet: \`~logic:"…"\`"
  `);
});

test('a spec of an operation', () => {
  expect(opError('relu ~spec:"i => 0" x')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`relu\` takes no settings
     --> <template>:1:6
      |
    1 | relu ~spec:"i => 0" x
      |      ^
      |
      = help: write \`relu(x) ++ "…"\`"
  `);
});

test('a label of an operation', () => {
  expect(opError('relu ~label:["y"] x')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`relu\` takes no settings
     --> <template>:1:6
      |
    1 | relu ~label:["y"] x
      |      ^
      |
      = help: name what it makes: \`y = relu(x)\`"
  `);
});

test('another setting of an operation', () => {
  expect(opError('exp ~top_down_prec:true x')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`exp\` takes no settings
     --> <template>:1:5
      |
    1 | exp ~top_down_prec:true x
      |     ^
      |
      = help: leave out \`~top_down_prec\`"
  `);
});
