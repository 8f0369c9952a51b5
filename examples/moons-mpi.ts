/**
 * The half-moons of `moons.ts`, trained by several processes: each takes its share of every batch, and what
 * they find for the gradients is added up. It learns what one process learns.
 *
 *   npx einc run examples/moons-mpi.ts                     one process
 *   mpirun -n 4 npx einc run examples/moons-mpi.ts         four, on one machine or on several
 *   … -- --epochs 20 --checkpoint run.safetensors          goes on from there when started again
 *   … -- --json                                            the losses of all steps, as JSON
 */
import { parseArgs } from 'node:util';
import { context, joinWorld, op, symbol, tensor } from 'einc';
import { halfMoons } from 'einc/data';
import { linePlot, significant } from 'einc/plot';
import { gradUpdate, resumeFrom, saveCheckpoint, sgdUpdate } from 'einc/train';

const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '80' },
    checkpoint: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [seed, epochs] = [Number(flags.seed), Number(flags.epochs)];
const [batchSize, batches] = [10, 80];
const steps = epochs * batches;

const world = await joinWorld();

// This process's share of each batch of 10 points: with four processes 3, 3, 2 and 2 of them.
const moons = halfMoons({ points: 400, seed });
const { first, count } = world.share(batchSize);
const ofShare = (values: Float32Array, width: number): Float32Array =>
  values.filter((_, i) => {
    const point = Math.floor(i / width) % batchSize;
    return point >= first && point < first + count;
  });
const rows = { batch: [batches, count] };
const flat = tensor(ofShare(moons.coordinates, 2), { label: 'flat', ...rows, output: [2] });
const classes = tensor(ofShare(moons.labels, 1), { label: 'classes', ...rows, output: [1] });

// The model and its loss: this share's part of that of the whole batch.
const [batch, step] = [symbol('batch', batches), symbol('step')];
const mlp = op`
  mlp(x) = { w3 } * relu({ b2; o = [16] } + { w2 } * relu({ b1; o = [16] } + { w1 } * x))`;
const margin = op`margin_loss = relu(1 - (${classes} @| ${batch}) *. ${mlp}(${flat} @| ${batch}))`;
const loss = op`scalar_loss = (${margin} ++ "...|... => 0") /. ${batchSize}`;
const learningRate = op`learning_rate = 0.1 *. (2 *. ${steps} - !@${step}) /. ${steps}`;

// Two routines: between them the gradients are added up.
using ctx = await context({ seed });
const gradients = Object.values(loss.params).map(p => p.grad);
const backward = await ctx.compile(gradUpdate(loss), { keep: [loss, ...gradients] });
const update = await ctx.compile(sgdUpdate(loss, { learningRate, weightDecay: 0.0001 }));

const { checkpoint } = flags;
const start = checkpoint === undefined ? 0 : await resumeFrom(ctx, checkpoint, { world });
const losses: number[] = [];
for (let n = start; n < steps; n++) {
  backward.run({ batch: n % batches });
  await world.allReduce(ctx, [loss, ...gradients]);
  update.run({ step: n });
  losses.push(ctx.item(loss));
  const isEpoch = (n + 1) % batches === 0;
  if (isEpoch && checkpoint !== undefined) {
    await saveCheckpoint(ctx, checkpoint, { step: n + 1, world });
  }
  if (isEpoch && world.isFirst && !flags.json) {
    const epochLoss = losses.slice(-batches).reduce((sum, l) => sum + l, 0);
    console.log(`Epoch=${(n + 1) / batches}, epoch loss=${significant(epochLoss)}`);
  }
}

if (world.isFirst && flags.json) {
  console.log(JSON.stringify({ ranks: world.size, start, losses }));
} else if (world.isFirst) {
  const logs = losses.map(l => Math.log(Math.max(l, 1e-10)));
  console.log(
    linePlot({ columns: process.stdout.columns, y: logs, xLabel: 'step', yLabel: 'log loss' }),
  );
}
