/** Programs of several ranks, which here are contexts of one process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { context, type Context, op, symbol, tensor, World } from '../../dsl/einc.ts';
import { gradUpdate, resumeFrom, saveCheckpoint, sgdUpdate } from '../../dsl/train/index.ts';
import { inProcess } from '../../runtime/index.ts';
import { backends } from '../runtime/support.ts';
import { bitsOf } from '../support/rank-values.ts';

const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function worlds(size: number): readonly World[] {
  return inProcess(size).map((ranks, localRank) => new World(ranks, { localRank }));
}

const points = 12;
const batches = 3;
const inputs = Array.from({ length: batches * points * 3 }, (_, i) => Math.sin(7 * i + 1));

/** A training of a share of the points; `step` does one step with the others. */
async function training(world: World, backend: (typeof backends)[number]) {
  const { first, count } = world.share(points);
  const own = inputs.filter((_, i) => {
    const point = Math.floor(i / 3) % points;
    return point >= first && point < first + count;
  });
  const n = symbol('n', batches);
  const x = tensor(own, { label: 'x', batch: [batches, count], output: [3] });
  const net = op`net = { w2; o = [2] } * tanh({ b1; o = [8] } + { w1 } * (${x} @| ${n}))`;
  const loss = op`loss = ((${net} - 0.5) *. (${net} - 0.5)) ++ "...|... => 0"`;
  const ctx = await context({ seed: 3, backend });
  const params = Object.values(loss.params);
  const gradients = params.map(p => p.grad);
  const backward = await ctx.compile(gradUpdate(loss), { keep: [loss, ...gradients] });
  const update = await ctx.compile(sgdUpdate(loss, { learningRate: 0.01, momentum: 0.9 }));
  const step = async (i: number): Promise<number> => {
    backward.run({ n: i % batches });
    await world.allReduce(ctx, [loss, ...gradients]);
    update.run();
    return ctx.item(loss);
  };
  const bits = (): string => params.map(p => bitsOf(ctx.readSync(p).data)).join();
  return { ctx, step, bits };
}

async function losses(size: number, backend: (typeof backends)[number]) {
  const curves = await Promise.all(
    worlds(size).map(async world => {
      const { ctx, step, bits } = await training(world, backend);
      const curve: number[] = [];
      for (let i = 0; i < 30; i++) curve.push(await step(i));
      const end = bits();
      ctx[Symbol.dispose]();
      return { curve, end };
    }),
  );
  return curves;
}

describe.each(backends)('%s', backend => {
  test.each([2, 3, 5])('%i ranks learn what one does', async size => {
    const [alone] = await losses(1, backend);
    const together = await losses(size, backend);
    // All ranks have the same bits; from one rank they differ by rounding.
    expect(new Set(together.map(({ end }) => end)).size).toBe(1);
    for (const [i, loss] of (together[0]?.curve ?? []).entries()) {
      expect(Math.abs(loss / (alone?.curve[i] ?? NaN) - 1)).toBeLessThan(1e-5);
    }
    expect(together[0]?.curve).toHaveLength(30);
  });

  test('a run that was ended goes on to the same bits, momentum and all', async () => {
    const path = join(folder, `${backend}.safetensors`);
    const run = async (world: World, until: number, each: (ctx: Context, i: number) => unknown) => {
      const { ctx, step, bits } = await training(world, backend);
      let i = await resumeFrom(ctx, path, { world });
      const from = i;
      for (; i < until; i++) {
        await step(i);
        await each(ctx, i);
      }
      const end = bits();
      ctx[Symbol.dispose]();
      return { from, end };
    };
    const all = (until: number, saves: boolean) =>
      Promise.all(
        worlds(2).map(world =>
          run(world, until, (ctx, i) =>
            saves && i % 4 === 3 ? saveCheckpoint(ctx, path, { step: i + 1, world }) : undefined,
          ),
        ),
      );
    const [straight] = await all(20, false);
    await all(11, true);
    const [first, second] = await all(20, false);
    expect([straight?.from, first?.from, second?.from]).toEqual([0, 8, 8]);
    expect(first?.end).toBe(straight?.end);
    expect(second?.end).toBe(straight?.end);
  });
});

test('narrow floats are kept as they are', async () => {
  const path = join(folder, 'narrow.safetensors');
  const program = () => {
    const w = op`{ w; o = [5] }`;
    const loss = op`loss = (${w} *. ${w}) ++ "i => 0"`;
    return { w, loss };
  };
  const trained = async () => {
    const { w, loss } = program();
    const ctx = await context({ seed: 5, dtype: 'bf16' });
    await ctx.compile(gradUpdate(loss), { keep: [w.grad] });
    const update = await ctx.compile(sgdUpdate(loss, { learningRate: 0.1 }));
    return { ctx, w, update };
  };
  const { ctx, w, update } = await trained();
  update.runSync();
  await saveCheckpoint(ctx, path, { step: 1 });
  const values = ctx.readSync(w);
  const again = await trained();
  expect(await resumeFrom(again.ctx, path)).toBe(1);
  expect(again.ctx.readSync(again.w)).toEqual(values);
  [ctx, again.ctx].forEach(c => c[Symbol.dispose]());
});
