/**
 * A training step of the image network, on this rank's share of a batch: prints the times of its parts
 * as JSON. `data-parallel.ts ROWS` uses that many rows on each rank.
 */
import { context, joinWorld } from 'einc';
import { gradUpdate, sgdUpdate } from 'einc/train';
import { perceptron } from '../mlp.ts';

const batchSize = Number(process.argv[2]);
const sizes = { batches: 2, inputs: 784, hidden: 512, classes: 10 };
const world = await joinWorld();
const rates = { learningRate: 0.01, momentum: 0.9 };
const { loss, indices = () => ({}) } = perceptron({ ...sizes, ...rates, batchSize });
using ctx = await context();
const gradients = Object.values(loss.params).map(p => p.grad);
const backward = await ctx.compile(gradUpdate(loss), { keep: gradients });
const update = await ctx.compile(sgdUpdate(loss, rates));

/** The shortest of several tries, which other programs have disturbed least; of ranks the slowest. */
async function seconds(act: () => Promise<void> | void): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 30; i++) {
    await world.barrier();
    const start = performance.now();
    await act();
    times.push((performance.now() - start) / 1000);
  }
  const [slowest = NaN] = await world.allReduceValues([Math.min(...times)], { op: 'max' });
  return slowest;
}

let step = 0;
const compute = (): void => {
  backward.runSync(indices(step++));
  update.runSync();
};
const bytes = gradients.reduce((sum, g) => sum + ctx.readSync(g).data.byteLength, 0);
const computeSeconds = await seconds(compute);
const smallSeconds = await seconds(() => world.barrier());
const allReduceSeconds = await seconds(() => world.allReduce(ctx, gradients));
const stepSeconds = await seconds(async () => {
  backward.run(indices(step++));
  await world.allReduce(ctx, gradients);
  update.run();
  await ctx.idle();
});
if (world.isFirst) {
  console.log(
    JSON.stringify({ computeSeconds, allReduceSeconds, stepSeconds, bytes, smallSeconds }),
  );
}
