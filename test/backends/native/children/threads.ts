/** Computes with loops that threads share, and prints a digest of the bits and how many threads there were. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { context, forward, op, tensor, vjp } from '../../../../dsl/einc.ts';

function noise(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => ((i * 7919) % 2003) / 2003 - 0.5);
}

const x = tensor(noise(300 * 200), { label: 'x', batch: [300], output: [200] });
const y = op`y = tanh({ w; o = [150] } * ${x}) * { v = 0.1; o = [3] }`;

const output = [28, 28, 32];
const pictures = tensor(noise(4 * 28 * 28 * 32), { label: 'pictures', batch: [4], output });
const filters = tensor(noise(32 * 9 * 32), { label: 'filters', output: [32], input: [3, 3, 32] });
const filtered = op`filtered = ${pictures} +* ${filters} "b | h=+i, v=+j, c; i, j, c -> o => b | h, v, o"`;
const gradients = vjp(filtered, [pictures, filters], pictures);

using ctx = await context();
const digest = createHash('sha256');
for (const result of [y, filtered, ...gradients]) {
  const routine = await ctx.compile(forward(result));
  for (let run = 0; run < 20; run++) routine.run();
  digest.update((await ctx.read(result)).data as Float32Array);
}
const names = readdirSync('/proc/self/task').map(task =>
  readFileSync(`/proc/self/task/${task}/comm`, 'utf8').trim(),
);
const helpers = names.filter(name => name === 'einc-helper').length;
console.log(JSON.stringify({ digest: digest.digest('hex'), helpers }));
