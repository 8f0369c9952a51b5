/** What the optimiser keeps, divided among devices and among ranks: the same bits, a share of the memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cd, context, Devices, op, type Tensor, tensor, World } from '../../../dsl/einc.ts';
import {
  type DataParallel,
  dataParallel,
  gradUpdate,
  resumeFrom,
  saveCheckpoint,
  sgdOne,
  shardOptimizer,
} from '../../../dsl/train/index.ts';
import { inProcess } from '../../../runtime/index.ts';
import { ApartBackend } from '../../support/apart-backend.ts';
import { bitsOf } from '../../support/rank-values.ts';

const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [batch, width] = [8, 8];
/** Four equal matrices, so that four devices can have a quarter each; two labels are the same. */
function network(cells = width) {
  const layers = [0, 1].map(() => op`layer(x) = tanh({ w; o = [${cells}] } * x)`);
  const more = [
    op`layer(x) = tanh({ w3; o = [${cells}] } * x)`,
    op`last(x) = { w4; o = [${cells}] } * x`,
  ];
  const all = [...layers, ...more];
  return {
    apply: (x: Tensor): Tensor => all.reduce((below, layer) => op`${layer}(${below})`, x),
    params: all.flatMap(layer => Object.values(layer.params)),
  };
}
const sizes = [width * width, 4] as const;
const stateBytes = 4 * sizes[0] * sizes[1];

/** As Adam does: two arrays and a count for each parameter. */
const adam = (p: Tensor) => cd`
  ~~(${p} "adam";
    { adam_m } =: 0.9 *. adam_m + 0.1 *. ${p}.grad;
    { adam_v } =: 0.99 *. adam_v + 0.01 *. ${p}.grad *. ${p}.grad;
    ${p} =- 0.01 *. adam_m /. (sqrt(adam_v) + 0.0001))`;
const momentum = (p: Tensor) => sgdOne(p, { learningRate: 0.05, momentum: 0.9 });
const plain = (p: Tensor) => sgdOne(p, { learningRate: 0.05 });

const values = (n: number, seed: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(seed + 7 * i));
const batchAt = (n: number) => ({ x: values(batch * width, n), y: values(batch * width, n + 0.5) });

interface Way {
  readonly devices: number | Devices;
  readonly shardOptimizer?: boolean;
  readonly parameters?: 'point' | 'copy';
  readonly backend?: 'cc' | 'interp';
  readonly world?: World;
}

type Training = DataParallel<'x' | 'y'>;

async function open(update: (p: Tensor) => ReturnType<typeof plain>, way: Way) {
  const net = network();
  const training: Training = await dataParallel({
    ...way,
    shards: 4,
    batch,
    shard: { x: { output: [width] }, y: { output: [width] } },
    loss: ({ x, y }, count) =>
      op`loss = ((${net.apply(x)} - ${y}) **. 2 ++ "...|... => 0") /. ${count}`,
    update,
    seed: 5,
  });
  return { training, params: net.params };
}

async function train(training: Training, first: number, end: number): Promise<readonly number[]> {
  const losses: number[] = [];
  for (let n = first; n < end; n++) losses.push((await training.step(batchAt(n))).loss);
  return losses;
}

async function stateOf(training: Training): Promise<readonly string[]> {
  const state = await training.gather();
  return state.map(({ name, dims, buffer }) => `${name} ${dims} ${bitsOf(buffer.read())}`);
}

