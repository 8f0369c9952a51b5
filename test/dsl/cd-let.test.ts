/** `let` in `cd`: what it computes, when, and how far its name reaches. */
import { expect, test } from 'vitest';
import { cd, context, op, symbol, tensor, type Tensor } from '../../dsl/einc.ts';
import { linesOf } from '../support/assignment-text.ts';
import { openInterpreter, valuesAfter } from '../support/evaluate.ts';

const x = tensor([1, 2, 3], { label: 'x' });

test('is an array, assigned where it stands', () => {
  expect(linesOf(cd`let d = ${x} *. 2; { y } =: d + 1; { z } =: d *. d`)).toMatchInlineSnapshot(`
    "d =: x *. 2;
    y =: d + 1;
    z =: d *. d;"
  `);
});

test('keeps what the expression was, whatever changes afterwards', async () => {
  const p = op`{ p = [1, 2, 3] }`;
  const code = cd`let before = ${p}; ${p} =* 10; ${p} =+ before`;
  expect(await valuesAfter(code, [p])).toEqual([[11, 22, 33]]);
});

test('takes the forward code of what it reads with it', () => {
  const y = op`y = ${x} *. 2`;
  expect(linesOf(cd`let a = ${y} + 1; { b } =: a`)).toMatchInlineSnapshot(`
    "y =: x *. 2;
    a =: y + 1;
    b =: a;"
  `);
});

test('adds up over the axes that a logic leaves out', () => {
  expect(linesOf(cd`let s = ${x} * ${x} ~logic:"i; i => "; { y } =: s`)).toMatchInlineSnapshot(`
    "s =:+ x * x ~logic:"i; i => ";
    y =: s;"
  `);
});

test('of size 1 where a spec says 0, and broadcasts', async () => {
  const y = op`{ y; o = [3] }`;
  const code = cd`let total = ${x} ~logic:"i => 0"; ${y} =: ${x} *. total`;
  expect(await valuesAfter(code, [y])).toEqual([[6, 12, 18]]);
});

test('is called after the tensor of its section', () => {
  const step = (p: Tensor) => cd`~~(${p} "step"; let d = 0.5 *. ${p}; ${p} =- d)`;
  const [v, w] = [op`{ v; o = [2] }`, op`{ w; o = [2] }`];
  expect(linesOf(cd`${[v, w].map(step)}`)).toMatchInlineSnapshot(`
    "# "v step";
    d_v =: 0.5 *. v;
    v =- d_v;
    # "w step";
    d_w =: 0.5 *. w;
    w =- d_w;"
  `);
});

test('ends with its sequence: branches, loops and sections each have names of their own', () => {
  const [n, m] = [symbol('n', 2), symbol('m', 2)];
  const code = cd`
    { y } =: ${x};
    if ${true} then (let a = y + 1; y =: a);
    for i in ${n} (let a = y *. !@i; y =+ a);
    for i in ${m} (let b = y *. !@i; y =- b);
    ~~("end"; let a = y; y =: a)`;
  expect(linesOf(code)).toMatchInlineSnapshot(`
    "y =: x;
    a =: y + 1;
    y =: a;
    for n < 2 (
      a2 =: y *. !@n;
      y =+ a2;
    );
    for m < 2 (
      b =: y *. !@m;
      y =- b;
    );
    # "end";
    a3 =: y;
    y =: a3;"
  `);
});

test('a turn of a loop computes it anew', async () => {
  const n = symbol('n', 4);
  using ctx = await openInterpreter();
  const total = op`{ total = 0; o = [] }`;
  const code = cd`for i in ${n} (let square = !@i *. !@i; ${total} =+ square)`;
  (await ctx.compile(code)).runSync();
  expect(ctx.item(total)).toBe(0 + 1 + 4 + 9);
});

test('nothing of it is left in a routine that reads it once', async () => {
  using ctx = await context({ backend: 'interp' });
  const p = op`{ p = [1, 2, 3] }`;
  const { compiled } = await ctx.compile(cd`let d = 0.5 *. ${p}; ${p} =- d`);
  expect(compiled.program.params.map(({ name }) => name)).toEqual(['p']);
});

test('sizes captured by a logic', async () => {
  const code = cd`let s = ${x} ~logic:"i => " ["i"]; { mean } =: s /. dim i; ${x} =: ${x} - mean`;
  expect(await valuesAfter(code, [x])).toEqual([[-1, 0, 1]]);
});

test('a spec in a hole', () => {
  const spec = '...|i => ...|0';
  expect(linesOf(cd`{ s } =:+ ${x} ~logic:${spec}`)).toMatchInlineSnapshot(
    `"s =:+ x ~logic:"...|i => ...|0";"`,
  );
  expect(linesOf(cd`{ s } =:+ ${x} ~logic:"...|${'i'} => ...|0"`)).toBe(
    linesOf(cd`{ s } =:+ ${x} ~logic:${spec}`),
  );
  const m = tensor([[1, 2]], { label: 'm' });
  expect(linesOf(cd`{ t } =: ${m} ~logic:${'T'}`)).toBe('t =: m ~logic:"T";');
});
