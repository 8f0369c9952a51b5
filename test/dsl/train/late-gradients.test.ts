/** Gradients that are summed over the examples of all devices at once. */
import { describe, expect, test } from 'vitest';
import { cd, type Code, op, type Tensor } from '../../../dsl/einc.ts';
import { callSite } from '../../../dsl/language/call-site.ts';
import { dataParallel, type DataParallelOptions, sgdOne } from '../../../dsl/train/index.ts';
import { lateGradients } from '../../../dsl/train/late-gradients.ts';
import { ShardCode } from '../../../dsl/train/shard-code.ts';

const [batch, inputs] = [10, 256];
/** Where rounding shows in no loss. */
const dtype = 'f64';
type Model = (x: Tensor) => Tensor;
type Options = DataParallelOptions<'x' | 'y'>;

const descent = (p: Tensor): Code => sgdOne(p, { learningRate: 0.02, momentum: 0.9 });
const models = {
  'a large layer': () =>
    op<Model>`net(x) = { w2; o = [1] } * tanh({ b1 = 0; o = [70] } + { w1; o = [70] } * x)`,
  'a layer that is used twice': () =>
    op<Record<'net', Model>>`
      layer(x) = tanh({ w1; o = [${inputs}]; i = [${inputs}] } * x);
      net(x) = { w2; o = [1] } * layer(layer(x))`.net,
} as const;
type Kind = keyof typeof models;

function optionsFor(kind: Kind, update: Options['update'] = descent) {
  const model = models[kind]();
  const loss: Options['loss'] = ({ x, y }, count) =>
    op`loss = (((${model(x)} - ${y}) **. 2) ++ "...|... => 0") /. ${count}`;
  return { batch, shard: { x: { output: [inputs] }, y: { output: [1] } }, loss, update };
}

function lateIn(kind: Kind, sizes: readonly number[]): readonly string[] {
  const span = callSite(lateIn);
  const code = new ShardCode<'x' | 'y'>(optionsFor(kind), Math.max(...sizes), span);
  const late = lateGradients(code, sizes, 'f32');
  return [...(late?.params ?? [])].map(({ label }) => label ?? '');
}

test.each([
  ['a large layer', [3, 3, 2, 2], ['w1']],
  ['a large layer', [400, 400], []], // more examples than the gradient has rows
  ['a layer that is used twice', [3, 3, 2, 2], []],
] as const)('%s, parts of %j: %j', (kind, sizes, expected) => {
  expect(lateIn(kind, sizes)).toEqual(expected);
});

const values = (n: number, seed: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed + 7 * i));

/** Losses of batches of several sizes, of which one has fewer examples than there are devices. */
async function curve(
  kind: Kind,
  way: Pick<Options, 'backend' | 'devices' | 'dtype' | 'shards'>,
  update = descent,
): Promise<readonly number[]> {
  using training = await dataParallel({ ...optionsFor(kind, update), ...way, seed: 5 });
  const losses: number[] = [];
  for (const [n, count] of [10, 10, 7, 10, 3, 10, 7, 10].entries()) {
    const step = training.step({ x: values(count * inputs, n), y: values(count, n + 0.5) });
    losses.push((await step).loss);
  }
  return losses;
}

function expectClose(losses: readonly number[], expected: readonly number[]): void {
  losses.forEach((loss, i) => expect(loss / (expected[i] ?? NaN)).toBeCloseTo(1, 9));
}

describe.each(Object.keys(models) as Kind[])('%s', kind => {
  test('learns as on one device', { timeout: 60_000 }, async () => {
    const one = await curve(kind, { devices: 1, dtype });
    for (const devices of [2, 4]) expectClose(await curve(kind, { devices, dtype }), one);
  });

  test('bit for bit on any number of devices', { timeout: 60_000 }, async () => {
    const one = await curve(kind, { devices: 1, shards: 4 });
    for (const devices of [2, 3, 4]) expect(await curve(kind, { devices, shards: 4 })).toEqual(one);
  });
});

test('a layer that is not updated', { timeout: 60_000 }, async () => {
  const frozen = (p: Tensor): Code => (p.label === 'w1' ? cd`~~("frozen"; ${[]})` : descent(p));
  const one = await curve('a large layer', { devices: 1, dtype }, frozen);
  expectClose(await curve('a large layer', { devices: 2, dtype }, frozen), one);
});

test('a large layer, interpreted', { timeout: 60_000 }, async () => {
  const one = await curve('a large layer', { devices: 1, dtype });
  expectClose(await curve('a large layer', { devices: 2, dtype, backend: 'interp' }), one);
});
