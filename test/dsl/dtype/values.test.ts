/** Programs of every dtype through both backends. */
import { describe, expect, test } from 'vitest';
import { cellsFrom } from '../../../compiler/core/cells.ts';
import { dtypes, kindOf, roundTo } from '../../../compiler/core/dtype.ts';
import { printProgram } from '../../../compiler/index.ts';
import {
  cd,
  type Code,
  context,
  forward,
  op,
  run,
  type Tensor,
  tensor,
} from '../../../dsl/einc.ts';
import { gradUpdate } from '../../../dsl/train/index.ts';

const backends = ['interp', 'cc'] as const;

describe.each(backends)('%s', backend => {
  test('each dtype adds, multiplies, compares, chooses and sums', async () => {
    using ctx = await context({ backend });
    const made = dtypes.map(dtype => {
      const a = tensor([1, 0, 1], { label: `a_${dtype}`, dtype });
      const b = tensor([1, 1, 0], { label: `b_${dtype}`, dtype });
      return {
        add: op`add = ${a} + ${b}`,
        mul: op`mul = ${a} *. ${b}`,
        less: op`less = bool(lt(${a}, ${b}))`,
        chosen: op`chosen = where(lt(${a}, ${b}), ${a}, ${b} + ${b})`,
        total: op`total = ${a} ++ "i => 0"`,
      };
    });
    const tensors = made.flatMap(one => Object.values(one));
    const routine = await ctx.compile(cd`${tensors.map(forward)}`);
    routine.runSync();
    const texts = made.map(one => Object.values<Tensor>(one).map(t => String(ctx.readSync(t))));
    expect(texts).toEqual(
      dtypes.map(dtype => {
        const two = Number(roundTo(dtype, 2));
        return [
          `${dtype} 3 [${two}, 1, 1]`,
          `${dtype} 3 [1, 0, 0]`,
          'bool 3 [0, 1, 0]',
          `${dtype} 3 [${two}, 0, 0]`,
          `${dtype} 1 [${two}]`,
        ];
      }),
    );
  });

  test('64-bit integers keep all their bits', async () => {
    const n = tensor(new BigInt64Array([2n ** 62n + 1n, -3n]), { label: 'n' });
    const result = await run(op`${n} *. 2 + ${n}`, { backend });
    expect(result.bigints).toEqual(new BigInt64Array([-(2n ** 62n) + 3n, -9n]));
    expect([...result.data]).toEqual([-(2 ** 62), -9]);
    expect(String(result)).toBe('i64 2 [-4611686018427387901, -9]');
  });

  test('the largest of integers may be negative', async () => {
    const n = tensor(new Int8Array([-7, -3, -5]), { label: 'n' });
    const u = tensor(new BigUint64Array([2n ** 63n, 2n ** 64n - 1n]), { label: 'u' });
    expect(String(await run(op`${n} @^^ "i => 0"`, { backend }))).toBe('i8 1 [-3]');
    expect(String(await run(op`${u} @-- "i => 0"`, { backend }))).toBe(
      'u64 1 [9223372036854775808]',
    );
  });

  test('the host writes and reads every dtype', async () => {
    using ctx = await context({ backend });
    for (const dtype of dtypes) {
      const t = tensor([1, 1, 0], { label: `t_${dtype}`, dtype });
      const next = kindOf(dtype) === 'float' ? [0.1, -2.5, 3] : [1, 0, 1];
      ctx.write(t, next);
      expect(Array.from(ctx.readSync(t).data)).toEqual(Array.from(cellsFrom(dtype, next), Number));
      expect(ctx.item(t, 2)).toBe(next[2]);
    }
  });

  test('sums of bf16 are kept in f32', async () => {
    const ones = tensor(Array<number>(1000).fill(1), { label: 'ones', dtype: 'bf16' });
    // Kept in bf16 it would stop at 256, where adding 1 is less than half a step.
    expect((await run(op`${ones} ++ "i => 0"`, { backend })).toNested()).toEqual([1000]);
  });

  test('code adds to a cell of bf16 what it has summed in f32', async () => {
    const [w, x] = [
      tensor([256, 8], { label: 'w', dtype: 'bf16' }),
      tensor(Array<number>(600).fill(1), { label: 'x', batch: [300], output: [2], dtype: 'bf16' }),
    ];
    using ctx = await context({ backend });
    const after = async (code: Code): Promise<readonly number[]> => {
      ctx.write(w, [256, 8]);
      (await ctx.compile(code)).runSync();
      return Array.from(ctx.readSync(w).data);
    };
    expect(await after(cd`${w} =+ ${x} ~logic:"b|i => i"`)).toEqual([556, 308]);
    expect(await after(cd`${w} =- ${x} ~logic:"b|i => i"`)).toEqual([-44, -292]);
    expect(await after(cd`${w} =@^ 10 *. ${x} ~logic:"b|i => i"`)).toEqual([256, 10]);
    expect(await after(cd`${w} =* ${x} ~logic:"b|i => i"`)).toEqual([256, 8]);
    expect(await after(cd`${w} =- 0.5 *. ${w}`)).toEqual([128, 4]);
    expect(await after(cd`${w} =:+ ${x} ~logic:"b|i => i"`)).toEqual([300, 300]);
  });
});

