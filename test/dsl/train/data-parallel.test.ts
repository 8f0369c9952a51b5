/** Training on several devices gives what training on one gives. */
import { describe, expect, test } from 'vitest';
import {
  cd,
  context,
  Devices,
  op,
  sequence,
  symbol,
  type Tensor,
  tensor,
  World,
} from '../../../dsl/einc.ts';
import { dataParallel, gradUpdate, sgdOne, sgdUpdate } from '../../../dsl/train/index.ts';
import { inProcess } from '../../../runtime/index.ts';
import { ApartBackend } from '../../support/apart-backend.ts';
import { generator } from '../../support/generator.ts';
import { convNet, type Model, perceptron, transformer } from './models.ts';

const models = { perceptron, convNet, transformer };
type Kind = keyof typeof models;

const [batch, last, steps] = [10, 6, 20];
const step = symbol('step');

interface Data {
  readonly x: Float64Array;
  readonly label: Float64Array;
  readonly count: number;
}

/** Every fifth batch is the last one of an epoch, with fewer examples. */
function batchesFor({ shard, classes }: Model): readonly Data[] {
  const draw = generator(11);
  const cellsOf = (name: 'x' | 'label'): number => {
    const { batch: own = [], output = [] } = shard[name];
    return [...own, ...output].reduce<number>((cells, size) => cells * Number(size), 1);
  };
  const isText = shard.x.batch !== undefined;
  return Array.from({ length: steps }, (_, n) => {
    const count = n % 5 === 4 ? last : batch;
    const cell = (): number => (isText ? draw(classes) : draw(1000) / 500 - 1);
    const x = Float64Array.from({ length: count * cellsOf('x') }, cell);
    const each = x.length / (count * cellsOf('label'));
    // By the first number of each, or the word after it.
    const labelOf = (first: number): number => {
      if (isText) return (first + 1) % classes;
      return classes === 1 ? Math.sign(first + 0.001) : Math.floor(((first + 1) / 2) * classes);
    };
    const label = Float64Array.from({ length: x.length / each }, (_, i) =>
      labelOf(x[i * each] ?? 0),
    );
    return { x, label, count };
  });
}

function rateOf(rate: number): Tensor {
  return op`rate = ${rate} *. (${2 * steps} - !@${step}) /. ${2 * steps}`;
}

const plainCurves = new Map<string, Promise<readonly number[]>>();

function plainCurve(kind: Kind, dtype: 'f32' | 'f64'): Promise<readonly number[]> {
  const curve = plainCurves.get(`${kind} ${dtype}`) ?? trainPlainly(kind, dtype);
  plainCurves.set(`${kind} ${dtype}`, curve);
  return curve;
}

/** By one routine for each size of a batch, in a context of its own. */
async function trainPlainly(kind: Kind, dtype: 'f32' | 'f64'): Promise<readonly number[]> {
  const model = models[kind]();
  const learningRate = rateOf(model.learningRate);
  using ctx = await context({ seed: 3, dtype });
  const rows = (name: 'x' | 'label', count: number): Tensor => {
    const { batch: own = [], output = [] } = model.shard[name];
    const cells = [...own, ...output].reduce<number>((all, size) => all * Number(size), count);
    return tensor(new Float64Array(cells), { label: name, batch: [count, ...own], output });
  };
  const ways = new Map(
    await Promise.all(
      [batch, last].map(async count => {
        const examples = { x: rows('x', count), label: rows('label', count) };
        const loss = model.loss(examples, count);
        const code = sequence([gradUpdate(loss), sgdUpdate(loss, { learningRate })]);
        return [count, { ...examples, loss, routine: await ctx.compile(code) }] as const;
      }),
    ),
  );
  return batchesFor(model).map(({ x, label, count }, n) => {
    const way = ways.get(count);
    if (!way) throw new Error(`no batch has ${count}`);
    ctx.write(way.x, x);
    ctx.write(way.label, label);
    way.routine.runSync({ step: n });
    return ctx.item(way.loss);
  });
}

interface Way {
  readonly devices: number;
  readonly shards?: number;
  readonly parameters?: 'point' | 'copy';
  readonly bucketBytes?: number;
  readonly world?: World;
}

