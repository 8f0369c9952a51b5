/**
 * The half-moons network trained on several devices, by the algorithm of the OCANNL slides, each step of
 * which can be read below. `dataParallel` of `einc/train` does the same in one call.
 *
 *   npx einc run examples/moons-parallel.ts [-- --devices 4 --epochs 20 --seed 1 --json]
 *   mpirun -n 4 npx einc run examples/moons-parallel.ts      on one device of each of four processes
 *
 * 1. A batch is divided into as many parts as there are devices.
 * 2. The data is on all devices: each takes its part by a static index.
 * 3. All compute the gradients of their parts, at the same time.
 * 4. Gradients are merged pairwise: those of the second half of the devices are added to those of the first;
 *    then those of all processes, if there are several.
 * 5. Device 0 updates the parameters.
 * 6. They are copied to the other devices.
 *
 * Nothing on a device waits for anything: a routine runs when what it reads has come.
 */
import { parseArgs } from 'node:util';
import { cd, context, devices, deviceToDevice, joinWorld, op, symbol, tensor } from 'einc';
import { halfMoons } from 'einc/data';
import { significant } from 'einc/plot';
import { sgdUpdate } from 'einc/train';

const world = await joinWorld(); // of one process, without mpirun
const { values: flags } = parseArgs({
  options: {
    devices: { type: 'string', default: world.size > 1 ? '1' : '2' },
    epochs: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const [count, epochs, seed] = [flags.devices, flags.epochs, flags.seed].map(Number) as [
  number,
  number,
  number,
];
const [batchSize, batches, parts] = [16, 50, world.size * count];
if (!(count >= 1 && batchSize % parts === 0 && epochs >= 1 && Number.isSafeInteger(seed))) {
  console.log(
    `moons-parallel [--devices N] [--epochs N] [--seed N] [--json], with N devices that divide ${batchSize} between all processes`,
  );
  process.exit(2);
}

// The data, in parts: `part` counts them from the first batch on.
const steps = epochs * batches;
const moons = halfMoons({ points: (batches * batchSize) / 2, seed });
const [part, step] = [symbol('part', batches * parts), symbol('step')];
const rows = { batch: [batches * parts, batchSize / parts] };
const flat = tensor(moons.coordinates, { label: 'moons_flat', ...rows, output: [2] });
const classes = tensor(moons.labels, { label: 'moons_classes', ...rows, output: [1] });

// The model and the loss of a part: its share of the mean over the batch.
const mlp = op`
  mlp(x) = { w3 } * relu({ b2; o = [16] } + { w2 } * relu({ b1; o = [16] } + { w1 } * x))`;
const margin = op`margin_loss = relu(1 - (${classes} @| ${part}) *. ${mlp}(${flat} @| ${part}))`;
const loss = op`part_loss = (${margin} ++ "...|... => 0") /. ${batchSize}`;
const learningRate = op`learning_rate = 0.1 *. (2 *. ${steps} - !@${step}) /. ${steps}`;
const params = Object.values(loss.params);

// What devices run. Each piece is compiled once, and linked wherever it runs.
const gradient = cd`
  ~~(${loss} "gradient"; ${loss}.forward; ${loss}.zero_grads; ${loss.grad} =: 1; ${loss}.backprop)`;
const merge = cd`~~("merge"; ${params.map(p => cd`${p}.grad =+ ${p}.grad.merge`)})`;
const update = sgdUpdate(loss, { learningRate, weightDecay: 0.0001 });

using all = await devices({ count });
const grads = params.map(p => p.grad);
const gradientCode = await all.compile(gradient, { keep: grads });
const mergeCode = await all.compile(merge);
const contexts = await Promise.all([...all].map(on => context({ on, seed })));
const gradients = await Promise.all(contexts.map(ctx => ctx.link(gradientCode)));
const merges = await Promise.all(contexts.map(ctx => ctx.link(mergeCode, { receives: grads })));
const [first, ...others] = contexts;
if (first === undefined) throw new Error('there are no devices');
const sgd = await first.compile(update);

const send = (dst: number, src: number): void => {
  const [to, from] = [contexts[dst], contexts[src]];
  if (!to || !from) return;
  for (const grad of grads) deviceToDevice(grad, { intoMergeBuffer: 'copy', dst: to, src: from });
};

const epochLosses: number[] = [];
for (let epoch = 0; epoch < epochs; epoch++) {
  let epochLoss = 0;
  for (let b = 0; b < batches; b++) {
    const own = b * parts + world.rank * count;
    for (const [i, routine] of gradients.entries()) routine.run({ part: own + i });
    for (let half = count / 2; half >= 1; half /= 2) {
      for (let dst = 0; dst < half; dst++) {
        send(dst, dst + half);
        merges[dst]?.run();
      }
    }
    if (world.size > 1) await world.allReduce(first, grads);
    const updated = sgd.run({ step: epoch * batches + b });
    for (const dst of others) for (const p of params) deviceToDevice(p, { dst, src: first });
    await updated;
    for (const ctx of contexts) epochLoss += ctx.item(loss);
  }
  [epochLoss = 0] = await world.allReduceValues([epochLoss]);
  epochLosses.push(epochLoss);
  if (!flags.json) console.log(`Epoch=${epoch + 1}, epoch loss=${significant(epochLoss)}`);
}
if (flags.json) console.log(JSON.stringify({ devices: parts, seed, epochs, epochLosses }));
