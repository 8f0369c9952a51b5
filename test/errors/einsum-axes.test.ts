/** Specs whose axes do not add up, by their whole messages. */
import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const data = [
  `const x = tensor([1, 2, 3, 4, 5, 6], { label: 'x' });`,
  `const w = tensor([1, 10, 100], { label: 'w' });`,
];

test('a stride that does not divide', async () => {
  expect(await messageOf(...data, 'op`${x} +* ${w} "2*o<+k; k => o"`;')).toMatchInlineSnapshot(`
    "error[EINC0306]: \`2*o<+k\` fits no size of \`o\`
     --> program.js:3:9
      |
    3 | op\`\${x} +* \${w} "2*o<+k; k => o"\`;
      |    ---- ^^ ---- 3
      |    |
      |    6
      |
      = note: 6 because \`x\` is made with this shape (program.js:1:11)
      = note: 3 because \`w\` is made with this shape (program.js:2:11)
      = help: an axis of 5 or 7 would fit"
  `);
});

test('a kernel longer than the axis', async () => {
  expect(await messageOf(...data, 'op`${w} +* ${x} "o<+k; k => o"`;')).toMatchInlineSnapshot(`
    "error[EINC0306]: \`o<+k\` fits no size of \`o\`
     --> program.js:3:9
      |
    3 | op\`\${w} +* \${x} "o<+k; k => o"\`;
      |    ---- ^^ ---- 6
      |    |
      |    3
      |
      = note: 3 because \`w\` is made with this shape (program.js:2:11)
      = note: 6 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('parts that are too long together', async () => {
  const spec = 'op`${x} ++ "a:4^b:3 => a"`;';
  expect(await messageOf(...data, spec)).toMatchInlineSnapshot(`
    "error[EINC0301]: \`++\` needs the output axes of \`x\` to fit its spec, but sizes 6 and 7 differ
     --> program.js:3:9
      |
    3 | op\`\${x} ++ "a:4^b:3 => a"\`;
      |    ---- ^^
      |    |
      |    6
      |
      = note: 6 because \`x\` is made with this shape (program.js:1:11)
      = note: 7 because \`a^b\` makes it so (program.js:3:9)"
  `);
});

test('a size that is not the one of the axis', async () => {
  expect(await messageOf(...data, 'op`${x} ++ "i:5 => i"`;')).toMatchInlineSnapshot(`
    "error[EINC0301]: \`++\` needs the output axes of \`x\` to fit its spec, but sizes 6 and 5 differ
     --> program.js:3:9
      |
    3 | op\`\${x} ++ "i:5 => i"\`;
      |    ---- ^^
      |    |
      |    6
      |
      = note: 6 because \`x\` is made with this shape (program.js:1:11)
      = note: 5 because the spec says \`i:5\` (program.js:3:13)"
  `);
});

test('an operator with too many operands', async () => {
  expect(await messageOf(...data, 'op`(${x}, ${w}) +* "i => i"`;')).toMatchInlineSnapshot(`
    "error[EINC0304]: \`+*\` takes two operands but its spec has 1
     --> program.js:3:21
      |
    3 | op\`(\${x}, \${w}) +* "i => i"\`;
      |                     ^^^^^^
      |
      = help: write the axes of each operand before \`=>\`, with \`;\` between them"
  `);
});

test('a concatenation that meets nothing', async () => {
  expect(await messageOf(...data, 'op`${x} ++ "2^3 => a"`;')).toMatchInlineSnapshot(`
    "error[EINC0304]: no operand has the axis \`a\` of this result
     --> program.js:3:20
      |
    3 | op\`\${x} ++ "2^3 => a"\`;
      |                    ^
      |
      = help: for an axis of size 1 write \`0\`"
  `);
  expect(await messageOf(...data, 'op`${x} ++ "a => 2^6"`;')).toMatchInlineSnapshot(`
    "error[EINC0304]: no part of a concatenation meets what is on the other side
     --> program.js:3:13
      |
    3 | op\`\${x} ++ "a => 2^6"\`;
      |             ^^^^^^^^"
  `);
});

test('a capture of what the spec does not have', async () => {
  const spec = 'op`${x} - (${x} ++ "i => 0" ["j"]) /. dim j`;';
  expect(await messageOf(...data, spec)).toMatchInlineSnapshot(`
    "error[EINC0304]: the spec has no axis and no row called \`j\`
     --> program.js:3:30
      |
    3 | op\`\${x} - (\${x} ++ "i => 0" ["j"]) /. dim j\`;
      |                              ^^^"
  `);
});