describe('dataParallel with shardOptimizer', () => {
  test.each([
    ['momentum', momentum],
    ['two arrays for each cell', adam],
  ])('has the bits that it has without: %s', async (_, update) => {
    const backend = update === adam ? 'cc' : 'interp';
    const { training: whole } = await open(update, { devices: 2, backend });
    const losses = await train(whole, 0, 6);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
    for (const way of [
      { devices: 2 },
      { devices: 4 },
      { devices: 4, parameters: 'copy' },
    ] as const) {
      const { training } = await open(update, { ...way, backend, shardOptimizer: true });
      expect(await train(training, 0, 6)).toEqual(losses);
      expect(await stateOf(training)).toEqual(await stateOf(whole));
      training[Symbol.dispose]();
    }
    whole[Symbol.dispose]();
  });

  /** What the optimiser keeps on each device: what there is more than with one that keeps nothing. */
  async function kept(update: typeof plain, way: Way): Promise<readonly number[]> {
    const bytes: (readonly number[])[] = [];
    for (const each of [update, plain]) {
      const { training } = await open(each, { ...way, backend: 'interp' });
      await train(training, 0, 1);
      bytes.push(training.memory().map(device => device.bytes));
      training[Symbol.dispose]();
    }
    return (bytes[0] ?? []).map((b, i) => b - (bytes[1]?.[i] ?? 0));
  }

  test('each device keeps its share', async () => {
    expect(await kept(adam, { devices: 4 })).toEqual([2 * stateBytes, 0, 0, 0]);
    for (const devices of [1, 2, 4]) {
      const share = (2 * stateBytes) / devices;
      const each = Array<number>(devices).fill(share);
      expect(await kept(adam, { devices, shardOptimizer: true })).toEqual(each);
    }
  });

  test('a checkpoint has all of it, for any number of devices', async () => {
    const path = join(folder, 'devices.safetensors');
    const { training: whole } = await open(adam, {
      devices: 2,
      backend: 'interp',
      shardOptimizer: true,
    });
    await train(whole, 0, 3);
    await saveCheckpoint(whole, path, { step: 3 });
    const losses = await train(whole, 3, 6);
    const end = await stateOf(whole);
    expect(end.map(text => text.split(' ').slice(0, 2).join(' '))).toMatchInlineSnapshot(`
      [
        "adam_m_w4 8,8",
        "adam_v_w4 8,8",
        "w4 8,8",
        "adam_m_w3 8,8",
        "adam_v_w3 8,8",
        "w3 8,8",
        "adam_m_w 8,8",
        "adam_v_w 8,8",
        "w 8,8",
        "adam_m_w2 8,8",
        "adam_v_w2 8,8",
        "w2 8,8",
      ]
    `);
    using apart = new Devices(new ApartBackend(), { count: 3 });
    for (const way of [
      { devices: 1, shardOptimizer: true },
      { devices: 4, shardOptimizer: true },
      { devices: 3 },
      { devices: 4, shardOptimizer: true, parameters: 'copy' },
    ] as const) {
      const { training } = await open(adam, { ...way, backend: 'interp' });
      expect(await resumeFrom(training, path)).toBe(3);
      expect(await train(training, 3, 6)).toEqual(losses);
      expect(await stateOf(training)).toEqual(end);
      training[Symbol.dispose]();
    }
    const { training } = await open(adam, { devices: apart, shardOptimizer: true });
    expect(await resumeFrom(training, path)).toBe(3);
    await training.step(batchAt(3));
    training[Symbol.dispose]();
    whole[Symbol.dispose]();
  });

  test('updates that need gradients of others are done on one device', async () => {
    const cells = 192;
    const curves = [];
    for (const way of [{ devices: 1 }, { devices: 2 }, { devices: 2, bucketBytes: 1 }]) {
      const net = network(cells);
      const [first] = net.params;
      using training = await dataParallel({
        ...{ ...way, shards: 2, batch: 2, seed: 1 },
        shard: { x: { output: [cells] } },
        loss: ({ x }, count) => op`loss = (${net.apply(x)} **. 2 ++ "...|... => 0") /. ${count}`,
        update: p => cd`${p} =- 0.01 *. (${p}.grad + ${first ?? p}.grad)`,
      });
      const losses: number[] = [];
      for (let n = 0; n < 3; n++) {
        losses.push((await training.step({ x: values(2 * cells, n) })).loss);
      }
      curves.push(losses);
    }
    expect(curves[1]).toEqual(curves[0]);
    expect(curves[2]).toEqual(curves[0]);
  });

  test('ranks that train together have one checkpoint', async () => {
    const path = join(folder, 'ranks-of-devices.safetensors');
    const options = { devices: 1, backend: 'interp' } as const;
    const worlds = () =>
      inProcess(2).map((collective, localRank) => new World(collective, { localRank }));
    const run = (world: World, resume: boolean) =>
      open(adam, { ...options, world }).then(async ({ training }) => {
        if (resume) expect(await resumeFrom(training, path)).toBe(2);
        else {
          await train(training, 0, 2);
          await saveCheckpoint(training, path, { step: 2 });
        }
        const losses = await train(training, 2, 4);
        const state = await stateOf(training);
        training[Symbol.dispose]();
        return { losses, state };
      });
    const whole = await Promise.all(worlds().map(world => run(world, false)));
    const resumed = await Promise.all(worlds().map(world => run(world, true)));
    expect(resumed).toEqual(whole);
    expect(whole[1]).toEqual(whole[0]);
  });
});

