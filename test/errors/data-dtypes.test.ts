/** Data without a dtype is of floats: where it meets integers, that line is the error. */
import { describe, expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const price = "const price = tensor([1, 2, 3], { label: 'price' });";
const count = "const count = tensor(new Uint8Array([1, 2, 3]), { label: 'count' });";
const ids = "const ids = tensor(new Int32Array([7, -7, 3]), { label: 'ids' });";
const w = "const w = tensor([1.5, 2, 3], { label: 'w' });";

describe('integers', () => {
  const mistake = 'op`${price} *. ${count}`;';

  test('and whole numbers, which could be made such', async () => {
    expect(await messageOf(price, count, mistake)).toMatchInlineSnapshot(`
      "error[EINC0603]: \`*.\` computes in one dtype, but \`price\` is of floats and \`count\` is u8
       --> program.js:3:13
        |
      3 | op\`\${price} *. \${count}\`;
        |             ^^
       --> program.js:1:15
        |
      1 | const price = tensor([1, 2, 3], { label: 'price' });
        |               ------ \`price\` is made without a dtype, so it is of floats
       --> program.js:2:15
        |
      2 | const count = tensor(new Uint8Array([1, 2, 3]), { label: 'count' });
        |               ------ \`count\` is made of an array of u8
        |
        = help: convert one of them: f32(count) or u8(price)
        = help: or make the data u8: tensor(…, { …, dtype: 'u8' })"
    `);
  });

  test('the same when the data has been computed with before', async () => {
    const before = await messageOf(price, count, '', mistake);
    const half = 'await ctx.compile(forward(op`${price} /. 2`));';
    expect(await messageOf(price, count, half, mistake)).toBe(before);
  });

  test('and numbers that cannot be made such', async () => {
    const program = [ids, w, 'op`${ids} + ${w}`;', 'await ctx.compile(forward(op`${w} *. 2`));'];
    expect(await messageOf(...program)).toMatchInlineSnapshot(`
      "error[EINC0603]: \`+\` computes in one dtype, but \`w\` is of floats and \`ids\` is i32
       --> program.js:3:11
        |
      3 | op\`\${ids} + \${w}\`;
        |           ^
       --> program.js:2:11
        |
      2 | const w = tensor([1.5, 2, 3], { label: 'w' });
        |           ------ \`w\` is made without a dtype, so it is of floats
       --> program.js:1:13
        |
      1 | const ids = tensor(new Int32Array([7, -7, 3]), { label: 'ids' });
        |             ------ \`ids\` is made of an array of i32
        |
        = help: convert one of them: f32(ids) or i32(w)"
    `);
  });

  test('and an array of floats', async () => {
    const floats = "const floats = tensor(new Float32Array([1, 2, 3]), { label: 'floats' });";
    expect(await messageOf(floats, ids, 'op`where(${floats} > 1, ${ids}, ${floats})`;'))
      .toMatchInlineSnapshot(`
      "error[EINC0603]: \`where\` computes in one dtype, but \`floats\` is of floats and \`ids\` is i32
       --> program.js:3:4
        |
      3 | op\`where(\${floats} > 1, \${ids}, \${floats})\`;
        |    ^^^^^
       --> program.js:1:16
        |
      1 | const floats = tensor(new Float32Array([1, 2, 3]), { label: 'floats' });
        |                ------ \`floats\` is made without a dtype, so it is of floats
       --> program.js:2:13
        |
      2 | const ids = tensor(new Int32Array([7, -7, 3]), { label: 'ids' });
        |             ------ \`ids\` is made of an array of i32
        |
        = help: convert one of them: f32(ids) or i32(floats)
        = help: or make the data i32: tensor(…, { …, dtype: 'i32' })"
    `);
  });

  test('and what is computed from data', async () => {
    const dear = 'const dear = op`dear = 2 *. ${price}`;';
    expect(await messageOf(price, ids, dear, 'op`${ids} - ${dear}`;')).toMatchInlineSnapshot(`
      "error[EINC0603]: \`-\` computes in one dtype, but \`dear\` is of floats and \`ids\` is i32
       --> program.js:4:11
        |
      4 | op\`\${ids} - \${dear}\`;
        |           ^
       --> program.js:1:15
        |
      1 | const price = tensor([1, 2, 3], { label: 'price' });
        |               ------ \`price\` is made without a dtype, so it is of floats
       --> program.js:2:13
        |
      2 | const ids = tensor(new Int32Array([7, -7, 3]), { label: 'ids' });
        |             ------ \`ids\` is made of an array of i32
        |
        = help: convert one of them: f32(ids) or i32(dear)
        = help: or make the data i32: tensor(…, { …, dtype: 'i32' })"
    `);
  });

  test('later, through an array that takes what it meets', async () => {
    const code = 'cd`{ z } =: ${price}; z =+ ${ids}`;';
    expect(await messageOf(price, ids, code)).toMatchInlineSnapshot(`
      "error[EINC0603]: \`price\` is of floats, and meets i32
       --> program.js:3:13
        |
      3 | cd\`{ z } =: \${price}; z =+ \${ids}\`;
        |             ^^^^^^^^    -- \`=+\` brings them together
       --> program.js:1:15
        |
      1 | const price = tensor([1, 2, 3], { label: 'price' });
        |               ------ \`price\` is made without a dtype, so it is of floats
       --> program.js:2:13
        |
      2 | const ids = tensor(new Int32Array([7, -7, 3]), { label: 'ids' });
        |             ------ \`ids\` is made of an array of i32
        |
        = help: convert one of them: f32(…) or i32(price)
        = help: or make the data i32: tensor(…, { …, dtype: 'i32' })"
    `);
  });

  test('assigned to data', async () => {
    expect(await messageOf(w, ids, 'cd`${w} =: ${ids}`;')).toMatchInlineSnapshot(`
      "error[EINC0603]: \`=:\` computes in one dtype, but \`w\` is of floats and \`ids\` is i32
       --> program.js:3:9
        |
      3 | cd\`\${w} =: \${ids}\`;
        |         ^^
       --> program.js:1:11
        |
      1 | const w = tensor([1.5, 2, 3], { label: 'w' });
        |           ------ \`w\` is made without a dtype, so it is of floats
       --> program.js:2:13
        |
      2 | const ids = tensor(new Int32Array([7, -7, 3]), { label: 'ids' });
        |             ------ \`ids\` is made of an array of i32
        |
        = help: convert one of them: f32(ids) or i32(w)"
    `);
  });
});

describe('a carry of integers', () => {
  const step = 'const add = op`add(h, x) = h + x`;';

  test('that starts as data', async () => {
    expect(await messageOf(price, ids, step, 'op`scan(${add}, ${price}, ${ids})`;'))
      .toMatchInlineSnapshot(`
      "error[EINC0603]: \`price\` is of floats, and meets i32
       --> program.js:4:17
        |
      4 | op\`scan(\${add}, \${price}, \${ids})\`;
        |    -------------^^^^^^^^---------
        |    |
        |    in this application of \`add\`
       --> program.js:1:15
        |
      1 | const price = tensor([1, 2, 3], { label: 'price' });
        |               ------ \`price\` is made without a dtype, so it is of floats
       --> program.js:2:13
        |
      2 | const ids = tensor(new Int32Array([7, -7, 3]), { label: 'ids' });
        |             ------ \`ids\` is made of an array of i32
       --> program.js:3:30
        |
      3 | const add = op\`add(h, x) = h + x\`;
        |                              - \`+\` brings them together
        |
        = help: convert one of them: f32(…) or i32(price)
        = help: or make the data i32: tensor(…, { …, dtype: 'i32' })"
    `);
  });

  test('that starts with a fraction', async () => {
    expect(await messageOf(ids, step, 'op`scan(${add}, 0.5, ${ids})`;')).toMatchInlineSnapshot(`
      "error[EINC0604]: 0.5 is not an i32, which it meets here
       --> program.js:3:17
        |
      3 | op\`scan(\${add}, 0.5, \${ids})\`;
        |    -------------^^^---------
        |    |
        |    in this application of \`add\`
       --> program.js:1:13
        |
      1 | const ids = tensor(new Int32Array([7, -7, 3]), { label: 'ids' });
        |             ------ \`ids\` is made of an array of i32
       --> program.js:2:30
        |
      2 | const add = op\`add(h, x) = h + x\`;
        |                              - \`+\` brings them together
        |
        = help: convert the integers first: f32(…)"
    `);
  });
});