async function parallelCurve(
  kind: Kind,
  dtype: 'f32' | 'f64',
  way: Way,
): Promise<readonly number[]> {
  const model = models[kind]();
  const learningRate = rateOf(model.learningRate);
  using training = await dataParallel({
    ...way,
    batch,
    shard: model.shard,
    loss: model.loss,
    update: p => sgdOne(p, { learningRate }),
    seed: 3,
    dtype,
  });
  const losses: number[] = [];
  for (const [n, { x, label }] of batchesFor(model).entries()) {
    losses.push((await training.step({ x, label }, { step: n })).loss);
  }
  return losses;
}

function expectClose(found: readonly number[], expected: readonly number[], within: number): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((loss, i) => {
    const wanted = expected[i] ?? NaN;
    expect(Math.abs(loss - wanted), `step ${i}: ${loss}, not ${wanted}`).toBeLessThan(
      within * wanted,
    );
  });
}

describe.each(Object.keys(models) as Kind[])('%s', kind => {
  test('learns', { timeout: 60_000 }, async () => {
    const curve = await plainCurve(kind, 'f64');
    expect(curve.at(-2)).toBeLessThan(0.99 * (curve[0] ?? NaN));
  });

  test.each([2, 4])('has the loss curve of one device on %i', { timeout: 60_000 }, async count => {
    const all = await parallelCurve(kind, 'f64', { devices: count });
    expectClose(all, await plainCurve(kind, 'f64'), 1e-10);
  });

  test('on one device, bit for bit', { timeout: 60_000 }, async () => {
    const one = await parallelCurve(kind, 'f32', { devices: 1 });
    expect(one).toEqual(await plainCurve(kind, 'f32'));
  });

  test(
    'with as many shards, bit for bit on any number of devices',
    { timeout: 120_000 },
    async () => {
      const expected = await parallelCurve(kind, 'f32', { devices: 1, shards: 4 });
      expectClose(expected, await plainCurve(kind, 'f32'), 1e-5);
      for (const way of [
        { devices: 2, shards: 4 },
        { devices: 4 },
        { devices: 2, shards: 4, parameters: 'copy' },
        { devices: 4, parameters: 'copy' },
        // Each gradient is added up as soon as it is done.
        { devices: 2, shards: 4, bucketBytes: 1 },
        { devices: 4, parameters: 'copy', bucketBytes: 256 },
      ] as const) {
        expect(await parallelCurve(kind, 'f32', way)).toEqual(expected);
      }
    },
  );
});

describe('several ranks', { timeout: 60_000 }, () => {
  const curves = (kind: Kind, way: Way, size: number) =>
    Promise.all(
      inProcess(size).map((ranks, localRank) =>
        parallelCurve(kind, 'f32', { ...way, world: new World(ranks, { localRank }) }),
      ),
    );

  test.each(Object.keys(models) as Kind[])('%s: 4 of a device, in buckets', async kind => {
    const [first, ...others] = await curves(kind, { devices: 1 }, 4);
    expectClose(first ?? [], await plainCurve(kind, 'f32'), 1e-5);
    for (const other of others) expect(other).toEqual(first);
    const [inBuckets] = await curves(kind, { devices: 1, bucketBytes: 64 }, 4);
    expect(inBuckets).toEqual(first);
  });

  test('3 of two devices', async () => {
    const [first, ...others] = await curves('perceptron', { devices: 2, bucketBytes: 100 }, 3);
    expectClose(first ?? [], await plainCurve('perceptron', 'f32'), 1e-5);
    for (const other of others) expect(other).toEqual(first);
  });

  test('one rank is alone', async () => {
    const [one] = await curves('perceptron', { devices: 1 }, 1);
    expect(one).toEqual(await plainCurve('perceptron', 'f32'));
  });
});

