import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const data = [
  "const x = tensor([1, 2], { label: 'x', dtype: 'f32' });",
  "const ids = tensor(new Int32Array([3, 4]), { label: 'ids' });",
];

test('two dtypes that were given', async () => {
  expect(await messageOf(...data, 'op`{ w; dtype = bf16 } *. ${x}`;')).toMatchInlineSnapshot(`
    "error[EINC0603]: \`*.\` computes in one dtype, but \`w\` is bf16 and \`x\` is f32
     --> program.js:3:24
      |
    3 | op\`{ w; dtype = bf16 } *. \${x}\`;
      |    ------------------- ^^
      |    |
      |    \`w\` is declared bf16
     --> program.js:1:11
      |
    1 | const x = tensor([1, 2], { label: 'x', dtype: 'f32' });
      |           ------ \`x\` is made f32
      |
      = help: convert one of them: bf16(x) or f32(w)"
  `);
});

test('two dtypes that were inferred', async () => {
  const lines = ['const h = op`h = { w } *. ${x}`;', 'op`${h} + ${ids}`;'];
  expect(await messageOf(...data, ...lines)).toMatchInlineSnapshot(`
    "error[EINC0603]: \`+\` computes in one dtype, but \`h\` is f32 and \`ids\` is i32
     --> program.js:4:9
      |
    4 | op\`\${h} + \${ids}\`;
      |         ^
     --> program.js:1:11
      |
    1 | const x = tensor([1, 2], { label: 'x', dtype: 'f32' });
      |           ------ \`x\` is made f32
     --> program.js:2:13
      |
    2 | const ids = tensor(new Int32Array([3, 4]), { label: 'ids' });
      |             ------ \`ids\` is made of an array of i32
      |
      = help: convert one of them: f32(ids) or i32(h)"
  `);
});

test('two dtypes in code', async () => {
  expect(await messageOf(...data, 'cd`{ y; dtype = f64 } =: ${x}`;')).toMatchInlineSnapshot(`
    "error[EINC0603]: \`=:\` computes in one dtype, but \`y\` is f64 and \`x\` is f32
     --> program.js:3:23
      |
    3 | cd\`{ y; dtype = f64 } =: \${x}\`;
      |    ------------------ ^^
      |    |
      |    \`y\` is declared f64
     --> program.js:1:11
      |
    1 | const x = tensor([1, 2], { label: 'x', dtype: 'f32' });
      |           ------ \`x\` is made f32
      |
      = help: convert one of them: f64(x) or f32(y)"
  `);
});

test('two dtypes that a function brings together', async () => {
  const lines = ['const f = op`f(a) = a *. ${x}`;', 'f(ids);'];
  expect(await messageOf(...data, ...lines)).toMatchInlineSnapshot(`
    "error[EINC0603]: \`*.\` computes in one dtype, but \`ids\` is i32 and \`x\` is f32
     --> program.js:3:23
      |
    3 | const f = op\`f(a) = a *. \${x}\`;
      |                       ^^
     --> program.js:2:13
      |
    2 | const ids = tensor(new Int32Array([3, 4]), { label: 'ids' });
      |             ------ \`ids\` is made of an array of i32
     --> program.js:1:11
      |
    1 | const x = tensor([1, 2], { label: 'x', dtype: 'f32' });
      |           ------ \`x\` is made f32
     --> program.js:4:1
      |
    4 | f(ids);
      | - in this application of \`f\`
      |
      = help: convert one of them: i32(x) or f32(ids)"
  `);
});

test('integers and a number with a fraction', async () => {
  expect(await messageOf(...data, 'op`${ids} *. 0.5`;')).toMatchInlineSnapshot(`
    "error[EINC0604]: 0.5 is not an i32, which it meets here
     --> program.js:3:14
      |
    3 | op\`\${ids} *. 0.5\`;
      |              ^^^
     --> program.js:2:13
      |
    2 | const ids = tensor(new Int32Array([3, 4]), { label: 'ids' });
      |             ------ \`ids\` is made of an array of i32
      |
      = help: convert the integers first: f32(…)"
  `);
});

