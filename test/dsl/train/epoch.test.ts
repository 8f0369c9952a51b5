/** An epoch does what its steps would do one by one. */
import { describe, expect, test } from 'vitest';
import { Devices, op, symbol, World } from '../../../dsl/einc.ts';
import { dataParallel, type DataParallelOptions, sgdOne } from '../../../dsl/train/index.ts';
import { inProcess } from '../../../runtime/index.ts';
import { ApartBackend } from '../../support/apart-backend.ts';
import { messageOf } from '../../runtime/support.ts';
import { perceptron } from './models.ts';

const step = symbol('step', 1000);
const [batch, count] = [8, 205]; // 25 batches, and one of 5 examples
const batches = Math.ceil(count / batch);

type Options = Partial<DataParallelOptions<'x' | 'label'>>;

function open(options: Options = {}) {
  const model = perceptron();
  const learningRate = op`rate = 0.1 *. (1000 - !@${step}) /. 1000`;
  return dataParallel({
    devices: 2,
    batch,
    shard: model.shard,
    loss: model.loss,
    update: p => sgdOne(p, { learningRate, momentum: 0.9 }),
    seed: 1,
    ...options,
  });
}

const examples = {
  x: Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i * i)),
  label: Float32Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 1 : -1)),
};

function batchAt(n: number) {
  const [first, end] = [n * batch, Math.min(count, (n + 1) * batch)];
  return {
    x: examples.x.subarray(2 * first, 2 * end),
    label: examples.label.subarray(first, end),
  };
}

/** Three epochs, by steps that are waited for. */
async function stepByStep(options?: Options): Promise<readonly number[]> {
  using training = await open(options);
  const losses: number[] = [];
  for (let n = 0; n < 3 * batches; n++) {
    losses.push((await training.step(batchAt(n % batches), { step: 2 * n })).loss);
  }
  return losses;
}

async function byEpochs(options?: Options): Promise<readonly number[]> {
  using training = await open(options);
  const losses: number[] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    const first = 2 * epoch * batches;
    const given = { indices: { step: first }, advance: { step: 2 } };
    losses.push(...(await training.epoch(examples, given)).losses);
  }
  return losses;
}

describe('the losses of steps, bit for bit', { timeout: 60_000 }, () => {
  test.each<[string, Options]>([
    ['on one device', { devices: 1 }],
    ['on two', {}],
    ['in buckets', { bucketBytes: 1 }],
    ['with copies of the parameters', { parameters: 'copy' }],
    ['of f64', { dtype: 'f64' }],
  ])('%s', async (_, options) => {
    const losses = await byEpochs(options);
    expect(losses).toEqual(await stepByStep(options));
    expect(losses.at(-2)).toBeLessThan(losses[0] ?? NaN);
  });

  test('where commands are queued one by one', async () => {
    using one = new Devices(new ApartBackend(), { count: 2 });
    using other = new Devices(new ApartBackend(), { count: 2 });
    expect(await byEpochs({ devices: one })).toEqual(await stepByStep({ devices: other }));
  });

  test('of several ranks', async () => {
    const curves = await Promise.all(
      inProcess(2).map((ranks, localRank) =>
        byEpochs({ devices: 1, world: new World(ranks, { localRank }) }),
      ),
    );
    expect(curves[1]).toEqual(curves[0]);
    expect(curves[0]).toEqual(await stepByStep({ devices: 1, shards: 2 }));
  });
});

test('progress is told of, with the time that a step takes each device', async () => {
  using training = await open();
  const told: number[] = [];
  const { devices, losses } = await training.epoch(examples, {
    indices: { step: 0 },
    progress: (done, last) => {
      told.push(done);
      expect(last.devices.map(({ name }) => name)).toEqual(['cc:0', 'cc:1']);
      for (const { milliseconds } of last.devices) expect(milliseconds).toBeLessThan(1000);
    },
  });
  expect(told[0]).toBe(1);
  expect(told.at(-1)).toBe(batches);
  expect(told.length).toBeLessThan(batches);
  expect(losses).toHaveLength(batches);
  for (const { milliseconds } of devices) expect(milliseconds).toBeGreaterThan(0);
});

test('lists of numbers, and steps between two epochs', async () => {
  using training = await open();
  using patient = await open();
  const lists = { x: [...examples.x], label: [...examples.label] };
  const all = [
    ...(await training.epoch(lists, { indices: { step: 5 } })).losses,
    (await training.step(batchAt(3), { step: 6 })).loss,
    ...(await training.epoch(batchAt(2), { indices: { step: 7 } })).losses,
  ];
  const expected: number[] = [];
  for (let n = 0; n < batches; n++) {
    expected.push((await patient.step(batchAt(n), { step: 5 })).loss);
  }
  expected.push((await patient.step(batchAt(3), { step: 6 })).loss);
  expected.push((await patient.step(batchAt(2), { step: 7 })).loss);
  expect(all).toEqual(expected);
});

test('what does not fit is refused', async () => {
  using training = await open();
  const said = async (...given: readonly unknown[]): Promise<string | undefined> => {
    const call = training.epoch as (...all: readonly unknown[]) => Promise<unknown>;
    const message = await messageOf(() => call(...given));
    return message.split('\n')[0]?.replace('UserError: ', '');
  };
  expect(await said({ x: [], label: [] })).toBe(
    'error[EINC0532]: an epoch has at least one example, not 0',
  );
  expect(await said({ x: [1, 2], label: [1, 1] })).toBe(
    'error[EINC0532]: an epoch has 1 examples in `x` and 2 in `label`',
  );
  expect(await said(examples, { advnce: {} })).toBe(
    'error[EINC0530]: `epoch` has no option `advnce`',
  );
  expect(await said(examples, { advance: 1 })).toBe(
    'error[EINC0530]: the option `advance` of `epoch` is an object of numbers, not the number 1',
  );
  expect(await said(examples, { progress: true })).toBe(
    'error[EINC0530]: the option `progress` of `epoch` is a function, not the boolean true',
  );
  expect(await said(examples, { indices: { step: 1 }, advance: { stp: 1 } })).toBe(
    'error[EINC0506]: `epoch` has no static symbol `stp`',
  );
  // Of the last step; and no step has been taken.
  const [w] = (await training.gather()).map(({ buffer }) => [...buffer.read()]);
  expect(await said(examples, { indices: { step: 980 }, advance: { step: 1 } })).toBe(
    'error[EINC0506]: the static symbol `step` must be an integer from 0 to 999, not 1005',
  );
  expect([...((await training.gather())[0]?.buffer.read() ?? [])]).toEqual(w);
});