describe('shardOptimizer, each rank with a context', () => {
  const points = 12;

  async function rankOf(world: World, isDivided: boolean) {
    const { first, count } = world.share(points);
    const all = values(points * width, 1).slice(first * width, (first + count) * width);
    const x = tensor(all, { label: 'x', batch: [count], output: [width] });
    const net = network();
    const bias = op`out = { b = 0.1; o = [${width}] } + ${net.apply(x)}`;
    const loss = op`loss = (${bias} **. 2 ++ "...|... => 0") /. ${points}`;
    const params = Object.values(loss.params);
    const gradients = params.map(p => p.grad);
    const ctx = await context({ seed: 3, backend: world.size === 2 ? 'cc' : 'interp' });
    const backward = await ctx.compile(gradUpdate(loss), { keep: [loss, ...gradients] });
    const before = ctx.memory().bytes;
    const optimizer = await shardOptimizer(ctx, loss, {
      world: isDivided ? world : new World(inProcess(1)[0] ?? world.collective, { localRank: 0 }),
      update: adam,
    });
    const kept = ctx.memory().bytes - before;
    const step = async (): Promise<void> => {
      backward.run();
      if (!isDivided) await world.allReduce(ctx, gradients);
      await optimizer.step();
    };
    const bits = (): string => params.map(p => bitsOf(ctx.readSync(p).data)).join();
    return { ctx, kept, optimizer, step, bits };
  }

  const worlds = (size: number): readonly World[] =>
    inProcess(size).map((ranks, localRank) => new World(ranks, { localRank }));

  type Rank = Awaited<ReturnType<typeof rankOf>>;

  async function together<T>(
    size: number,
    isDivided: boolean,
    use: (rank: Rank, world: World) => Promise<T>,
  ): Promise<readonly T[]> {
    return Promise.all(
      worlds(size).map(async world => {
        const rank = await rankOf(world, isDivided);
        try {
          return await use(rank, world);
        } finally {
          rank.ctx[Symbol.dispose]();
        }
      }),
    );
  }

  const steps = (count: number) => async (rank: Rank) => {
    for (let n = 0; n < count; n++) await rank.step();
    return rank.bits();
  };

  // Of four matrices and a bias: with 7 ranks two have nothing to update.
  test.each([1, 2, 3, 4, 7])('%i ranks have the bits of an all-reduce', async size => {
    const whole = await together(size, false, steps(5));
    const divided = await together(size, true, steps(5));
    expect(new Set([...whole, ...divided]).size).toBe(1);
  });

  test('each rank keeps its share', async () => {
    const kept = await together(4, true, ({ kept: bytes }) => Promise.resolve(bytes));
    const bias = 2 * 4 * width;
    expect(kept.toSorted((a, b) => a - b)).toEqual([
      (2 * stateBytes) / 4,
      (2 * stateBytes) / 4,
      (2 * stateBytes) / 4,
      (2 * stateBytes) / 4 + bias,
    ]);
  });

  test('a checkpoint has all of it, for any number of ranks', async () => {
    const path = join(folder, 'ranks.safetensors');
    const stateOfRank = async ({ optimizer }: Rank): Promise<string> => {
      const state = await optimizer.gather();
      return state.map(({ name, buffer }) => `${name} ${bitsOf(buffer.read())}`).join();
    };
    const [saved] = await together(4, true, async rank => {
      await steps(3)(rank);
      await saveCheckpoint(rank.optimizer, path, { step: 3 });
      return stateOfRank(rank);
    });
    for (const size of [1, 2, 4]) {
      const resumed = await together(size, true, async rank => {
        expect(await resumeFrom(rank.optimizer, path)).toBe(3);
        const state = await stateOfRank(rank);
        return { state, bits: await steps(2)(rank) };
      });
      expect(new Set(resumed.map(({ state }) => state))).toEqual(new Set([saved]));
      if (size === 4)
        expect(new Set(resumed.map(({ bits }) => bits))).toEqual(
          new Set(await together(4, true, steps(5))),
        );
    }
  });
});
