/**
 * Two half-moons told apart by a small network: the program of the OCANNL slides.
 *
 *   npm run moons                            trains, then draws four plots
 *   npm run moons -- --seed 3 --epochs 20
 *   npm run moons -- --devices 4             divides each batch among them; 'all': one for each core
 *   npm run --silent moons -- --json         one JSON object instead of text
 *
 * Every 10 points are a batch, 80 batches an epoch; the loss of an epoch is the sum of its batches'.
 * With `--devices` a batch has four parts, however few compute them, so that 1, 2, 3 and 4 devices find the same
 * losses, to the bit; `--shards` is another number of parts.
 * 80 epochs take well under a second, the first compile aside.
 */
import { availableParallelism as cores } from 'node:os';
import { parseArgs } from 'node:util';
import { context, forward, op, sequence, symbol, tensor } from 'einc';
import { halfMoons, pointsOf } from 'einc/data';
import { cellCentres, linePlot, scatterPlot, significant } from 'einc/plot';
import { dataParallel, gradUpdate, progressBar, sgdOne, sgdUpdate } from 'einc/train';

const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '80' },
    devices: { type: 'string' },
    shards: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [seed, epochs] = [Number(flags.seed), Number(flags.epochs)];
const devices = flags.devices === 'all' ? 'all' : Number(flags.devices ?? 1);
const shards = Number(flags.shards ?? Math.max(4, devices === 'all' ? cores() : devices));
const isCount = (n: number): boolean => Number.isSafeInteger(n) && n > 0;
const isUsable = Number.isSafeInteger(seed) && isCount(epochs) && isCount(shards);
if (flags.help || !isUsable || !(devices === 'all' || isCount(devices))) {
  console.log(
    'moons [--seed INTEGER] [--epochs POSITIVE_INTEGER] [--devices COUNT] [--shards COUNT] [--json]',
  );
  process.exit(flags.help ? 0 : 2);
}

// The data: 800 points, in batches of 10.
const [batchSize, batches] = [10, 80];
const steps = epochs * batches;
const moons = halfMoons({ points: 400, seed });
const [batch, step] = [symbol('batch', batches), symbol('step')];
const rows = { batch: [batches, batchSize] };
const flat = tensor(moons.coordinates, { label: 'moons_flat', ...rows, output: [2] });
const classes = tensor(moons.labels, { label: 'moons_classes', ...rows, output: [1] });

// The model and its loss.
const mlp = op`
  mlp(x) = { w3 } * relu({ b2; o = [16] } + { w2 } * relu({ b1; o = [16] } + { w1 } * x))`;
const input = op`moons_input = ${flat} @| ${batch}`;
const label = op`moons_class = ${classes} @| ${batch}`;
const margin = op`margin_loss = relu(1 - ${label} *. ${mlp}(${input}))`;
const loss = op`scalar_loss = (${margin} ++ "...|... => 0") /. ${batchSize}`;
const learningRate = op`learning_rate = 0.1 *. (2 *. ${steps} - !@${step}) /. ${steps}`;

// One routine for the whole step: forward, gradients, update.
using ctx = await context({ seed });
const descent = { learningRate, weightDecay: 0.0001 };
const update = sequence([gradUpdate(loss), sgdUpdate(loss, descent)]);
const sgd = await ctx.compile(update, { keep: [learningRate] });
const onOneDevice = (b: number, n: number): readonly [loss: number, rate: number] => {
  sgd.runSync({ batch: b, step: n });
  return [ctx.item(loss), ctx.item(learningRate)];
};

// The same on several: each takes a part of the batch, and their gradients are added up.
using parallel =
  flags.devices === undefined
    ? undefined
    : await dataParallel({
        devices,
        shards,
        batch: batchSize,
        shard: { points: { output: [2] }, label: { output: [1] } },
        loss: ({ points, label: own }, count) => op`
          part_loss = (relu(1 - ${own} *. ${mlp}(${points})) ++ "...|... => 0") /. ${count}`,
        update: p => sgdOne(p, descent),
        keep: [learningRate],
        seed,
      });
