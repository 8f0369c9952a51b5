/**
 * Sums an array, with as many cells as its argument says, over all ranks. The first rank prints some cells of a
 * sum, then for each count that it reads the time of that many sums, in seconds.
 */
import { createInterface } from 'node:readline';
import { context, forward, joinWorld, op, tensor } from 'einc';

const cells = Number(process.argv[2]);
const world = await joinWorld();
const values = Float32Array.from({ length: cells }, (_, i) => ((i + world.rank) % 7) / 8);
const x = tensor(values, { label: 'x' });
const y = op`y = ${x} *. 1`;
using ctx = await context();
const fill = await ctx.compile(forward(y));

fill.run();
await world.allReduce(ctx, [y]);
const { data } = ctx.readSync(y);
if (world.isFirst) console.log([0, 1, 2, 3, cells - 1].map(i => data[i]).join(' '));

// Made once: to collect what 16 MB of garbage a round would leave takes 50 ms of the one core that a rank has.
const zeros = new Float32Array(cells);
const orders = createInterface(process.stdin)[Symbol.asyncIterator]();
for (;;) {
  const order = world.isFirst ? await orders.next() : undefined;
  const own = order?.done === true || order === undefined ? 0 : Number(order.value);
  const [calls = 0] = await world.allReduceValues([own]);
  if (calls === 0) break;
  // What is added again and again would grow without end.
  ctx.write(y, zeros);
  await world.barrier();
  const start = performance.now();
  for (let i = 0; i < calls; i++) await world.allReduce(ctx, [y]);
  if (world.isFirst) console.log(String((performance.now() - start) / 1000));
}
