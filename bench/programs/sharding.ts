/**
 * A training step of the image network with its optimiser divided among the ranks, and with its first hidden
 * axis divided: prints, as JSON, the times and the memory of a rank. `sharding.ts ROWS BATCH`: that many rows on
 * each rank for the one, and the same batch on all ranks for the other.
 */
import { context, joinWorld } from 'einc';
import { gradUpdate, sgdOne, shardOptimizer, tensorParallel } from 'einc/train';
import { perceptron } from '../mlp.ts';

const [rows, batch] = process.argv.slice(2).map(Number);
const sizes = { batches: 2, inputs: 784, hidden: 512, classes: 10 };
const world = await joinWorld();
const rates = { learningRate: 0.01, momentum: 0.9 };

/** The shortest of several tries; of ranks the slowest. */
async function seconds(act: (step: number) => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 30; i++) {
    await world.barrier();
    const start = performance.now();
    await act(i);
    times.push((performance.now() - start) / 1000);
  }
  return most(Math.min(...times));
}

async function most(value: number): Promise<number> {
  const [largest = NaN] = await world.allReduceValues([value], { op: 'max' });
  return largest;
}

async function zero() {
  const { loss, indices = () => ({}) } = perceptron({ ...sizes, ...rates, batchSize: rows ?? 0 });
  using ctx = await context();
  const gradients = Object.values(loss.params).map(p => p.grad);
  const backward = await ctx.compile(gradUpdate(loss), { keep: gradients });
  const before = ctx.memory().bytes;
  const optimizer = await shardOptimizer(ctx, loss, { world, update: p => sgdOne(p, rates) });
  const keptBytes = await most(ctx.memory().bytes - before);
  const stepSeconds = await seconds(async step => {
    backward.run(indices(step));
    await optimizer.step();
    await ctx.idle();
  });
  return { stepSeconds, keptBytes };
}

async function axis() {
  const {
    loss,
    update,
    indices = () => ({}),
  } = perceptron({
    ...{ ...sizes, ...rates, batchSize: batch ?? 0 },
  });
  using training = await tensorParallel(update, { axis: 'hidden', world, keep: [loss] });
  const stepSeconds = await seconds(step => training.run(indices(step)));
  return { stepSeconds, heldBytes: training.memory()[0]?.bytes ?? 0, sums: training.sums };
}

const outcome = { zero: await zero(), axis: await axis() };
if (world.isFirst) console.log(JSON.stringify(outcome));
