/**
 * Trains the image network in several ways: 0, by one routine on one core, with all examples in memory; n, by
 * `dataParallel` on n devices of one core each; then by one routine that is fed the examples of each step; and finally,
 * for several devices, by such a routine on each, training independent models. Prints the first losses of each way,
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

/** By hand what `dataParallel` does on one device: examples come with each step, and the step is waited for. */
async function byOneRoutineFed(on = cores.all[0]): Promise<Step> {
  const shape = { batch: [batchSize] };
  const first = batchAt(0);
  const picture = tensor(first.picture, { label: 'picture', ...shape, output: [inputs] });
  const label = tensor(first.label, { label: 'label', ...shape, output: [1] });
  const loss = op`loss = ${crossEntropy(newModel()(picture), label)} /. ${batchSize}`;
  if (!on) throw new Error('there are no devices');
  const ctx = await context({ on, dtype });
  const descent = sgdUpdate(loss, { learningRate, momentum });
  const routine = await ctx.compile(sequence([gradUpdate(loss), descent]), { keep: [loss] });
  let n = 0;
  return async () => {
    const batch = batchAt(n++);
    ctx.write(picture, batch.picture);
    ctx.write(label, batch.label);
    await routine.run();
    return ctx.item(loss);
  };
}

/** A model on each device, which knows nothing of the others: a step of each is done in the time that the machine needs for as many. */
async function independent(): Promise<Step> {
  const steps = await Promise.all(cores.all.map(on => byOneRoutineFed(on)));
  return async () => (await Promise.all(steps.map(step => step())))[0] ?? NaN;
}

async function onDevices(shards: number): Promise<Step> {
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
  let n = 0;
  return async () => (await trainer.step(batchAt(n++))).loss;
}

const ways = [await byOneRoutine()];
for (let n = 1; n <= most; n++) ways.push(await onDevices(n));
ways.push(await byOneRoutineFed());
if (most > 1) ways.push(await independent());

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
