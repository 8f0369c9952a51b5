/** `tensor.explain()`: every axis and why it is what it is, before and after shapes are settled. */
import { visitTree } from '../../dsl/graph/code-tree.ts';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { cd, context, forward, op, scan, symbol, type Tensor, tensor } from '../../dsl/einc.ts';

const here = relative(process.cwd(), fileURLToPath(import.meta.url));

/** Places of this file are `here:line`, lines counted from the first one mentioned. */
function explained(t: Tensor): string {
  const text = t.explain();
  const lines = Array.from(text.matchAll(/\.test\.ts:(\d+):/g), m => Number(m[1]));
  const first = Math.min(...lines);
  return text.replaceAll(
    /([\w/.]+\.test\.ts):(\d+):(\d+)/g,
    (_, file, line) => `${file === here ? 'here' : file}:${Number(line) - first + 1}`,
  );
}

async function compiled(t: Tensor): Promise<Tensor> {
  using ctx = await context({ backend: 'interp' });
  await ctx.compile(forward(t));
  return t;
}

const sum = (t: Tensor): Tensor => op`sum = ${t} ++ "...|... => 0"`;

test('an open shape is shown open, and stays so', () => {
  const w = op`{ w; i = [2] }`;
  const y = op`y = relu(${w} + ${tensor([1, 2, 3], { label: 'x' })})`;
  expect(explained(y)).toMatchInlineSnapshot(`
    "y: … | …, 2 -> …, 3, computed by \`relu\` (here:2)
      batch      …  open: there may be more axes
      input      …  open: there may be more axes
                 2  \`w\` is declared with i = […] (here:1)
      output     …  open: there may be more axes
                 3  \`x\` is made with this shape (here:2)
      from       \`add\` (… | …, 2 -> …, 3)"
  `);
  expect(explained(y)).toBe(explained(y));
  expect(explained(w)).toMatchInlineSnapshot(`
    "w: 2 -> …, a parameter (here:1)
      batch      no axes: a parameter has none unless they are given
      input      2  \`w\` is declared with i = […] (here:1)
      output     …  open: there may be more axes
      starts as  evenly spread from -0.25 to 0.25, by the seed of the context"
  `);
});

test('a size that is open, but not below some number', () => {
  const batch = symbol('batch', 80);
  const { t } = op<{
    t: Tensor;
    y: Tensor;
  }>`t = { w; b = [80, 10] } +* { u } "b, ... | ...; => b | ..." ; y = t @| ${batch}`;
  expect(explained(t)).toMatchInlineSnapshot(`
    "t: 80 | …, computed by \`+*\` (here:1)
      batch      80  \`w\` is declared with b = […] (here:1)
      input      no axes
      output     …  open: there may be more axes
      from       \`w\` (80, 10 | …), \`u\` (scalar)"
  `);
});

test('a layer, settled', async () => {
  const points = tensor(new Float32Array(1600), { label: 'points', batch: [80, 10], output: [2] });
  const input = op`input = ${points} @| ${symbol('batch', 80)}`;
  const h = await compiled(op`h = relu({ w } * ${input} + { b = 0.5; o = [16] })`);
  expect(explained(h)).toMatchInlineSnapshot(`
    "h: 10 | 16, computed by \`relu\` (here:3)
      batch      10  \`points\` is made with this shape (here:1)
                 no more axes: nothing asks for more
      input      no axes: nothing asks for more
      output     16  \`b\` is declared with o = […] (here:3)
                 no more axes: nothing asks for more
      from       \`add\` (10 | 16)
      dtype      f32"
  `);
  expect(explained(h.param('w'))).toMatchInlineSnapshot(`
    "w: 2 -> 16, a parameter (here:3)
      batch      no axes: a parameter has none unless they are given
      input      2  \`points\` is made with this shape (here:1)
                 no more axes: nothing asks for more
      output     16  it is used with this size: \`b\` is declared with o = […] (here:3)
                 no more axes: what it is used with has no more
      starts as  evenly spread from -0.25 to 0.25, by the seed of the context
      dtype      f32"
  `);
  expect(explained(h.param('b'))).toMatchInlineSnapshot(`
    "b: 16, a parameter (here:1)
      batch      no axes: a parameter has none unless they are given
      input      no axes: nothing asks for more
      output     16  \`b\` is declared with o = […] (here:1)
      starts as  0.5 everywhere
      dtype      f32"
  `);
  expect(explained(points)).toMatchInlineSnapshot(`
    "points: 80, 10 | 2, values of the host (here:1)
      batch      80  \`points\` is made with this shape (here:1)
                 10  \`points\` is made with this shape (here:1)
      input      no axes
      output     2  \`points\` is made with this shape (here:1)
      starts as  0, 0, 0, 0, 0, 0, … (1600 values)
      dtype      f32"
  `);
  expect(explained(input)).toMatchInlineSnapshot(`
    "input: 10 | 2, computed by \`@|\` (here:2)
      batch      10  \`points\` is made with this shape (here:1)
      input      no axes
      output     2  \`points\` is made with this shape (here:1)
      from       \`points\` (80, 10 | 2)
      dtype      f32"
  `);
});