test('a number that is out of range', async () => {
  const pixels = "const pixels = tensor(new Uint8Array([1]), { label: 'pixels' });";
  expect(await messageOf(pixels, 'op`${pixels} - 300`;')).toMatchInlineSnapshot(`
    "error[EINC0604]: 300 is not a u8, which it meets here
     --> program.js:2:16
      |
    2 | op\`\${pixels} - 300\`;
      |                ^^^
     --> program.js:1:16
      |
    1 | const pixels = tensor(new Uint8Array([1]), { label: 'pixels' });
      |                ------ \`pixels\` is made of an array of u8
      |
      = help: convert the integers first: f32(…)"
  `);
});

test('integers and what is computed from numbers', async () => {
  const lines = ["const step = symbol('step');", 'const rate = op`rate = 0.1 /. !@${step}`;'];
  expect(await messageOf(...data, ...lines, 'op`${ids} *. ${rate}`;')).toMatchInlineSnapshot(`
    "error[EINC0604]: \`rate\` may have a fraction, and an i32, which it meets here, has none
     --> program.js:5:14
      |
    5 | op\`\${ids} *. \${rate}\`;
      |              ^^^^^^^
     --> program.js:2:13
      |
    2 | const ids = tensor(new Int32Array([3, 4]), { label: 'ids' });
      |             ------ \`ids\` is made of an array of i32
      |
      = help: convert the integers first: f32(…)
      = help: or round: i32(rate)"
  `);
});

test('a number that meets integers only later', async () => {
  const half = 'const half = op`half = [1, 2] *. 0.5`;';
  expect(await messageOf(...data, half, 'op`${half} + ${ids}`;')).toMatchInlineSnapshot(`
    "error[EINC0604]: 0.5 is not an i32, which it meets here
     --> program.js:3:34
      |
    3 | const half = op\`half = [1, 2] *. 0.5\`;
      |                                  ^^^
     --> program.js:2:13
      |
    2 | const ids = tensor(new Int32Array([3, 4]), { label: 'ids' });
      |             ------ \`ids\` is made of an array of i32
     --> program.js:4:12
      |
    4 | op\`\${half} + \${ids}\`;
      |            - \`+\` brings them together
      |
      = help: convert the integers first: f32(…)"
  `);
});

test('values that their dtype does not have', async () => {
  expect(await messageOf("tensor([1, 2.5], { label: 'n', dtype: 'i8' });")).toMatchInlineSnapshot(`
    "error[EINC0604]: \`n\` is i8, but its value 2.5 (cell 1) is not an i8
     --> program.js:1:1
      |
    1 | tensor([1, 2.5], { label: 'n', dtype: 'i8' });
      | ^^^^^^
      |
      = help: give it whole numbers within the range of the dtype, or a dtype of floats"
  `);
});

test('values that the inferred dtype does not have', async () => {
  const y = 'const y = op`y = [1, 2.5]`;';
  expect(await messageOf(...data, y, 'op`${y} + ${ids}`;')).toMatchInlineSnapshot(`
    "error[EINC0604]: 2.5 is not an i32, which it meets here
     --> program.js:3:18
      |
    3 | const y = op\`y = [1, 2.5]\`;
      |                  ^^^^^^^^
     --> program.js:2:13
      |
    2 | const ids = tensor(new Int32Array([3, 4]), { label: 'ids' });
      |             ------ \`ids\` is made of an array of i32
     --> program.js:4:9
      |
    4 | op\`\${y} + \${ids}\`;
      |         - \`+\` brings them together
      |
      = help: convert the integers first: f32(…)"
  `);
});

test('a parameter of integers', async () => {
  expect(await messageOf(...data, 'op`{ w } + ${ids}`;')).toMatchInlineSnapshot(`
    "error[EINC0605]: the parameter \`w\` would be i32, but what is learned is a float
     --> program.js:3:4
      |
    3 | op\`{ w } + \${ids}\`;
      |    ^^^^^ - \`+\` brings them together
     --> program.js:2:13
      |
    2 | const ids = tensor(new Int32Array([3, 4]), { label: 'ids' });
      |             ------ \`ids\` is made of an array of i32
      |
      = help: convert what it meets first: f32(…)
      = help: or make it data: tensor(values, { label: 'w', dtype: 'i32' })"
  `);
});

