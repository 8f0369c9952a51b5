import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('in an assignment', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "const y = tensor([1, 2], { label: 'y' });",
    'cd`{ z } =: ${x}; z =+ ${y}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`=+\` needs the output axes of \`z\` and \`y\` to agree, but sizes 3 and 2 differ
     --> program.js:3:21
      |
    3 | cd\`{ z } =: \${x}; z =+ \${y}\`
      |                   - ^^ ---- 2
      |                   |
      |                   …, 3
      |
      = note: 3 because \`x\` is made with this shape (program.js:1:11)
      = note: 2 because \`y\` is made with this shape (program.js:2:11)"
  `);
});

test('an array that is too small', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ z; o = [] } =: ${x}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0302]: \`=:\` needs the output axes of \`z\` and \`x\` to agree, but no axes and [3] cannot match
     --> program.js:2:18
      |
    2 | cd\`{ z; o = [] } =: \${x}\`
      |    ------------- ^^ ---- 3
      |    |
      |    scalar
      |
      = note: [3] because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('in a product of an assignment', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "const y = tensor([1, 2], { label: 'y' });",
    'cd`{ z } =:+ ${x} * ${y} ~logic:"@"`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0302]: \`=:+\` needs the input axes of \`x\` to equal the output axes of \`y\`, but no axes and [2] cannot match
     --> program.js:3:10
      |
    3 | cd\`{ z } =:+ \${x} * \${y} ~logic:"@"\`
      |    ----- ^^^ ----   ---- 2
      |    |         |
      |    |         3
      |    …
      |
      = note: [2] because \`y\` is made with this shape (program.js:2:11)"
  `);
});

test('in a function, shown there and where it is applied', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "const y = tensor([1, 2], { label: 'y' });",
    'const f = op`f(a) = a + ${x}`;',
    'op`${f}(${y})`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`+\` needs the output axes of \`y\` and \`x\` to agree, but sizes 2 and 3 differ
     --> program.js:3:23
      |
    3 | const f = op\`f(a) = a + \${x}\`;
      |                     - ^ ---- 3
      |                     |
      |                     2
     --> program.js:4:4
      |
    4 | op\`\${f}(\${y})\`
      |    ---------- in this application of \`f\`
      |
      = note: 2 because \`y\` is made with this shape (program.js:2:11)
      = note: 3 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('in a function called from JavaScript', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    "const y = tensor([1, 2], { label: 'y' });",
    'const f = op`f(a) = a + ${x}`;',
    'f(y)',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0301]: \`+\` needs the output axes of \`y\` and \`x\` to agree, but sizes 2 and 3 differ
     --> program.js:3:23
      |
    3 | const f = op\`f(a) = a + \${x}\`;
      |                     - ^ ---- 3
      |                     |
      |                     2
     --> program.js:4:1
      |
    4 | f(y)
      | - in this application of \`f\`
      |
      = note: 2 because \`y\` is made with this shape (program.js:2:11)
      = note: 3 because \`x\` is made with this shape (program.js:1:11)"
  `);
});

test('a circle of assignments', async () => {
  const message = await messageOf('cd`{ a } =: 0; { b } =: a ~logic:"... => ...0"; a =: b`');
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0302]: \`=:\` needs the output axes of \`a\` and \`b\` to agree, but each turn of this circle of assignments adds an axis
     --> program.js:1:51
      |
    1 | cd\`{ a } =: 0; { b } =: a ~logic:"... => ...0"; a =: b\`
      |                                                   ^^"
  `);
});

test('values that meet in one cell', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'await ctx.compile(cd`{ z; o = [] } =: ${x} ~logic:"i => "`)',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0305]: \`=:\` gives each cell of \`z\` one value, but here there are 3 for each
     --> program.js:2:22
      |
    2 | await ctx.compile(cd\`{ z; o = [] } =: \${x} ~logic:"i => "\`)
      |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: to add them up write \`=:+\`"
  `);
});

test('a spec for one of two', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`${x} +* "i => i" ${x}`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0304]: \`+*\` takes two operands but its spec has 1
     --> program.js:2:13
      |
    2 | op\`\${x} +* "i => i" \${x}\`
      |             ^^^^^^
      |
      = help: write the axes of each operand before \`=>\`, with \`;\` between them"
  `);
});

test('a spec for two of one', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`${x} ++ "i; i => i"`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0304]: \`++\` takes one operand but its spec has 2
     --> program.js:2:13
      |
    2 | op\`\${x} ++ "i; i => i"\`
      |             ^^^^^^^^^
      |
      = help: write the axes of that one before \`=>\`; a product of several is a +* "i; j => ij" b"
  `);
});

test('a spec for another number of tensors', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'cd`{ z } =: ${x} + 1 ~logic:"i; i => i"`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0304]: the assignment uses 1 tensor but its spec has 2
     --> program.js:2:30
      |
    2 | cd\`{ z } =: \${x} + 1 ~logic:"i; i => i"\`
      |                              ^^^^^^^^^
      |
      = help: write the axes of that one before \`=>\`: "i => …""
  `);
});

test('an axis of the result from nowhere', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'op`${x} ++ "i => i j"`',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0304]: no operand has the axis \`j\` of this result
     --> program.js:2:20
      |
    2 | op\`\${x} ++ "i => i j"\`
      |                    ^
      |
      = help: for an axis of size 1 write \`0\`"
  `);
});
