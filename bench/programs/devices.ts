/**
 * Trains the image network in several ways: 0, by one routine on one core, with all examples in memory; n, by
 * epochs of `dataParallel` on n devices of one core each; then by one routine that is fed the examples of each step; and finally,
 * for several devices, by a routine on each, training independent models. Prints the first losses of each way,
 * then for each way and count that it reads the time of that many steps, in seconds.
 *
 *   devices.ts SIZE DTYPE MOST
 */
import { createInterface } from 'node:readline';
import { context, devices, op, sequence, tensor } from 'einc';
import { dataParallel, gradUpdate, sgdOne, sgdUpdate } from 'einc/train';
import { lossSteps } from '../benchmark.ts';
import { crossEntropy } from '../cross-entropy.ts';
import { choices, kaiming, noise } from '../inputs.ts';
import { perceptron, type PerceptronSize } from '../mlp.ts';

const size = JSON.parse(process.argv[2] ?? '') as PerceptronSize;
const dtype = process.argv[3] === 'f64' ? 'f64' : 'f32';
const most = Number(process.argv[4]);
const { batches, batchSize, inputs, hidden, classes, learningRate, momentum } = size;

using cores = await devices({ count: 2 });

/** Takes so many steps; resolves to their losses. */
type Train = (steps: number) => Promise<readonly number[]>;

async function byOneRoutine(): Promise<Train> {
  const { loss, update, indices = () => ({}) } = perceptron(size);
  const [on] = cores;
  if (!on) throw new Error('there are no devices');
  const ctx = await context({ on, dtype });
  const routine = await ctx.compile(update, { keep: [loss] });
  let n = 0;
  return steps => {
    const losses = Array.from({ length: steps }, () => {
      routine.runSync(indices(n++));
      return ctx.item(loss);
    });
    return Promise.resolve(losses);
  };
}

const count = batches * batchSize;
const [pictures, labels] = [noise(count * inputs, 1), choices(count, 2, classes)];

/** The n-th batch, round and round. */
function batchAt(n: number) {
  const first = (n % batches) * batchSize;
  return {
    picture: pictures.subarray(first * inputs, (first + batchSize) * inputs),
    label: labels.slice(first, first + batchSize),
  };
}

function newModel() {
  const [w1, w2, w3] = [
    kaiming(inputs, hidden, 3),
    kaiming(hidden, hidden, 4),
    kaiming(hidden, classes, 5),
  ];
  return op`
    mlp(x) = { b3 = 0 } + { w3 = ${w3}; o = [${classes}]; i = [${hidden}] }
      * relu({ b2 = 0 } + { w2 = ${w2}; o = [${hidden}]; i = [${hidden}] }
      * relu({ b1 = 0 } + { w1 = ${w1}; o = [${hidden}]; i = [${inputs}] } * x))`;
}

/** By hand what `step` of `dataParallel` does on one device: examples come with each step, and the step is waited for. */
async function byOneRoutineFed(): Promise<Train> {
  const shape = { batch: [batchSize] };
  const first = batchAt(0);
  const picture = tensor(first.picture, { label: 'picture', ...shape, output: [inputs] });
  const label = tensor(first.label, { label: 'label', ...shape, output: [1] });
  const loss = op`loss = ${crossEntropy(newModel()(picture), label)} /. ${batchSize}`;
  const [on] = cores;
  if (!on) throw new Error('there are no devices');
  const ctx = await context({ on, dtype });
  const descent = sgdUpdate(loss, { learningRate, momentum });
  const routine = await ctx.compile(sequence([gradUpdate(loss), descent]), { keep: [loss] });
  let n = 0;
  return async steps => {
    const losses: number[] = [];
    while (losses.length < steps) {
      const batch = batchAt(n++);
      ctx.write(picture, batch.picture);
      ctx.write(label, batch.label);
      await routine.run();
      losses.push(ctx.item(loss));
    }
    return losses;
  };
}

/**
 * A model on each device, which knows nothing of the others, with all examples in memory and its steps queued: a step of each is done in
 * the time that the machine needs for as many.
 */
async function independent(): Promise<Train> {
  const models = await Promise.all(
    [...cores].map(async on => {
      const { loss, update, indices = () => ({}) } = perceptron(size);
      const ctx = await context({ on, dtype });
      return { ctx, loss, indices, routine: await ctx.compile(update, { keep: [loss] }) };
    }),
  );
  let n = 0;
  return async steps => {
    const queued = Array.from({ length: steps }, () => {
      const step = n++;
      return models.map(({ routine, indices }) => routine.run(indices(step)));
    });
    await Promise.all(queued.at(-1) ?? []);
    return models.map(({ ctx, loss }) => ctx.item(loss)).slice(0, 1);
  };
}

async function onDevices(shards: number): Promise<Train> {
  const model = newModel();
  const trainer = await dataParallel({
    devices: cores,
    shards,
    batch: batchSize,
    shard: { picture: { output: [inputs] }, label: { output: [1] } },
    loss: ({ picture, label }, of) => op`loss = ${crossEntropy(model(picture), label)} /. ${of}`,
    update: p => sgdOne(p, { learningRate, momentum }),
    dtype,
  });
  return async steps => {
    const losses: number[] = [];
    while (losses.length < steps) {
      const examples = Math.min(batches, steps - losses.length) * batchSize;
      const epoch = await trainer.epoch({
        picture: pictures.subarray(0, examples * inputs),
        label: labels.slice(0, examples),
      });
      losses.push(...epoch.losses);
    }
    return losses;
  };
}

const ways = [await byOneRoutine()];
for (let n = 1; n <= most; n++) ways.push(await onDevices(n));
ways.push(await byOneRoutineFed());
if (most > 1) ways.push(await independent());

const losses: (readonly number[])[] = [];
for (const train of ways) losses.push(await train(lossSteps));
console.log(JSON.stringify(losses));
for await (const order of createInterface(process.stdin)) {
  const [way = 0, calls = 0] = order.split(' ').map(Number);
  const train = ways[way];
  if (!train) break;
  const before = performance.now();
  await train(calls);
  console.log(String((performance.now() - before) / 1000));
}
process.exit(0);
