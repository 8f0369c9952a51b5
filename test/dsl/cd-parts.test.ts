/** Parts of a tensor, such as its gradient, inside what becomes a tensor of its own in `cd`. */
import { expect, test } from 'vitest';
import { cd, context, op, sequence, symbol, tensor } from '../../dsl/einc.ts';
import { gradUpdate } from '../../dsl/train/index.ts';
import { linesOf } from '../support/assignment-text.ts';

const product = () => {
  const loss = op`loss = { a = [1, 2, 3] } +* "i; i => " { b = [3, 4, 5] }`;
  return { loss, a: loss.param('a'), b: loss.param('b') };
};

test('a gradient has the value that it has there', async () => {
  const { loss, a, b } = product();
  const code = cd`
    let norm = sqrt((${a}.grad *. ${a}.grad) ++ "i => ");
    ${a}.grad =: ${a}.grad /. (${a}.grad @^^ "i => 0");
    ${b.grad} =: norm *. norm + take(${b.grad}, 1) + ${a}.value[0] + ${a}.grad`;
  using ctx = await context({ backend: 'interp' });
  const step = await ctx.compile(sequence([gradUpdate(loss), code]), { keep: [a.grad, b.grad] });
  for (const turn of ['first', 'second']) {
    step.runSync();
    const [da, db] = [a, b].map(p => ctx.readSync(p.grad).toNested());
    const scaled = [0.6, 0.8, 1].map(Math.fround);
    expect([turn, da]).toEqual([turn, scaled]);
    expect([turn, db]).toEqual([turn, scaled.map(v => Math.fround(50 + 2 + 1 + v))]);
  }
});

test('an array of its own holds it', () => {
  const { a } = product();
  expect(linesOf(cd`{ norm } =: ${a}.grad +* "i; i => " ${a}.grad`)).toMatchInlineSnapshot(`
    "a_grad_now =: a.grad;
    a_grad_now2 =: a.grad;
    einsum =:+ a_grad_now * a_grad_now2 ~logic:"i; i => ";
    norm =: einsum;"
  `);
});

test('in each turn of a loop anew', async () => {
  const n = symbol('n', 3);
  const p = op`{ p = [1, 2] }`;
  const loss = op`loss = ${p} *. ${p} ++ "i => "`;
  using ctx = await context({ backend: 'interp' });
  const code = cd`
    for i in ${n} (
      ${loss}.forward; ${loss}.zero_grads; ${loss}.grad =: 1; ${loss}.backprop;
      ${p} =- ${p}.grad /. (${p}.grad ++ "i => 0"))`;
  (await ctx.compile(code)).runSync();
  let [x, y] = [1, 2];
  for (let i = 0; i < 3; i++) [x, y] = [x - x / (x + y), y - y / (x + y)];
  const data = ctx.readSync(p).data;
  expect(data[0]).toBeCloseTo(x, 5);
  expect(data[1]).toBeCloseTo(y, 5);
});

test('what another device has sent', async () => {
  const { a } = product();
  using ctx = await context({ backend: 'interp' });
  const routine = await ctx.compile(cd`{ total; o = [] } =: ${a}.merge ++ "i => "; ${a} =: total`, {
    keep: [a],
  });
  ctx.write(a.merge, [1, 20, 300]);
  routine.runSync();
  expect(ctx.readSync(a).toNested()).toEqual([321, 321, 321]);
});

test('data of the host is no less a part', async () => {
  const x = tensor([1, 2, 3], { label: 'x' });
  const y = op`{ y = 0; o = [] }`;
  using ctx = await context({ backend: 'interp' });
  (await ctx.compile(cd`${y} =: ${x}.value ++ "i => "`)).runSync();
  expect(ctx.item(y)).toBe(6);
});
