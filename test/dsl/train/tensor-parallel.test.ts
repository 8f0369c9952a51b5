/** Code whose hidden axis is divided among devices computes what it computes on one. */
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
import {
  gradUpdate,
  sgdUpdate,
  type TensorParallel,
  tensorParallel,
} from '../../../dsl/train/index.ts';
import { inProcess } from '../../../runtime/index.ts';
import { ApartBackend } from '../../support/apart-backend.ts';

const [rows, inputs, hidden, outputs] = [24, 5, 16, 3];
const values = (n: number, seed: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(seed + 7 * i));
const given = {
  x: tensor(values(rows * inputs, 1), { label: 'x', batch: [rows], output: [inputs] }),
  y: tensor(values(rows * outputs, 2), { label: 'y', batch: [rows], output: [outputs] }),
};
const step = symbol('step');

interface Model {
  readonly loss: Tensor;
  readonly params: readonly Tensor[];
}

function modelOf(net: (x: Tensor) => Tensor): Model {
  const { x, y } = given;
  const loss = op`loss = ((${net(x)} - ${y}) **. 2 ++ "...|... => 0") /. ${rows}`;
  return { loss, params: Object.values(loss.params) };
}

/** Two layers: one sum over the hidden axis in the forward pass. */
function mlp(): Model {
  return modelOf(op<(x: Tensor) => Tensor>`
    mlp(x) = { b2; o = [${outputs}] } + { w2 } * relu({ b1; o = [hidden:${hidden}] } + { w1 } * x)`);
}

/** A layer before them, and a gate along the hidden axis, with all kinds of first values. */
function deep(): Model {
  return modelOf(x => {
    const h = op`h = tanh({ w0 = orthogonal; o = [6] } * ${x})`;
    const gate = op`gate = sigmoid({ b = 0.5; o = [hidden:${hidden}] } + { u = uniform(7) - 0.5 } * ${h})`;
    return op`{ w2 = orthogonal; o = [${outputs}] } * (relu({ w1 = xavier } * ${h}) *. ${gate})`;
  });
}

type Dtype = 'f32' | 'f64';
const turns = 12;

function trainingOf({ loss }: Model) {
  const learningRate = op`learning_rate = 0.05 *. (${2 * turns} - !@${step}) /. ${2 * turns}`;
  return sequence([gradUpdate(loss), sgdUpdate(loss, { learningRate, momentum: 0.9 })]);
}

async function alone(model: Model, dtype: Dtype) {
  using ctx = await context({ seed: 1, dtype });
  const routine = await ctx.compile(trainingOf(model), { keep: [model.loss] });
  const losses: number[] = [];
  for (let n = 0; n < turns; n++) {
    routine.runSync({ step: n });
    losses.push(ctx.item(model.loss));
  }
  return { losses, params: model.params.map(p => ctx.readSync(p).data) };
}

async function together(model: Model, dtype: Dtype, devices: number | Devices) {
  using training = await tensorParallel(trainingOf(model), {
    ...{ axis: 'hidden', devices, seed: 1, dtype },
    keep: [model.loss],
  });
  return await outcome(training, model);
}

async function outcome(training: TensorParallel, { loss, params }: Model) {
  const losses: number[] = [];
  for (let n = 0; n < turns; n++) {
    await training.run({ step: n });
    losses.push(training.item(loss));
  }
  const read = [];
  for (const p of params) read.push((await training.read(p)).data);
  return { losses, params: read, sums: training.sums };
}

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>, within: number): void {
  expect(found).toHaveLength(wanted.length);
  const scale = Math.max(...Array.from(wanted, Math.abs));
  Array.from(wanted).forEach((value, i) => {
    expect(Math.abs((found[i] ?? NaN) - value)).toBeLessThanOrEqual(within * scale);
  });
}

