/**
 * Trains the network for pictures in several ways: 0, by one routine on one core; n, by `dataParallel` on n devices
 * of a core each. Prints the first losses of each, then for each way and count that it reads the seconds
 * of so many steps.
 *
 *   devices.ts SIZE DTYPE MOST
 */
import { createInterface } from 'node:readline';
import { context, devices, op } from 'einc';
import { dataParallel, sgdOne } from 'einc/train';
import { lossSteps } from '../benchmark.ts';
import { crossEntropy } from '../cross-entropy.ts';
import { choices, kaiming, noise } from '../inputs.ts';
import { timed } from '../measure.ts';
import { perceptron, type PerceptronSize } from '../mlp.ts';

const size = JSON.parse(process.argv[2] ?? '') as PerceptronSize;
const dtype = process.argv[3] === 'f64' ? 'f64' : 'f32';
const most = Number(process.argv[4]);
const { batches, batchSize, inputs, hidden, classes, learningRate, momentum } = size;

using cores = await devices({ count: 2 });

/** A step, which resolves to its loss. */
type Step = () => Promise<number>;

async function byOneRoutine(): Promise<Step> {
  const { loss, update, indices = () => ({}) } = perceptron(size);
  const [on] = cores;
  if (!on) throw new Error('there are no devices');
  const ctx = await context({ on, dtype });
  const routine = await ctx.compile(update, { keep: [loss] });
  let n = 0;
  return () => {
    routine.runSync(indices(n++));
    return Promise.resolve(ctx.item(loss));
  };
}

async function onDevices(shards: number): Promise<Step> {
  const count = batches * batchSize;
  const [pictures, labels] = [noise(count * inputs, 1), choices(count, 2, classes)];
  const [w1, w2, w3] = [
    kaiming(inputs, hidden, 3),
    kaiming(hidden, hidden, 4),
    kaiming(hidden, classes, 5),
  ];
  const model = op`
    mlp(x) = { b3 = 0 } + { w3 = ${w3}; o = [${classes}]; i = [${hidden}] }
      * relu({ b2 = 0 } + { w2 = ${w2}; o = [${hidden}]; i = [${hidden}] }
      * relu({ b1 = 0 } + { w1 = ${w1}; o = [${hidden}]; i = [${inputs}] } * x))`;
  const trainer = await dataParallel({
    devices: cores,
    shards,
    batch: batchSize,
    shard: { picture: { output: [inputs] }, label: { output: [1] } },
    loss: ({ picture, label }, of) => op`loss = ${crossEntropy(model(picture), label)} /. ${of}`,
    update: p => sgdOne(p, { learningRate, momentum }),
    dtype,
  });
  let n = 0;
  return async () => {
    const first = (n++ % batches) * batchSize;
    const { loss } = await trainer.step({
      picture: pictures.subarray(first * inputs, (first + batchSize) * inputs),
      label: labels.slice(first, first + batchSize),
    });
    return loss;
  };
}

const ways = [await byOneRoutine()];
for (let n = 1; n <= most; n++) ways.push(await onDevices(n));

const losses: number[][] = ways.map(() => []);
for (const [i, step] of ways.entries()) {
  for (let n = 0; n < lossSteps; n++) losses[i]?.push(await step());
}
console.log(JSON.stringify(losses));
for await (const order of createInterface(process.stdin)) {
  const [way = 0, calls = 0] = order.split(' ').map(Number);
  const step = ways[way];
  if (!step) break;
  console.log(
    String(
      await timed(async () => {
        await step();
      })(calls),
    ),
  );
}
process.exit(0);
