/**
 * How long a training step of the half-moons network takes, beside the same step written by hand in
 * C and in PyTorch where they can be had. One line of JSON per result.
 *
 *   npm run bench
 *   python3 -c 'import torch' && npm run bench      with PyTorch beside it
 */
import { cd, context, op, sequence, symbol, tensor } from 'einc';
import { halfMoons } from 'einc/data';
import { gradUpdate, sgdUpdate } from 'einc/train';
import { medianMicroseconds, print } from './measure.ts';
import { microsecondsOfC, microsecondsOfPython } from './peers.ts';

const [batchSize, batches] = [10, 80];
const steps = 80 * batches;
const moons = halfMoons({ points: 400, seed: 1 });
const [batch, epoch] = [symbol('batch', batches), symbol('epoch')];
const rows = { batch: [batches, batchSize] };
const flat = tensor(moons.coordinates, { label: 'moons_flat', ...rows, output: [2] });
const classes = tensor(moons.labels, { label: 'moons_classes', ...rows, output: [1] });
const mlp = op`
  mlp(x) = { w3 } * relu({ b2; o = [16] } + { w2 } * relu({ b1; o = [16] } + { w1 } * x))`;
const input = op`moons_input = ${flat} @| ${batch}`;
const label = op`moons_class = ${classes} @| ${batch}`;
const loss = op`
  scalar_loss = (relu(1 - ${label} *. ${mlp}(${input})) ++ "...|... => 0") /. ${batchSize}`;
const learningRate = op`
  learning_rate = 0.1 *. (2 *. ${steps} - (!@${epoch} *. ${batches} + !@${batch})) /. ${steps}`;
const update = sequence([gradUpdate(loss), sgdUpdate(loss, { learningRate, weightDecay: 0.0001 })]);

using ctx = await context({ seed: 1 });
const step = await ctx.compile(update);
const wholeEpoch = await ctx.compile(cd`~~("epoch"; for i in ${batch} (${update}))`);
const x = op`x = { x0 = 1 } + 1`;
const tiny = await ctx.compile(cd`~~("tiny"; ${x}.forward)`);

const c = microsecondsOfC('moons.c');
const torch = microsecondsOfPython('moons_torch.py');
const peers = [
  { peer: 'plain C, gcc -O3', peerMicroseconds: c },
  { peer: 'PyTorch, eager', peerMicroseconds: torch },
].filter((p): p is { peer: string; peerMicroseconds: number } => p.peerMicroseconds !== undefined);

function report(name: string, perStep: number): void {
  if (peers.length === 0) print({ name: 'moons step', case: name, microseconds: perStep });
  for (const p of peers) print({ name: 'moons step', case: name, microseconds: perStep, ...p });
}

let b = 0;
report(
  'one call a batch, reading the loss',
  medianMicroseconds(20_000, () => {
    step.runSync({ batch: b, epoch: 0 });
    ctx.item(loss);
    b = (b + 1) % batches;
  }),
);
report(
  'routine.loop: one call an epoch',
  medianMicroseconds(200, () => {
    step.loop(batch, { epoch: 0 });
    ctx.wait();
  }) / batches,
);
report(
  'for in cd: one call an epoch',
  medianMicroseconds(200, () => wholeEpoch.runSync({ epoch: 0 })) / batches,
);
print({
  name: 'tiny routine',
  case: 'overhead of a call',
  microseconds: medianMicroseconds(200_000, () => tiny.runSync()),
});