test('a parameter declared as integers', async () => {
  expect(await messageOf('op`{ w; dtype = i32 }`;')).toMatchInlineSnapshot(`
    "error[EINC0605]: the parameter \`w\` would be i32, but what is learned is a float
     --> program.js:1:4
      |
    1 | op\`{ w; dtype = i32 }\`;
      |    ^^^^^^^^^^^^^^^^^^ \`w\` is declared i32
      |
      = help: convert what it meets first: f32(…)
      = help: or make it data: tensor(values, { label: 'w', dtype: 'i32' })"
  `);
});

test('a dtype that is decided too late', async () => {
  const lines = [
    'const w = op`{ w; o = [2] }`;',
    'await ctx.compile(forward(op`z = ${w} *. 2`));',
    "op`${w} + ${tensor([1, 2], { label: 'n', dtype: 'bf16' })}`;",
  ];
  expect(await messageOf(...lines)).toMatchInlineSnapshot(`
    "error[EINC0606]: a tensor that a routine was compiled with as f32 cannot become bf16
     --> program.js:3:9
      |
    3 | op\`\${w} + \${tensor([1, 2], { label: 'n', dtype: 'bf16' })}\`;
      |         ^   ------ \`n\` is made bf16
      |
      = note: nothing had decided its dtype, so it took f32, that of the context
      = help: build the whole program before its first routine is compiled
      = help: or convert: bf16(…)"
  `);
});

test('no such dtype', async () => {
  expect(await messageOf("tensor([1], { label: 'x', dtype: 'float' });")).toMatchInlineSnapshot(`
    "error[EINC0601]: the string "float" is not a dtype
     --> program.js:1:1
      |
    1 | tensor([1], { label: 'x', dtype: 'float' });
      | ^^^^^^
      |
      = help: the dtypes are f64 f32 f16 bf16 f8e4m3 f8e5m2 i8 i16 i32 i64 u8 u16 u32 u64 bool"
  `);
  expect(await messageOf("op`{ w; dtype = ${'float'} }`;")).toMatchInlineSnapshot(`
    "error[EINC0208]: the string "float" is not a dtype
     --> program.js:1:17
      |
    1 | op\`{ w; dtype = \${'float'} }\`;
      |                 ^^^^^^^^^^
      |
      = help: the dtypes are f64 f32 f16 bf16 f8e4m3 f8e5m2 i8 i16 i32 i64 u8 u16 u32 u64 bool"
  `);
  expect(await messageOf('op`{ w; dtype = float }`;')).toMatchInlineSnapshot(`
    "error[EINC0201]: \`float\` is not known in this template
     --> program.js:1:17
      |
    1 | op\`{ w; dtype = float }\`;
      |                 ^^^^^ unknown name
      |
      = note: the names here are \`f64\`, \`f32\`, \`f16\`, \`bf16\`, \`f8e4m3\`, \`f8e5m2\`, \`i8\`, \`i16\`, \`i32\`, \`i64\`, \`u8\`, \`u16\`, \`u32\`, \`u64\`, \`bool\`"
  `);
});

test('a dtype given twice', async () => {
  expect(await messageOf('op`{ w; dtype = f32; dtype = f64 }`;')).toMatchInlineSnapshot(`
    "error[EINC0208]: the dtype of \`w\` is given twice
     --> program.js:1:30
      |
    1 | op\`{ w; dtype = f32; dtype = f64 }\`;
      |                              ^^^"
  `);
});

test('a conversion of two', async () => {
  expect(await messageOf(...data, 'op`f32(${x}, ${x})`;')).toMatchInlineSnapshot(`
    "error[EINC0207]: \`f32\` takes 1 argument, not 2
     --> program.js:3:4
      |
    3 | op\`f32(\${x}, \${x})\`;
      |    ^^^^^^^^^^^^^^^"
  `);
});

test('the gradient of integers', async () => {
  const lines = ['const n = op`n = i32({ w } *. ${x})`;', 'cd`${n}.backprop`;'];
  expect(await messageOf(...data, ...lines)).toMatchInlineSnapshot(`
    "error[EINC0402]: \`n\` has no gradient
     --> program.js:4:9
      |
    4 | cd\`\${n}.backprop\`;
      |         ^^^^^^^^
      |
      = note: gradients flow only to parameters and to what is computed from them"
  `);
});
