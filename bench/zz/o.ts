import { context, devices } from 'einc';
import { perceptron } from '../mlp.ts';
const size = { batches: 8, batchSize: 128, inputs: 784, hidden: 512, classes: 10, learningRate: 0.01, momentum: 0.9 } as any;
using cores = await devices({ count: 2 });
const [on] = cores;
const { loss, update, indices = () => ({}) } = perceptron(size);
const ctx = await context({ on, dtype: 'f32' });
const routine = await ctx.compile(update, { keep: [loss] });
const ways: Record<string, (n: number) => Promise<void> | void> = {
  sync: n => { routine.runSync(indices(n)); ctx.item(loss); },
  async: async n => { await routine.run(indices(n)); ctx.item(loss); },
};
const times: Record<string, number[]> = { sync: [], async: [] };
for (let r = 0; r < 60; r++) for (const [k, f] of Object.entries(ways)) { 
  for (let i = 0; i < 3; i++) { const a = performance.now(); await f(r*3+i); if (i>0) times[k]!.push(performance.now()-a); } }
for (const [k, t] of Object.entries(times)) { t.sort((a,b)=>a-b); console.log(k, t[0]!.toFixed(3), t[12]!.toFixed(3), t[60]!.toFixed(3)); }
