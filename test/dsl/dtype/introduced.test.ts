/** Arrays that code introduces, and what parameters start from, have dtypes like all others. */
import { describe, expect, test } from 'vitest';
import { cd, defineOp, op, type Tensor, tensor } from '../../../dsl/einc.ts';
import { messageOf } from '../../support/user-program.ts';
import { valueOf, valuesAfter } from '../../support/evaluate.ts';

/** No f32 is this number. */
const odd = 2 ** 24 + 1;
const ids = (): Tensor => tensor(new Int32Array([odd, 3]), { label: 'ids' });
const place = (): Tensor => tensor(new Int32Array([0, 0]), { label: 'place' });

test('let', async () => {
  const to = place();
  const code = cd`let next = ${ids()} + 1; ${to} =: next - 1`;
  expect(await valuesAfter(code, [to])).toEqual([[odd, 3]]);
});

describe('arrays of an operation', () => {
  test('forward', async () => {
    const f = defineOp({ name: 'f', forward: cd`{ e_rhs1 } =: v1 + 1; v =: e_rhs1 - 2` });
    const y = op`${f}(${ids()})`;
    expect(y.operands.map(t => t.dtype)).toContain('i32');
    expect(await valueOf(y)).toEqual([odd - 1, 2]);
  });

  test('backward', async () => {
    const f = defineOp({
      name: 'f',
      forward: cd`v =: v1 * v1`,
      backward: cd`{ twice_rhs1 } =: v1 + v1; g1 =+ g * twice_rhs1`,
    });
    const loss = op`${f}({ w = [1, 2]; dtype = bf16 }) ++ "i => "`;
    const code = cd`${loss}.forward; ${loss}.zero_grads; ${loss}.grad =: 1; ${loss}.backprop`;
    expect(await valuesAfter(code, [loss.param('w').grad])).toEqual([[2, 4]]);
    expect(await valueOf(op`grad(${loss}, ${loss.param('w')})`)).toEqual([2, 4]);
  });
});

test('a merge buffer', () => {
  const w = op`{ w = [1, 2]; dtype = bf16 }`;
  const dtypes = [w.merge, w.grad.merge].map(array => array.deviceArray('f32').dtype);
  expect(dtypes).toEqual(['bf16', 'bf16']);
});

describe('what a parameter starts from', () => {
  const narrow = (): Tensor => tensor([1, 2.001], { label: 'narrow', dtype: 'bf16' });

  test('decides its dtype', async () => {
    const y = op`{ w = 2 *. ${narrow()} } + 0`;
    expect(y.param('w').dtype).toBe('bf16');
    expect(await valueOf(y)).toEqual([2, 4]);
  });

  test('takes its dtype', () => {
    const v = op<Tensor>`{ v }`;
    const w = op<Tensor>`{ w = 2 *. ${v}; dtype = f16 }`;
    expect([w.dtype, v.dtype]).toEqual(['f16', 'f16']);
  });

  test('is converted where it is data without a dtype', async () => {
    const x = tensor([1, 2.0001], { label: 'x' });
    const y = op`{ w = 2 *. ${x}; dtype = f16 } + 0`;
    expect([y.dtype, x.dtype]).toEqual(['f16', undefined]);
    expect(await valueOf(y)).toEqual([2, 4]);
  });

  test('is what it starts from again', async () => {
    const y = op`{ w; o = [2] } + { v = 2 *. ${narrow()} }`;
    const w = y.param('w');
    const both = [w, y.param('v')];
    const first = await valuesAfter(cd`${y}.forward`, both);
    expect(await valuesAfter(cd`${w} =: 7; ${y}.init_params`, both)).toEqual(first);
  });

  test('may be of another dtype where it is converted', async () => {
    const y = op`{ w = f32(${ids()}) } + 0`;
    expect(await valueOf(y)).toEqual([odd - 1, 3]);
  });

  test('is not integers', async () => {
    const program = "op`{ w = 2 *. ${tensor(new Int32Array([1]), { label: 'ids' })} }`";
    expect(await messageOf(program)).toMatchInlineSnapshot(`
      "error[EINC0605]: the parameter \`w\` would be i32, but what is learned is a float
       --> program.js:1:4
        |
      1 | op\`{ w = 2 *. \${tensor(new Int32Array([1]), { label: 'ids' })} }\`
        |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        |    |            |
        |    |            \`ids\` is made of an array of i32
        |    \`=\` brings them together
        |
        = help: convert what it meets first: f32(…)
        = help: or make it data: tensor(values, { label: 'w', dtype: 'i32' })"
    `);
  });

  test('is not of another dtype', async () => {
    const program = "op`{ w = ${tensor([1], { label: 'x', dtype: 'f16' })}; dtype = bf16 }`";
    expect(await messageOf(program)).toMatchInlineSnapshot(`
      "error[EINC0603]: \`=\` computes in one dtype, but \`w\` is bf16 and \`x\` is f16
       --> program.js:1:4
        |
      1 | op\`{ w = \${tensor([1], { label: 'x', dtype: 'f16' })}; dtype = bf16 }\`
        |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        |    |       |
        |    |       \`x\` is made f16
        |    \`w\` is declared bf16
        |
        = help: convert one of them: bf16(x) or f16(w)"
    `);
  });
});
