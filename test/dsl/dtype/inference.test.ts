import { describe, expect, test } from 'vitest';
import {
  cd,
  context,
  forward,
  grad,
  op,
  run,
  symbol,
  type Tensor,
  tensor,
} from '../../../dsl/einc.ts';

const bf16 = tensor([1, 2], { label: 'x', dtype: 'bf16' });
const ids = tensor(new Int32Array([3, 4]), { label: 'ids' });
/** Without a dtype: the context's, converted where it meets other floats. */
const data = () => tensor([1, 2], { label: 'y' });

function made(t: unknown): void {
  expect(t).toBeDefined();
}

describe('what a tensor is made of decides', () => {
  test.each([
    [new Int8Array(1), 'i8'],
    [new Int16Array(1), 'i16'],
    [new Int32Array(1), 'i32'],
    [new BigInt64Array(1), 'i64'],
    [new Uint8Array(1), 'u8'],
    [new Uint8ClampedArray(1), 'u8'],
    [new Uint16Array(1), 'u16'],
    [new Uint32Array(1), 'u32'],
    [new BigUint64Array(1), 'u64'],
    [new Float32Array(1), undefined],
    [new Float64Array(1), undefined],
    [[1], undefined],
  ])('%o', (values, dtype) => {
    expect(tensor(values, { label: 'x' }).dtype).toBe(dtype);
  });

  test('unless a dtype is given', () => {
    expect(tensor(new Int32Array(1), { label: 'x', dtype: 'f16' }).dtype).toBe('f16');
  });
});

describe('from operands to results', () => {
  test.each<[text: string, t: Tensor, dtype: string | undefined]>([
    ['x + y', op`${bf16} + ${data()}`, 'bf16'],
    ['y + x', op`${data()} + ${bf16}`, 'bf16'],
    ['a product', op`{ w } * ${bf16}`, 'bf16'],
    ['a sum', op`${ids} ++ "i => 0"`, 'i32'],
    ['a number beside it', op`2 *. ${ids} + 1`, 'i32'],
    ['a function', op`exp(${bf16})`, 'bf16'],
    ['a choice', op`where(${bf16} , ${ids}, 0)`, 'i32'],
    ['a stack', op`[${ids}; ${ids}]`, 'i32'],
    ['a conversion', op`f32(${ids}) + ${data()}`, 'f32'],
    ['nothing that decides', op`{ w } + ${data()}`, undefined],
    ['a comparison', op`lt(${ids}, 3)`, undefined],
    ['numbers alone', op`0.5 *. 3`, undefined],
  ])('%s', (_, t, dtype) => {
    expect(t.dtype).toBe(dtype);
  });
});

describe('from uses to operands', () => {
  test('a parameter takes the dtype of its use', () => {
    const y = op`{ w } * ${bf16} + { b }`;
    expect([y.param('w').dtype, y.param('b').dtype, y.dtype]).toEqual(['bf16', 'bf16', 'bf16']);
  });

  test('a use decides for all that was computed before it', () => {
    const h = op`h = relu({ w } *. ({ v } + ${data()}))`;
    const all = [h, h.param('w'), h.param('v')];
    expect(all.map(t => t.dtype)).toEqual([undefined, undefined, undefined]);
    made(op`${h} +* "i; i => i" ${bf16}`);
    expect(all.map(t => t.dtype)).toEqual(['bf16', 'bf16', 'bf16']);
  });

  test('a declaration decides for all', () => {
    const y = op`{ v } + 1`;
    made(op`{ w; dtype = f16 } *. ${y}`);
    expect(y.param('v').dtype).toBe('f16');
    expect(op`{ v; dtype = ${'f8e5m2'}; o = [2] } + 1`.dtype).toBe('f8e5m2');
  });

  test('through code too', () => {
    const y = op`{ v; o = [2] } + 1`;
    made(cd`{ z; dtype = f64 } =: ${y} + 1`);
    expect(y.param('v').dtype).toBe('f64');
  });

  test('not through conversions, conditions and comparisons', () => {
    const y = op`{ v } + 1`;
    made(op`bf16(${y})`);
    made(op`where(${y}, ${bf16}, 0)`);
    made(op`${bf16} *. lt(${y}, 1)`);
    expect(y.dtype).toBeUndefined();
  });
});

test('what fails leaves no dtype behind', () => {
  const [y, z] = [op`{ v } + 0`, op`[1, 2]`];
  expect(() => op`(${y} + ${bf16}) *. (${z} + ${ids})`).toThrow('one dtype');
  expect([y.dtype, z.dtype]).toEqual([undefined, undefined]);
  expect([op`${y} + 1`.dtype, op`${z} + ${ids}`.dtype]).toEqual([undefined, 'i32']);
});

test('numbers of the program meet tensors of several dtypes', async () => {
  const step = symbol('step');
  const rate = op`rate = 0.5 /. (1 + !@${step})`;
  const wide = tensor([8], { label: 'wide', dtype: 'f64' });
  const [a, b] = [op`a = ${bf16} *. ${rate}`, op`b = ${wide} *. ${rate}`];
  using ctx = await context({ backend: 'interp' });
  const routine = await ctx.compile(cd`${a}.forward; ${b}.forward`);
  routine.runSync({ step: 1 });
  expect([String(ctx.readSync(a)), String(ctx.readSync(b))]).toEqual([
    'bf16 2 [0.25, 0.5]',
    'f64 1 [2]',
  ]);
});

test('a program that decides nothing runs in the dtype of the context', async () => {
  const y = op`y = { w = 0.1; o = [1] } + 0.2`;
  for (const [dtype, text] of [
    ['f32', 'f32 1 [0.3]'],
    ['f64', 'f64 1 [0.30000000000000004]'],
    ['f16', 'f16 1 [0.3]'],
  ] as const) {
    expect(String(await run(y, { backend: 'interp', dtype }))).toBe(text);
  }
});

test('gradients have the dtype of their tensors', async () => {
  const y = op`y = f32({ w = 3; dtype = bf16 } *. ${bf16}) *. { v = 2 }`;
  const [dw, dv] = grad(y, [y.param('w'), y.param('v')]) as [Tensor, Tensor];
  expect([dw.dtype, dv.dtype]).toEqual(['bf16', 'f32']);
  using ctx = await context({ backend: 'interp' });
  const routine = await ctx.compile(
    cd`${y}.forward; ${y}.zero_grads; ${y}.grad =: 1; ${y}.backprop; ${forward(dw)}`,
    { keep: [y.param('w').grad, y.param('v').grad] },
  );
  routine.runSync();
  const read = (t: Tensor | Tensor['grad']) => String(ctx.readSync(t));
  expect(read(y.param('w').grad)).toBe('bf16 2 [2, 4]');
  expect(read(dw)).toBe('bf16 2 [2, 4]');
  expect(read(y.param('v').grad)).toBe('f32 2 [3, 6]');
});

test('nothing is learned through integers', async () => {
  const y = op`y = f32(i32({ w = 2.5 } *. 2)) + { v = 1 } *. 3`;
  const [dw, dv] = grad(y, [y.param('w'), y.param('v')]) as [Tensor, Tensor];
  expect((await run(dw, { backend: 'interp' })).toNested()).toBe(0);
  expect((await run(dv, { backend: 'interp' })).toNested()).toBe(3);
  expect((await run(y, { backend: 'interp' })).toNested()).toBe(8);
});
