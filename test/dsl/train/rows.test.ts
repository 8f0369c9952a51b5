/** Parameters so large that devices share their rows: the same bits as where one device has all. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cd, type Code, op, type Tensor } from '../../../dsl/einc.ts';
import { dataParallel, resumeFrom, saveCheckpoint, sgdOne } from '../../../dsl/train/index.ts';
import { bitsOf } from '../../support/rank-values.ts';

const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** 67 x 1000 numbers, of which no number of devices has as many rows as another; and some that one has. */
const [batch, inputs, hidden] = [8, 1000, 67];
const momentum = (p: Tensor): Code => sgdOne(p, { learningRate: 0.05, momentum: 0.9 });
/** Rows of the gradient are not apart. */
const byNorm = (p: Tensor): Code => cd`
  ~~(${p} "by norm";
    { square } =: ${p}.grad *. ${p}.grad;
    { squares } =:+ square ~logic:"...|...->... => 0";
    ${p} =- 0.05 *. ${p}.grad /. sqrt(squares + 1))`;

const values = (n: number, seed: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(seed + 7 * i));
const batchAt = (n: number, count = batch) => ({
  x: values(count * inputs, n),
  y: values(count, n + 0.5),
});

interface Way {
  readonly devices: number;
  readonly parameters?: 'point' | 'copy';
  readonly backend?: 'cc' | 'interp';
}

async function open(update: (p: Tensor) => Code, way: Way) {
  const model = op`net(x) = { w2; o = [1] } * tanh({ b1 = 0; o = [${hidden}] } + { w1; o = [${hidden}] } * x)`;
  const training = await dataParallel({
    ...way,
    shards: 4,
    batch,
    shard: { x: { output: [inputs] }, y: { output: [1] } },
    loss: ({ x, y }, count) =>
      op`loss = (((${model}(${x}) - ${y}) **. 2) ++ "...|... => 0") /. ${count}`,
    update,
    seed: 5,
  });
  return { training, params: Object.values(model.params) };
}

/** The bits of all parameters, and the losses, after some steps. */
async function trained(update: (p: Tensor) => Code, way: Way) {
  const opened = await open(update, way);
  using training = opened.training;
  const losses: number[] = [];
  for (let n = 0; n < 6; n++) {
    losses.push((await training.step(batchAt(n, n === 3 ? 5 : batch))).loss);
  }
  const bits = [];
  for (const p of opened.params) bits.push(bitsOf((await training.read(p)).data));
  return { losses, bits };
}

describe.each([
  ['momentum', momentum],
  ['an update by the norm of the whole gradient', byNorm],
] as const)('%s', (_, update) => {
  test('has the bits of one device on 2, 3 and 4', { timeout: 60_000 }, async () => {
    const one = await trained(update, { devices: 1 });
    for (const devices of [2, 3, 4]) {
      expect(await trained(update, { devices })).toEqual(one);
    }
  });

  test('also with copies of the parameters', { timeout: 60_000 }, async () => {
    const one = await trained(update, { devices: 1, parameters: 'copy' });
    for (const devices of [2, 4]) {
      expect(await trained(update, { devices, parameters: 'copy' })).toEqual(one);
    }
    const { losses } = await trained(update, { devices: 2 });
    losses.forEach((loss, i) => expect(loss / (one.losses[i] ?? NaN)).toBeCloseTo(1, 5));
  });
});

test('a checkpoint has the rows of all devices', { timeout: 60_000 }, async () => {
  const file = join(folder, 'rows.safetensors');
  using first = (await open(momentum, { devices: 4 })).training;
  for (let n = 0; n < 3; n++) await first.step(batchAt(n));
  await saveCheckpoint(first, file, { step: 3 });
  using again = (await open(momentum, { devices: 2 })).training;
  expect(await resumeFrom(again, file)).toBe(3);
  for (let n = 3; n < 6; n++) {
    const { loss } = await first.step(batchAt(n));
    expect((await again.step(batchAt(n))).loss).toBe(loss);
  }
});