describe.each([
  ['two layers', mlp],
  ['with a layer below', deep],
])('%s', (_, make) => {
  test.each([
    ['f32', 1e-5],
    ['f64', 1e-12],
  ] as const)('train to the same losses: %s', async (dtype, within) => {
    const model = make();
    const expected = await alone(model, dtype);
    expect(expected.losses.at(-1)).toBeLessThan(0.99 * (expected.losses[0] ?? 0));
    for (const devices of [1, 2, 4]) {
      const { losses, params } = await together(model, dtype, devices);
      expectClose(losses, expected.losses, within);
      params.forEach((cells, i) => expectClose(cells, expected.params[i] ?? [], within));
    }
  });

  test('on devices that share no memory', async () => {
    using apart = new Devices(new ApartBackend(), { count: 2 });
    const model = make();
    const { losses } = await together(model, 'f32', apart);
    expectClose(losses, (await alone(model, 'f32')).losses, 1e-5);
  });

  test.each([2, 4])('on %i ranks of a world', async size => {
    const model = make();
    const expected = await alone(model, 'f32');
    const worlds = inProcess(size).map((ranks, localRank) => new World(ranks, { localRank }));
    const all = await Promise.all(
      worlds.map(async world => {
        using training = await tensorParallel(trainingOf(model), {
          ...{ axis: 'hidden', world, seed: 1, backend: 'interp' },
          keep: [model.loss],
        });
        return await outcome(training, model);
      }),
    );
    for (const { losses, params } of all) {
      expect(losses).toEqual(all[0]?.losses);
      expect(params).toEqual(all[0]?.params);
      expectClose(losses, expected.losses, 1e-5);
    }
  });
});

test('what is added up: once forward, and once backward where something is below', async () => {
  expect((await together(mlp(), 'f32', 2)).sums).toMatchInlineSnapshot(`
    [
      "matmul2",
    ]
  `);
  expect((await together(deep(), 'f32', 2)).sums).toMatchInlineSnapshot(`
    [
      "matmul4",
      "h.grad",
    ]
  `);
});

test('each device holds its share', async () => {
  const model = mlp();
  for (const devices of [1, 2, 4]) {
    using training = await tensorParallel(trainingOf(model), {
      ...{ axis: 'hidden', devices, seed: 1, backend: 'interp' },
    });
    const state = 4 * 2 * hidden * (inputs + 1 + outputs); // w1, b1, w2 and their momentum
    const between = 4 * hidden * rows; // what the first part leaves for the second
    const others = training.memory().map(({ bytes }) => bytes - (state + between) / devices);
    // b2 and its momentum, the loss; x, y, and what is added up.
    const whole = 4 * (2 * outputs + 1 + rows * (inputs + 2 * outputs));
    expect(others).toEqual(Array(devices).fill(whole));
  }
});

describe('sums over a divided axis', () => {
  const v = tensor(values(hidden, 3), { label: 'v', output: [`hidden:${hidden}`] });

  /** What code leaves in some arrays, on one device and on two. */
  async function both(code: Parameters<typeof tensorParallel>[0], read: readonly Tensor[]) {
    using ctx = await context({ backend: 'interp' });
    const routine = await ctx.compile(code, { keep: read });
    using training = await tensorParallel(code, {
      ...{ axis: 'hidden', devices: 2, backend: 'interp', keep: read },
    });
    const found = [];
    for (let n = 0; n < 2; n++) {
      routine.runSync();
      await training.run();
      for (const t of read) {
        found.push([(await training.read(t)).data, ctx.readSync(t).data] as const);
      }
    }
    for (const [here, there] of found) expectClose(here, there, 1e-6);
    return training.sums;
  }

  test('into what was there, or taken from it', async () => {
    const total = tensor([1, 2], { label: 'total', output: [2] });
    const code = cd`
      ${total} =+ ${v} ~logic:"i => 0";
      ${total}[1] =- ${v} *. ${v} ~logic:"i; i => ";
      ${v} =+ ${total}[0]`;
    expect(await both(code, [total, v])).toMatchInlineSnapshot(`
      [
        "total.partial",
        "total.partial2",
      ]
    `);
  });

  test('of all gradients, for their norm', async () => {
    const { loss, params } = mlp();
    const norm = tensor([0], { label: 'norm', output: [] as const });
    const code = cd`
      ${gradUpdate(loss)};
      ${norm} =: 0;
      ${params.map(p => cd`${norm} =+ ${p}.grad *. ${p}.grad ~logic:"...|...->...; ...|...->... => "`)};
      ${params.map(p => cd`${p} =- 0.1 *. ${p}.grad /. (1 + sqrt(${norm}))`)}`;
    await both(code, [norm, ...params]);
  });
});