describe('besides the curve', () => {
  async function open(devices: number | Devices, shards = 2) {
    const model = perceptron();
    const learningRate = rateOf(0.1);
    const params: Tensor[] = [];
    const training = await dataParallel({
      devices,
      shards,
      batch: 4,
      shard: model.shard,
      loss: model.loss,
      update: p => {
        params.push(p);
        return sgdOne(p, { learningRate, momentum: 0.9 });
      },
      keep: [learningRate],
      seed: 1,
    });
    return { training, learningRate, params };
  }
  const points = { x: [0, 1, 1, 0, -1, 1, 1, -1], label: [1, -1, 1, -1] };
  const one = { x: [0.5, 0.5], label: [1] };

  test('devices without shared memory get copies', async () => {
    using apart = new Devices(new ApartBackend(), { count: 2 });
    const [{ training: there }, { training: here }] = [await open(apart), await open(2)];
    for (const batch of [points, one, points]) {
      const [a, b] = [await there.step(batch, { step: 0 }), await here.step(batch, { step: 0 })];
      expect(a.loss).toBeCloseTo(b.loss, 6);
      expect(a.devices.map(({ name }) => name)).toEqual(['interp:0', 'interp:1']);
    }
    here[Symbol.dispose]();
    there[Symbol.dispose]();
    expect(apart.all).toHaveLength(2);
  });

  test('a batch with fewer examples than devices', async () => {
    const [{ training }, { training: single }] = [await open(3, 3), await open(1, 1)];
    for (const batch of [one, points, one]) {
      const [a, b] = [
        await training.step(batch, { step: 3 }),
        await single.step(batch, { step: 3 }),
      ];
      expect(a.loss).toBeCloseTo(b.loss, 6);
    }
    training[Symbol.dispose]();
    single[Symbol.dispose]();
  });

  test('devices are timed, and values read', async () => {
    const { training, learningRate } = await open(2);
    const { devices } = await training.step(points, { step: 10 });
    expect(devices.map(({ name }) => name)).toEqual(['cc:0', 'cc:1']);
    for (const { milliseconds } of devices) expect(milliseconds).toBeGreaterThan(0);
    expect(training.item(learningRate)).toBeCloseTo(0.1 * (1 - 10 / (2 * steps)), 6);
    expect((await training.read(learningRate)).dims).toEqual([]);
    expect(training.context.memory().arrays).toBe(5);
    training[Symbol.dispose]();
  });

  test('steps that are not waited for, one by one, have the same losses', async () => {
    const [{ training }, { training: patient }] = [await open(2), await open(2)];
    const batches = Array.from({ length: 40 }, (_, n) => {
      const rows = n % 4 === 3 ? 1 : 4;
      const x = Float32Array.from({ length: 2 * rows }, (_, i) => Math.sin(n + i));
      return { x, label: Float32Array.from({ length: rows }, (_, i) => (i % 2) * 2 - 1) };
    });
    const expected: number[] = [];
    for (const [step, batch] of batches.entries()) {
      expected.push((await patient.step(batch, { step })).loss);
    }
    const found = await Promise.all(batches.map((batch, step) => training.step(batch, { step })));
    expect(found.map(({ loss }) => loss)).toEqual(expected);
    training[Symbol.dispose]();
    patient[Symbol.dispose]();
  });

  test('what others write between two steps, and read after them', async () => {
    const curves: (readonly number[])[] = [];
    for (const devices of [1, 2]) {
      const { training, params } = await open(devices);
      const { context: ctx } = training;
      const [w1] = params;
      if (!w1) throw new Error('there are no parameters');
      const halve = await ctx.child().compile(cd`${w1} =: 0.5 *. ${w1}`);
      const seen: number[] = [];
      for (let n = 0; n < 6; n++) {
        const stepping = training.step(points, { step: n });
        if (n % 2 === 1) halve.run();
        const after = ctx.readSync(w1).data;
        seen.push((await stepping).loss, ...Array.from(after, Number));
        if (n === 3) ctx.write(w1, after.map(Math.abs));
      }
      curves.push(seen);
      training[Symbol.dispose]();
    }
    expect(curves[1]).toEqual(curves[0]);
  });

  test('a batch that does not fit', async () => {
    const { training } = await open(1, 1);
    const said = async (batch: unknown): Promise<string> => {
      try {
        await training.step(batch as typeof points);
      } catch (error) {
        if (error instanceof Error) return error.message.split('\n')[0] ?? '';
      }
      return 'nothing';
    };
    expect(await said({ x: [1, 2], label: [1, 1] })).toBe(
      'error[EINC0532]: a batch has 1 examples in `x` and 2 in `label`',
    );
    expect(await said({ x: [], label: [] })).toBe(
      'error[EINC0532]: a batch has 1 to 4 examples, not 0',
    );
    expect(await said({ x: new Float32Array(10), label: new Float32Array(5) })).toBe(
      'error[EINC0532]: a batch has 1 to 4 examples, not 5',
    );
    expect(await said({ x: [1, 2] })).toContain(
      '`label` of a batch has 1 numbers for each example',
    );
    expect(await said(5)).toContain('EINC0532');
    training[Symbol.dispose]();
  });
});
