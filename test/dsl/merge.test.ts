/** Merge buffers: what another device, or here the host, has sent for an array. */
import { describe, expect, test } from 'vitest';
import { cd, context, op, type Tensor } from '../../dsl/einc.ts';
import { routineText } from '../support/assignment-text.ts';
import { backends } from '../runtime/support.ts';

const param = (): Tensor => op`{ w = [1, 2, 3] }`;

test('as text', () => {
  const w = param();
  expect(routineText(cd`~~(${w} "merge"; ${w}.grad =+ ${w}.grad.merge; ${w} =: ${w}.merge)`))
    .toMatchInlineSnapshot(`
    "w_merge():
      # "w merge";
      w.grad =+ w.grad.merge;
      w =: w.merge;"
  `);
});

describe.each(backends)('%s', backend => {
  test('adds what was sent to what is there, run by run', async () => {
    using ctx = await context({ backend });
    const w = param();
    const merge = await ctx.compile(cd`${w}.grad =+ ${w}.grad.merge`);
    ctx.write(w.grad.merge, [1, 2, 3]);
    merge.runSync();
    ctx.write(w.grad.merge, [10, 20, 30]);
    merge.runSync();
    expect(ctx.readSync(w.grad).toNested()).toEqual([11, 22, 33]);
    expect(ctx.readSync(w.grad.merge).toNested()).toEqual([10, 20, 30]);
  });

  test('of a value, apart from that of its gradient', async () => {
    using ctx = await context({ backend });
    const w = param();
    ctx.write(w.merge, [5, 5, 5]);
    const code = cd`${w} =: 0.5 *. ${w} + 0.5 *. ${w}.merge`;
    (await ctx.compile(code)).runSync();
    expect(ctx.readSync(w).toNested()).toEqual([3, 3.5, 4]);
  });

  test('nothing runs before everything has been sent', async () => {
    using ctx = await context({ backend });
    const w = param();
    const both = await ctx.compile(cd`${w} =+ ${w}.merge + ${w}.grad.merge`);
    ctx.write(w.merge, [1, 1, 1]);
    expect(() => {
      both.runSync();
    }).toThrow('reads `w.grad.merge`, and nothing has been sent there');
    expect(ctx.readSync(w).toNested()).toEqual([1, 2, 3]);
    ctx.write(w.grad.merge, [1, 1, 1]);
    both.runSync();
    expect(ctx.readSync(w).toNested()).toEqual([3, 4, 5]);
  });
});

test('the same array each time it is asked for', () => {
  const w = param();
  expect(w.merge).toBe(w.value.merge);
  expect(w.grad.merge).toBe(w.grad.merge);
  expect(w.grad.merge === w.merge).toBe(false);
});
