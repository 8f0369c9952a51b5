/**
 * Trains with momentum, saves often, and goes on from what was saved: ends with the parameters, as bits.
 *
 *   training.ts CHECKPOINT STEPS
 */
import { context, joinWorld, op, symbol, tensor } from 'einc';
import { gradUpdate, resumeFrom, saveCheckpoint, sgdUpdate } from 'einc/train';
import { bitsOf } from '../../../support/rank-values.ts';

const [, , checkpoint = '', count = '0'] = process.argv;
const steps = Number(count);
const world = await joinWorld();
console.log(`pid ${process.pid}`);

const [n, points] = [symbol('n', 7), 12];
const { first, count: own } = world.share(points);
const all = Array.from({ length: 7 * points * 3 }, (_, i) => Math.sin(7 * i + 1));
const values = all.filter((_, i) => {
  const point = Math.floor(i / 3) % points;
  return point >= first && point < first + own;
});
const x = tensor(values, { label: 'x', batch: [7, own], output: [3] });
const net = op`net = { w2; o = [2] } * tanh({ b1; o = [8] } + { w1 } * (${x} @| ${n}))`;
const loss = op`loss = ((${net} - 0.5) *. (${net} - 0.5)) ++ "...|... => 0"`;

using ctx = await context({ seed: 3 });
const params = Object.values(loss.params);
const gradients = params.map(p => p.grad);
const backward = await ctx.compile(gradUpdate(loss), { keep: gradients });
const update = await ctx.compile(sgdUpdate(loss, { learningRate: 0.001, momentum: 0.9 }));

let step = await resumeFrom(ctx, checkpoint, { world });
console.log(`from ${step}`);
for (; step < steps; step++) {
  backward.run({ n: step % 7 });
  await world.allReduce(ctx, gradients);
  update.run();
  if (step % 5 !== 4) continue;
  await saveCheckpoint(ctx, checkpoint, { step: step + 1, world });
  if (world.isFirst) console.log(`saved ${step + 1}`);
}
const bits = params.map(p => bitsOf(ctx.readSync(p).data)).join('');
console.log(`rank ${world.rank} ends with ${bits}`);