const bar = progressBar({ steps });
const deviceTimes = new Map<string, number>();
const onSeveral = async (
  training: NonNullable<typeof parallel>,
  b: number,
  n: number,
): Promise<readonly [loss: number, rate: number]> => {
  const [first, end] = [b * batchSize, (b + 1) * batchSize];
  const points = moons.coordinates.subarray(2 * first, 2 * end);
  const result = await training.step(
    { points, label: moons.labels.subarray(first, end) },
    { step: n },
  );
  bar.show(n + 1, result);
  for (const { name, milliseconds } of result.devices) {
    deviceTimes.set(name, (deviceTimes.get(name) ?? 0) + milliseconds);
  }
  return [result.loss, training.item(learningRate)];
};

// Train.
const rates: number[] = [];
const losses: number[] = [];
const epochLosses: number[] = [];
const sparsely = Math.max(1, Math.floor(steps / 40));
let [epochLoss, firstStep, training] = [0, 0, 0];
for (let epoch = 1, n = 0; epoch <= epochs; epoch++) {
  epochLoss = 0;
  for (let b = 0; b < batches; b++, n++) {
    const before = performance.now();
    const [lossNow, rate] = parallel ? await onSeveral(parallel, b, n) : onOneDevice(b, n);
    training += performance.now() - before;
    if (n === 0) firstStep = performance.now();
    epochLoss += lossNow;
    losses.push(lossNow);
    rates.push(rate);
    if (!flags.json && (n < 10 || (n + 1) % sparsely === 0)) {
      bar.clear();
      const [lr, l, el] = [rate, lossNow, epochLoss].map(x => significant(x));
      console.log(`Epoch=${epoch}, step=${n}, batch=${b}, lr=${lr}, loss=${l}, epoch loss=${el}`);
    }
  }
  epochLosses.push(epochLoss);
}

bar.clear();
const trained = parallel?.context ?? ctx;

// How the network sees the points, and the plane around them.
const score = async (name: string, points: Float32Array): Promise<ArrayLike<number>> => {
  const x = tensor(points, { label: name, batch: [points.length / 2], output: [2] });
  const y = op`${mlp}(${x})`;
  const routine = await trained.compile(forward(y));
  routine.runSync();
  return (await trained.read(y)).data;
};
const scores = Array.from(await score('points', moons.coordinates));
const right = scores.filter((s, i) => s > 0 === (moons.labels[i] ?? 0) > 0).length;

if (flags.json) {
  console.log(
    JSON.stringify({
      seed,
      epochs,
      steps,
      finalEpochLoss: epochLoss,
      epochLosses,
      accuracy: right / moons.count,
      firstStepSeconds: firstStep / 1000,
      microsecondsPerStep: (training / steps) * 1000,
      ...(parallel && {
        devices: Array.from(deviceTimes, ([name, ms]) => ({
          name,
          millisecondsPerStep: ms / steps,
        })),
      }),
    }),
  );
} else {
  const columns = process.stdout.columns;
  const line = { columns, xLabel: 'step' };
  const logs = losses.map(l => Math.log(Math.max(l, 1e-10)));
  const points = [pointsOf(moons, 1), pointsOf(moons, -1)];
  const plane = { columns, points };
  const boundary = await score('plane', cellCentres(plane));
  console.log(`\nLearning rate:\n${linePlot({ ...line, y: rates, yLabel: 'learning rate' })}`);
  console.log(`Loss:\n${linePlot({ ...line, y: losses, yLabel: 'loss' })}`);
  console.log(
    `Log-loss, for better visibility:\n${linePlot({ ...line, y: logs, yLabel: 'log loss' })}`,
  );
  console.log(
    `Half-moons scatterplot and decision boundary:\n${scatterPlot({ ...plane, boundary })}`,
  );
  console.log(`accuracy ${significant((100 * right) / moons.count)} % of ${moons.count} points`);
}
