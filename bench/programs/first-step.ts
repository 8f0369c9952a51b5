/** A program that takes one training step, of the network that its argument names, and ends. */
import { context } from 'einc';
import { gptTraining } from '../gpt.ts';
import { moonsNetwork } from '../moons-network.ts';
import type { Training } from '../subjects.ts';

const networks: Readonly<Record<string, () => Training>> = {
  moons: moonsNetwork,
  gpt: gptTraining,
};
const network = networks[process.argv[2] ?? 'moons'];
if (!network) throw new Error(`no network is called ${process.argv[2]}`);
const { loss, update, indices = () => ({}) } = network();
using ctx = await context();
const step = await ctx.compile(update, { keep: [loss] });
step.runSync(indices(0));
console.log(ctx.item(loss));