/** What f32 arithmetic gives, rounded where bf16 is stored. */
function reference(w: readonly number[], x: readonly number[], batch: number) {
  const bf = (value: number): number => roundTo('bf16', value);
  const [rows, columns] = [w.length / (x.length / batch), x.length / batch];
  const y = Array.from({ length: batch * rows }, (_, cell) => {
    const [b, o] = [Math.floor(cell / rows), cell % rows];
    let sum = 0;
    for (let i = 0; i < columns; i++) {
      sum = Math.fround(sum + (w[o * columns + i] ?? 0) * (x[b * columns + i] ?? 0));
    }
    return bf(sum);
  });
  const dw = w.map((_, cell) => {
    const [o, i] = [Math.floor(cell / columns), cell % columns];
    let sum = -0;
    for (let b = 0; b < batch; b++) {
      const g = bf(2 * (y[b * rows + o] ?? 0));
      sum = Math.fround(sum + g * (x[b * columns + i] ?? 0));
    }
    return bf(sum);
  });
  return { y, dw };
}

describe('a product of bf16', () => {
  const cell = (i: number): number => roundTo('bf16', Math.sin(i * 12.9898) * 3);
  const [batch, rows, columns] = [40, 5, 33];
  const w = Array.from({ length: rows * columns }, (_, i) => cell(i));
  const xs = Array.from({ length: batch * columns }, (_, i) => cell(i + 1000));
  const make = () => {
    const x = tensor(xs, { label: 'x', batch: [batch], output: [columns], dtype: 'bf16' });
    const y = op`y = { w = ${w}; i = [${columns}]; o = [${rows}] } * ${x}`;
    return { y, loss: op`loss = (${y} *. ${y}) ++ "...|... => 0"` };
  };

  test.each(backends)('and its gradient add up in f32: %s', async backend => {
    const { y, loss } = make();
    using ctx = await context({ backend });
    const routine = await ctx.compile(gradUpdate(loss), { keep: [y, y.param('w').grad] });
    routine.runSync();
    const expected = reference(w, xs, batch);
    expect(ctx.readSync(y).dtype).toBe('bf16');
    expect(Array.from(ctx.readSync(y).data)).toEqual(expected.y);
    expect(Array.from(ctx.readSync(y.param('w').grad).data)).toEqual(expected.dw);
  });

  test('needs no array for its sums', async () => {
    const { y } = make();
    using ctx = await context({ backend: 'interp' });
    const { compiled } = await ctx.compile(forward(y));
    expect(printProgram(compiled.unoptimized)).toMatchInlineSnapshot(`
      "y_forward():
        device w: bf16[5, 33], x: bf16[40, 33], y: bf16[40, 5];
        local y.sum: f32[40, 5];
        zero_out y.sum;
        for b < 40 {
          for o < 5 {
            for i < 33 {
              y.sum[b, o] += f32(w[o, i]) * f32(x[b, i]);
            }
          }
        }
        for b < 40 {
          for o < 5 {
            y[b, o] := bf16(y.sum[b, o]);
          }
        }
      "
    `);
    expect(printProgram(compiled.program)).toMatchInlineSnapshot(`
      "y_forward():
        device w: bf16[5, 33], x: bf16[40, 33], y: bf16[40, 5];
        for b < 40 {
          for o < 5 {
            local y.sum: f32 := 0;
            for i < 33 {
              y.sum := fma(f32(w[o, i]), f32(x[b, i]), y.sum);
            }
            y[b, o] := bf16(y.sum);
          }
        }
      "
    `);
  });
});
