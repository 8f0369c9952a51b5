/**
 * An optimiser and an axis that are divided among processes: what each rank ends with, as JSON.
 *
 *   sharding.ts CHECKPOINT         resumes, if there is one; then trains from the start, and saves
 */
import { createHash } from 'node:crypto';
import { type Context, context, joinWorld, op, sequence, type Tensor, tensor } from 'einc';
import {
  gradUpdate,
  resumeFrom,
  saveCheckpoint,
  sgdOne,
  sgdUpdate,
  shardOptimizer,
  tensorParallel,
} from 'einc/train';
import { bitsOf } from '../../../support/rank-values.ts';

const [, , checkpoint = ''] = process.argv;
const world = await joinWorld();
const [points, inputs, hidden, steps] = [12, 3, 8, 6];
const values = (n: number): readonly number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(7 * i + 1));
const rate = { learningRate: 0.05, momentum: 0.9 };

function lossOf(x: Tensor): Tensor {
  const net = op`net = { w2; o = [2] } * tanh({ b1; o = [hidden:${hidden}] } + { w1 } * ${x})`;
  return op`loss = ((${net} - 0.5) *. (${net} - 0.5)) ++ "...|... => 0"`;
}

/** What a training ends with when each rank has a share of the points. */
async function dataParallel(isDivided: boolean, isResumed = false) {
  const { first, count } = world.share(points);
  const own = values(points * inputs).slice(first * inputs, (first + count) * inputs);
  const x = tensor(own, { label: 'x', batch: [count], output: [inputs] });
  const loss = lossOf(x);
  const params = Object.values(loss.params);
  const gradients = params.map(p => p.grad);
  using ctx = await context({ seed: 3 });
  const backward = await ctx.compile(gradUpdate(loss), { keep: gradients });
  const before = ctx.memory().bytes;
  const divided = isDivided
    ? await shardOptimizer(ctx, loss, { world, update: p => sgdOne(p, rate) })
    : undefined;
  const update = divided ? undefined : await ctx.compile(sgdUpdate(loss, rate));
  const bytes = ctx.memory().bytes - before;
  if (divided && isResumed) {
    const step = await resumeFrom(divided, checkpoint);
    return { step, state: digestOf((await divided.gather()).map(({ buffer }) => buffer.read())) };
  }
  for (let n = 0; n < steps; n++) {
    backward.run();
    if (divided) await divided.step();
    else await world.allReduce(ctx, gradients);
    update?.run();
  }
  if (divided) await saveCheckpoint(divided, checkpoint, { step: steps });
  const state = divided && (await divided.gather()).map(({ buffer }) => buffer.read());
  return { bytes, state: state && digestOf(state), bits: bitsIn(ctx, params) };
}

function bitsIn(ctx: Context, params: readonly Tensor[]): string {
  return digestOf(params.map(p => ctx.readSync(p).data));
}

function digestOf(all: readonly Parameters<typeof bitsOf>[0][]): string {
  return createHash('sha256').update(all.map(bitsOf).join()).digest('hex');
}

/** The losses of a training on one device, and of one whose hidden axis is divided. */
async function alongAxis() {
  const x = tensor(values(points * inputs), { label: 'x', batch: [points], output: [inputs] });
  const loss = lossOf(x);
  const code = sequence([gradUpdate(loss), sgdUpdate(loss, rate)]);
  using ctx = await context({ seed: 3 });
  const routine = await ctx.compile(code, { keep: [loss] });
  using training = await tensorParallel(code, { axis: 'hidden', world, seed: 3, keep: [loss] });
  const [alone, losses]: [number[], number[]] = [[], []];
  for (let n = 0; n < steps; n++) {
    routine.runSync();
    alone.push(ctx.item(loss));
    await training.run();
    losses.push(training.item(loss));
  }
  const w1 = digestOf([(await training.read(loss.param('w1'))).data]);
  return { alone, losses, w1, bytes: training.memory()[0]?.bytes };
}

const resumed = await dataParallel(true, true);
const [whole, own] = [await dataParallel(false), await dataParallel(true)];
const outcome = { resumed, whole, own, axis: await alongAxis() };
console.log(`rank ${world.rank} ${JSON.stringify(outcome)}`);
