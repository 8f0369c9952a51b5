/** Two steps of three ranks, then rank 1 does what its argument says instead of the third. */
import { context, forward, joinWorld, op } from 'einc';

const world = await joinWorld();
using ctx = await context();
const w = op`w = { w0; o = [3] } + 1`;
const routine = await ctx.compile(forward(w), { keep: [w] });

const instead: Readonly<Record<string, () => void>> = {
  dies: () => process.kill(process.pid, 'SIGKILL'),
  stops: () => {
    process.kill(process.pid, 'SIGSTOP');
    // It runs on until the signal has come to all threads, and once more when mpirun ends the job.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    process.exit(1);
  },
  loops: () => {
    for (let i = 0; i >= 0; i++) if (i > 1e9) i = 0;
  },
  throws: () => {
    throw new Error('rank 1 has had enough');
  },
  leaves: () => process.exit(0),
  differs: () => undefined,
};

for (let step = 0; step < 3; step++) {
  routine.run();
  await ctx.idle();
  const what = process.argv[2] ?? '';
  if (step === 2 && world.rank === 1) instead[what]?.();
  if (what === 'differs' && step === 2 && world.rank === 1) await world.broadcast(ctx, [w]);
  else await world.allReduce(ctx, [w]);
}