test('a default that was taken: used with two sizes', async () => {
  const three = tensor([1, 2, 3], { label: 'three' });
  const four = tensor([1, 2, 3, 4], { label: 'four' });
  const w = op`{ w }`;
  await compiled(op`y = ${sum(op`${w} + ${three}`)} + ${sum(op`${w} *. ${four}`)}`);
  expect(explained(w)).toMatchInlineSnapshot(`
    "w: 1, a parameter (here:3)
      batch      no axes: a parameter has none unless they are given
      input      no axes
      output     1  it is used with sizes 3 and 4: 3 because \`three\` is made with this shape (here:1), 4 because \`four\` is made with this shape (here:2)
                 no more axes: what it is used with has no more
      starts as  evenly spread from -0.25 to 0.25, by the seed of the context
      dtype      f32"
  `);
});

test('a default that was taken: nothing asks for more', async () => {
  const y = await compiled(op`y = { w = 2 } + 1`);
  expect(explained(y.param('w'))).toMatchInlineSnapshot(`
    "w: scalar, a parameter (here:1)
      batch      no axes: a parameter has none unless they are given
      input      no axes: nothing asks for more
      output     no axes: nothing asks for more
      starts as  2 everywhere
      dtype      f32"
  `);
});

test('what code assigns, and a few values', async () => {
  const x = tensor([1, 2, 3, 4, 5, 6, 7], { label: 'x' });
  let z: Tensor | undefined;
  const code = cd`{ z } =: ${x} *. 2`;
  using ctx = await context({ backend: 'interp', dtype: 'f64' });
  await ctx.compile(code);
  visitTree(code.tree, t => {
    if (t.kind === 'assign') z = t.assign.target.node.tensor;
  });
  expect(z && explained(z)).toMatchInlineSnapshot(`
    "z: 7, an array that code assigns (here:3)
      batch      no axes: nothing asks for more
      input      no axes: nothing asks for more
      output     7  \`x\` is made with this shape (here:1)
                 no more axes: nothing asks for more
      starts as  0 everywhere
      dtype      f64"
  `);
  expect(explained(x)).toMatchInlineSnapshot(`
    "x: 7, values of the host (here:1)
      batch      no axes
      input      no axes
      output     7  \`x\` is made with this shape (here:1)
      starts as  1, 2, 3, 4, 5, 6, … (7 values)
      dtype      f64"
  `);
});

test('what a scan makes, and a dtype that the program decides', async () => {
  const xs = tensor(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    { label: 'xs' },
  );
  const { ys } = scan((h, x) => op`${h} + ${x} *. { w; dtype = bf16 }`, {
    init: 0,
    xs,
    label: 'ys',
  });
  await compiled(ys);
  expect(explained(ys)).toMatchInlineSnapshot(`
    "ys: 3, 2, made by the turns of a scan (here:9)
      batch      no axes: nothing asks for more
      input      no axes: nothing asks for more
      output     3  \`xs\` is made with this shape (here:1)
                 2  \`xs\` is made with this shape (here:1)
                 no more axes: nothing asks for more
      from       \`carry_start\` (2), \`xs\` (3, 2), \`w\` (2)
      dtype      bf16  \`w\` is declared bf16 (here:9)"
  `);
  expect(ys.explanation().dtype).toMatchObject({ dtype: 'bf16', because: '`w` is declared bf16' });
});

test('in a line, as `console.log` and templates of JavaScript show it', () => {
  const w = op`{ w; o = [3]; i = [2] }`;
  const y = op`y = ${w} * ${tensor([1, 2], { label: 'x' })}`;
  const shown = [inspect(w), inspect([w.grad]), String(y)].map(text =>
    text.replaceAll(here, 'here').replaceAll(/:\d+:\d+/g, ''),
  );
  expect(shown).toMatchInlineSnapshot(`
    [
      "w: 2 -> 3, a parameter (here)",
      "[
      w.grad: the array of w: 2 -> 3, a parameter (here)
    ]",
      "y: … | … -> …, 3, computed by \`*\` (here)",
    ]
  `);
});

test('as data', async () => {
  const y = await compiled(op`y = { w = 2; o = [3] } + 1`);
  const { rows, ...others } = y.explanation();
  expect(others).toMatchObject({
    name: 'y',
    what: 'computed by `+`',
    shape: '3',
    operands: [
      { name: 'w', shape: '3' },
      { name: 'constant', shape: 'scalar' },
    ],
    initial: undefined,
    dtypes: ['f32'],
  });
  expect(others.place).toMatch(/^test\/dsl\/explain\.test\.ts:\d+:\d+$/);
  expect(rows.output.axes).toMatchObject([{ size: 3, because: '`w` is declared with o = […]' }]);
  expect(rows.batch).toMatchObject({ axes: [], openAt: undefined });
  expect(op`{ v }`.explanation().rows.output).toMatchObject({ axes: [], openAt: 0 });
});