test('a size that no spec has captured', async () => {
  expect(await messageOf(...data, 'op`${x} /. dim i`;')).toMatchInlineSnapshot(`
    "error[EINC0304]: no spec before this has captured that
     --> program.js:3:16
      |
    3 | op\`\${x} /. dim i\`;
      |                ^
      |
      = help: capture an axis or a row after a spec: x ++ "...|..d.. => ...|0" ["d"]"
  `);
});

test('names of several letters without commas', async () => {
  expect(
    await messageOf(
      "const A = tensor([[1, 2], [3, 4]], { label: 'A' });",
      'op`${A} ++ "row col => col row"`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0302]: \`++\` needs the output axes of \`A\` to fit its spec, but [2, 2] and [r, o, w, c, o, l] cannot match
     --> program.js:2:9
      |
    2 | op\`\${A} ++ "row col => col row"\`
      |    ---- ^^
      |    |
      |    2, 2
      |
      = note: [2, 2] because \`A\` is made with this shape (program.js:1:11)
      = help: a name of more than one letter needs a comma beside it: \`row, col => col, row\`"
  `);
});

test('a letter with a digit', async () => {
  expect(await messageOf("const x = tensor([1, 2, 3], { label: 'x' });", 'op`${x} ++ "i2 => i"`'))
    .toMatchInlineSnapshot(`
      "error[EINC0302]: \`++\` needs the output axes of \`x\` to fit its spec, but [3] and [i, 2] cannot match
       --> program.js:2:9
        |
      2 | op\`\${x} ++ "i2 => i"\`
        |    ---- ^^
        |    |
        |    3
        |
        = note: [3] because \`x\` is made with this shape (program.js:1:11)
        = help: a name of more than one letter needs a comma beside it: \`i2,\`"
    `);
});

test('the same as the logic of code', async () => {
  expect(
    await messageOf(
      "const x = tensor([1, 2, 3], { label: 'x' });",
      'cd`{ y } =:+ ${x} ~logic:"i2 => i"`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0302]: \`=:+\` needs the output axes of \`x\` to fit its spec, but [3] and [i, 2] cannot match
     --> program.js:2:10
      |
    2 | cd\`{ y } =:+ \${x} ~logic:"i2 => i"\`
      |    ----- ^^^ ---- 3
      |    |
      |    …
      |
      = note: [3] because \`x\` is made with this shape (program.js:1:11)
      = help: a name of more than one letter needs a comma beside it: \`i2,\`"
  `);
});

test('letters that a sign makes one name', async () => {
  expect(
    await messageOf(
      "const A = tensor([[1, 2], [3, 4]], { label: 'A' });",
      'op`(${A}, ${A}) ++^ "ij; kl => i^k, j^l"`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0304]: no operand has the axis \`i\` of this result
     --> program.js:2:32
      |
    2 | op\`(\${A}, \${A}) ++^ "ij; kl => i^k, j^l"\`
      |                                ^
      |
      = help: the \`^\` makes \`ij\` one name: write \`i, j; k, l => i^k, j^l\`"
  `);
});

test('letters of the result that a comma makes one name', async () => {
  expect(
    await messageOf(
      "const x = tensor([1, 2, 3], { label: 'x' });",
      'op`(${x}, ${x}) +* "i, ; j => ij"`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0304]: no operand has the axis \`ij\` of this result
     --> program.js:2:31
      |
    2 | op\`(\${x}, \${x}) +* "i, ; j => ij"\`
      |                               ^^
      |
      = help: the \`,\` makes \`ij\` one name: write \`i, ; j => i, j\`"
  `);
});

test('a part that stands twice in a concatenation', async () => {
  expect(
    await messageOf(
      "const x = tensor([1, 2, 3], { label: 'x' });",
      'op`(${x}, ${x}) ++^ "a; a => a^a"`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0304]: \`a^a\` has \`a\` twice, so its parts cannot be told apart
     --> program.js:2:30
      |
    2 | op\`(\${x}, \${x}) ++^ "a; a => a^a"\`
      |                              ^^^
      |
      = help: give each part a name of its own: (a, b) ++^ "i; j => i^j""
  `);
});

test('margins of a result', async () => {
  const data = "const x = tensor([1, 2, 3], { label: 'x' });";
  const spec = 'op`${x} +* "o; k => o=+k" [1, 1, 1]`';
  expect(await messageOf(data, spec)).toMatchInlineSnapshot(`
    "error[EINC0304]: \`o=+k\` of the result asks for margins, which only an operand can have
     --> program.js:2:21
      |
    2 | op\`\${x} +* "o; k => o=+k" [1, 1, 1]\`
      |                     ^^^^
      |
      = help: write \`o<+k\`, and take what you want of it: [1:-1]"
  `);
});
