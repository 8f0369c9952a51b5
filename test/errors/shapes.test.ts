import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('element by element', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "const y = tensor([1, 2], { label: 'y' });",
    'op`${x} + ${y}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`+\` needs the output axes of \`x\` and \`y\` to agree, but sizes 3 and 2 differ
     --> program.js:3:9
      |
    3 | op\`\${x} + \${y}\`
      |    ---- ^ ---- 2
      |    |
      |    3
      |
      = note: 3 because \`x\` is made with this shape (program.js:1:11)
      = note: 2 because \`y\` is made with this shape (program.js:2:11)"
  `);
});

test('with the names of a template', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "const y = tensor([1, 2], { label: 'y' });",
    'op`a = ${x} *. 2; b = ${y} *. 2; c = a *. b`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`*.\` needs the output axes of \`a\` and \`b\` to agree, but sizes 3 and 2 differ
     --> program.js:3:40
      |
    3 | op\`a = \${x} *. 2; b = \${y} *. 2; c = a *. b\`
      |                                      - ^^ - …, 2
      |                                      |
      |                                      …, 3
      |
      = note: 3 because \`x\` is made with this shape (program.js:1:11)
      = note: 2 because \`y\` is made with this shape (program.js:2:11)"
  `);
});

test('a size of 1 that was written', async () => {
  const message = await messageOf('op`{ a; o = [1] } + { b; o = [3] }`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`+\` needs the output axes of \`a\` and \`b\` to agree, but sizes 1 and 3 differ
     --> program.js:1:19
      |
    1 | op\`{ a; o = [1] } + { b; o = [3] }\`
      |    -------------- ^ -------------- 3
      |    |
      |    1
      |
      = note: 1 because \`a\` is declared with o = […] (program.js:1:9)
      = note: 3 because \`b\` is declared with o = […] (program.js:1:26)
      = help: a size of 1 that you write does not broadcast: leave the axis out"
  `);
});

test('a product of sizes that differ', async () => {
  const message = await messageOf(
    "const y = tensor([1, 2], { label: 'y' });",
    'op`{ w; i = [3]; o = [4] } * ${y}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`*\` needs the input axes of \`w\` to equal the output axes of \`y\`, but sizes 3 and 2 differ
     --> program.js:2:28
      |
    2 | op\`{ w; i = [3]; o = [4] } * \${y}\`
      |    ----------------------- ^ ---- 2
      |    |
      |    3 -> 4
      |
      = note: 3 because \`w\` is declared with i = […] (program.js:2:9)
      = note: 2 because \`y\` is made with this shape (program.js:1:11)
      = help: for an element-wise product write \`*.\`"
  `);
});

test('a product without input axes', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "const y = tensor([1, 2], { label: 'y' });",
    'op`${x} * ${y}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0302]: \`*\` needs the input axes of \`x\` to equal the output axes of \`y\`, but no axes and [2] cannot match
     --> program.js:3:9
      |
    3 | op\`\${x} * \${y}\`
      |    ---- ^ ---- 2
      |    |
      |    3
      |
      = note: [2] because \`y\` is made with this shape (program.js:2:11)
      = help: for an element-wise product write \`*.\`"
  `);
});

test('batch axes', async () => {
  const message = await messageOf(
    "const a = tensor([1, 2], { label: 'a', batch: [2] });",
    "const b = tensor([1, 2, 3], { label: 'b', batch: [3] });",
    'op`a_plus_b = ${a} + ${b}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`+\` needs the batch axes of \`a\` and \`b\` to agree, but sizes 2 and 3 differ
     --> program.js:3:20
      |
    3 | op\`a_plus_b = \${a} + \${b}\`
      |               ---- ^ ---- 3 | scalar
      |               |
      |               2 | scalar
      |
      = note: 2 because \`a\` is made with this shape (program.js:1:11)
      = note: 3 because \`b\` is made with this shape (program.js:2:11)"
  `);
});

test('a spec with one axis of two sizes', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "const y = tensor([1, 2], { label: 'y' });",
    'op`${x} +* "i; i => i" ${y}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`+*\` needs the output axes of \`y\` to fit its spec, but sizes 2 and 3 differ
     --> program.js:3:9
      |
    3 | op\`\${x} +* "i; i => i" \${y}\`
      |    ---- ^^             ---- 2
      |    |
      |    3
      |
      = note: 2 because \`y\` is made with this shape (program.js:2:11)
      = note: 3 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('a spec with too few axes', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`${x} ++ "i j => i"`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0302]: \`++\` needs the output axes of \`x\` to fit its spec, but [3] and [i, j] cannot match
     --> program.js:2:9
      |
    2 | op\`\${x} ++ "i j => i"\`
      |    ---- ^^
      |    |
      |    3
      |
      = note: [3] because \`x\` is made with this shape (program.js:1:11)
      = help: name as many axes as there are, or write \`...\` for all of a row"
  `);
});

test('a diagonal that is not square', async () => {
  const message = await messageOf('op`{ w; o = [2, 3] } ++ "ii => i"`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`++\` needs the output axes of \`w\` to fit its spec, but sizes 3 and 2 differ
     --> program.js:1:22
      |
    1 | op\`{ w; o = [2, 3] } ++ "ii => i"\`
      |    ----------------- ^^
      |    |
      |    2, 3
      |
      = note: 3 because \`w\` is declared with o = […] (program.js:1:9)
      = note: 2 because \`w\` is declared with o = […] (program.js:1:9)"
  `);
});

test('an index out of range', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`${x} ++ "3 => 0"`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`++\` takes index 3 of an axis of \`x\` whose size is 3
     --> program.js:2:9
      |
    2 | op\`\${x} ++ "3 => 0"\`
      |    ---- ^^
      |    |
      |    3
      |
      = note: 3 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('an index in a hole', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`${x} ++ "${5}, => 0"`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`++\` takes index 5 of an axis of \`x\` whose size is 3
     --> program.js:2:9
      |
    2 | op\`\${x} ++ "\${5}, => 0"\`
      |    ---- ^^
      |    |
      |    3
      |
      = note: 3 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('a slice of too few', async () => {
  const message = await messageOf(
    "const n = symbol('n', 4);",
    "const t = tensor([1, 2, 3], { label: 't', batch: [3] });",
    'op`${t} @| ${n}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`@|\` takes \`n\`, up to 3, of an axis of \`t\` whose size is 3
     --> program.js:3:9
      |
    3 | op\`\${t} @| \${n}\`
      |    ---- ^^
      |    |
      |    3 | scalar
      |
      = note: 3 because \`t\` is made with this shape (program.js:2:11)"
  `);
});

test('a slice without batch axes', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "const n = symbol('n', 4);",
    'op`${x} @| ${n}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0302]: \`@|\` selects along the first batch axis, but \`x\` has no batch axes
     --> program.js:3:9
      |
    3 | op\`\${x} @| \${n}\`
      |    ---- ^^
      |    |
      |    3
      |
      = help: for a cell of an output axis write \`x[!@\${i}]\`"
  `);
});
