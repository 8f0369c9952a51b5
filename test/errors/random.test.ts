import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

test('a key with a fraction', async () => {
  expect(await messageOf('op`uniform(0.5, 3)`')).toMatchInlineSnapshot(`
    "error[EINC0318]: the key of \`uniform\` is a whole number from 0, not 0.5
     --> program.js:1:12
      |
    1 | op\`uniform(0.5, 3)\`
      |            ^^^
      |
      = help: a key is a whole number from 0, or made of one: key(42), fold_in(k, 1)"
  `);
});

test('a negative key, as of a range', async () => {
  expect(await messageOf('op`uniform(-1, 1)`')).toMatchInlineSnapshot(`
    "error[EINC0318]: the key of \`uniform\` is a whole number from 0, not -1
     --> program.js:1:12
      |
    1 | op\`uniform(-1, 1)\`
      |            ^^
      |
      = help: a key is a whole number from 0, or made of one: key(42), fold_in(k, 1)"
  `);
});

test('a key of floats', async () => {
  expect(
    await messageOf(
      "const k = tensor(new Float32Array([1]), { label: 'k' });",
      'op`normal(f32(${k}))`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0318]: the key of \`normal\` is of integers, not of f32
     --> program.js:2:11
      |
    2 | op\`normal(f32(\${k}))\`
      |           ^^^^^^^^^
      |           |
      |           \`f32\` converts to f32 here
      |
      = help: a key is a whole number from 0, or made of one: key(42), fold_in(k, 1)"
  `);
});

test('a key from JavaScript', async () => {
  expect((await messageOf('random.key(0.5)')).split('\n')[0]).toMatchInlineSnapshot(
    `"error[EINC0318]: the key of \`key\` is a whole number from 0, not 0.5"`,
  );
});

test('a size that is none', async () => {
  expect(await messageOf('op`normal(3, 0.5)`')).toMatchInlineSnapshot(`
    "error[EINC0308]: the size that \`normal\` is given is an integer from 0 on or \`dim\` of an axis, not 0.5
     --> program.js:1:14
      |
    1 | op\`normal(3, 0.5)\`
      |              ^^^"
  `);
});

test('fractions where integers are', async () => {
  expect(
    await messageOf(
      "const n = tensor(new Int32Array([1]), { label: 'n' });",
      'op`${n} + uniform(3)`',
    ),
  ).toMatchInlineSnapshot(`
    "error[EINC0604]: \`uniform\` gives fractions, and an i32, which they meet here, has none
     --> program.js:2:11
      |
    2 | op\`\${n} + uniform(3)\`
      |         - ^^^^^^^
      |         |
      |         \`+\` brings them together
     --> program.js:1:11
      |
    1 | const n = tensor(new Int32Array([1]), { label: 'n' });
      |           ------ \`n\` is made of an array of i32
      |
      = help: convert the integers first: f32(…)
      = help: or round: i32(uniform(…))"
  `);
});

test('an initial value that is given too many numbers', async () => {
  expect(await messageOf('op`{ w = kaiming(2) }`')).toMatchInlineSnapshot(`
    "error[EINC0229]: \`kaiming\` as an initial value takes no numbers, not 1
     --> program.js:1:10
      |
    1 | op\`{ w = kaiming(2) }\`
      |          ^^^^^^^^^^
      |
      = help: write it so: { w = kaiming }"
  `);
});

test('an initial value that is given too few', async () => {
  expect(await messageOf('op`{ w = uniform(2) }`')).toMatchInlineSnapshot(`
    "error[EINC0229]: \`uniform\` as an initial value takes 2 numbers, not 1
     --> program.js:1:10
      |
    1 | op\`{ w = uniform(2) }\`
      |          ^^^^^^^^^^
      |
      = help: write it so: { w = uniform(low, high) }"
  `);
});

test('a range the wrong way round', async () => {
  expect(await messageOf('op`{ w = uniform(1, -1) }`')).toMatchInlineSnapshot(`
    "error[EINC0229]: \`uniform\`: 1 is above -1
     --> program.js:1:10
      |
    1 | op\`{ w = uniform(1, -1) }\`
      |          ^^^^^^^^^^^^^^
      |
      = help: uniform(low, high)"
  `);
});

test('a deviation of nothing', async () => {
  expect(await messageOf('op`{ w = normal(0) }`')).toMatchInlineSnapshot(`
    "error[EINC0229]: \`normal\`: 0 is not above 0
     --> program.js:1:10
      |
    1 | op\`{ w = normal(0) }\`
      |          ^^^^^^^^^
      |
      = help: normal(deviation)"
  `);
});

test('an array for a deviation', async () => {
  expect(await messageOf('op`{ w = normal(${[1, 2]}) }`')).toMatchInlineSnapshot(`
    "error[EINC0229]: what a random initial value is given is a number
     --> program.js:1:17
      |
    1 | op\`{ w = normal(\${[1, 2]}) }\`
      |                 ^^^^^^^^^"
  `);
});
