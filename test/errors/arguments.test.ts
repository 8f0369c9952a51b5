/** What is said to a caller in JavaScript who gives something of the wrong type. */
import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const start = [
  "const x = tensor([1, 2, 3], { label: 'x' });",
  'const w = op`{ w; o = [3] }`;',
  'const y = op`y = ${w} *. ${x}`;',
  'const f = op`f(a) = a`;',
  'const layer = op`layer(~hid)(a) = { v; o = [hid] } * a`;',
  "const i = symbol('i', 4);",
  "const [even, free] = [symbol('even', 2), symbol('free')];",
  "const slices = tensor([1, 2, 3, 4], { label: 'slices', batch: [4] });",
  'const code = cd`{ z } =: (${slices} @| ${i}) + !@${free}`;',
];

/** Without the place, which is the same in all of these. */
async function saidOf(call: string): Promise<string> {
  const lines = (await messageOf(...start, call)).split('\n');
  const shown = lines.filter(line => /^error|= (note|help)/.test(line)).map(line => line.trim());
  return shown.join('\n');
}

const calls: readonly string[] = [
  "op('x + 1')",
  'cd()',
  'tensor([1, 2])',
  'tensor([1, 2], {})',
  "tensor([1, 2], 'x')",
  'tensor([1, 2], x)',
  "tensor([1, 2], { label: 'a b' })",
  "tensor('12', { label: 'a' })",
  "tensor(undefined, { label: 'a' })",
  "tensor([1, '2'], { label: 'a' })",
  "tensor([1, [2]], { label: 'a' })",
  "tensor(new DataView(new ArrayBuffer(8)), { label: 'a' })",
  "tensor([1, 2], { label: 'a', output: 2 })",
  "tensor([1, 2], { label: 'a', output: ['2'] })",
  "tensor([], { label: 'a', output: [-1] })",
  "tensor([1, 2], { label: 'a', ouput: [2] })",
  "tensor([1, 2], { label: 'a', dtype: 'f23' })",
  "tensor([1, 2], { label: 'a', dtype: 32 })",
  'symbol()',
  "symbol('n', '4')",
  "symbol('n', 0)",
  "symbol('n', 2 ** 31)",
  "symbol('two words', 2)",
  'defineOp()',
  'defineOp({ forward: cd`v =: v1` })',
  "defineOp({ name: 'g', logic: 1, forward: cd`v =: v1` })",
  'sequence(code)',
  'sequence([code, y])',
  'sequence([code, undefined])',
  'forward(f)',
  'forward(layer)',
  'forward([1, 2])',
  'forward(Promise.resolve(y))',
  'grad(1, [w])',
  'grad(y, [w, f])',
  'vjp(y, [w], 1)',
  'jvp(y, [w, w])',
  'jvp(y, new Map([[w, 1]]))',
  'f()',
  "f('a')",
  'layer()',
  'layer(16)',
  'layer(y)',
  'gradUpdate()',
  'gradUpdate(code)',
  'sgdUpdate(y)',
  'sgdUpdate(y, {})',
  'sgdUpdate(y, w)',
  'sgdUpdate(y, { learningRate: NaN })',
  "sgdUpdate(y, { learningRate: 1, momentum: '0.9' })",
  'sgdUpdate(y, { learningrate: 1 })',
  'sgdUpdate(y, { learningRate: 1, nesterov: 1 })',
  'sgdUpdate(y, { learningRate: 1, nesterov: true })',
  'sgdUpdate(y, code)',
  'scan(f)',
  'scan(f, x)',
  'scan(f, { xs: x })',
  'scan(f, { init: 0, x })',
  "scan(f, { init: 0, xs: x, reverse: 'yes' })",
  "scan(f, { init: 0, xs: x, label: 'a b' })",
  'scan(f, { init: 0, length: 3, axis: 1 })',
  'cumsum(f)',
  "cumsum(x, 'batch')",
  'cumprod(x, { length: 3 })',
  'cummax(x, { label: 1 })',
  'y.param(1)',
  'await context(null)',
  'await context(1)',
  'await context({ seed: NaN })',
  'await context({ seed: 0.5 })',
  "await context({ seed: '1' })",
  "await context({ dtype: 'f23' })",
  'await context({ dtype: 32 })',
  "await context({ backend: 'gpu' })",
  'await context({ sed: 1 })',
  'await context({ size: 1 })',
  'await context({ seed: 2 ** 60 })',
  "await context({ on: 'cpu' })",
  'await context(ctx.stream)',
  'await context(ctx)',
  'ctx.child({ streem: ctx.stream })',
  "ctx.child({ stream: 'cpu' })",
  'await run(f)',
  'await run(y, { sed: 1 })',
  'await ctx.compile(y)',
  'await ctx.compile(y.grad)',
  "await ctx.compile('code')",
  'await ctx.compile(code, { keep: y })',
  "await ctx.compile(code, { keep: ['y'] })",
  'await ctx.compile(code, { kep: [y] })',
  'await ctx.compile(code, [y])',
  'await ctx.compile(code, code)',
  'await ctx.compile(code, y)',
  'await ctx.compile(code, null)',
  "await saveCheckpoint('run.safetensors', ctx, { step: 1 })",
  'await saveCheckpoint(ctx, undefined, { step: 1 })',
  "await saveCheckpoint(ctx, '', { step: 1 })",
  "await resumeFrom('run.safetensors', ctx)",
  "await resumeFrom(ctx, new URL('file:///run.safetensors'))",
  "await resumeFrom(ctx, 'run.safetensors', { strict: false })",
  "await ctx.compile(code, { name: 'a b' })",
  'ctx.readSync(f)',
  "await ctx.read('x')",
  'ctx.item()',
  'ctx.item(x, 3)',
  "ctx.item(x, '1')",
  "ctx.write('x', [1])",
  'ctx.write(x, 1)',
  'ctx.write(x, [[1, 2, 3]])',
  'ctx.write(x, [1, undefined, 2])',
  'ctx.write(x, [1])',
  'ctx.write(x, new DataView(new ArrayBuffer(8)))',
  '(await ctx.compile(code)).runSync()',
  '(await ctx.compile(code)).run(null)',
  '(await ctx.compile(code)).run(3)',
  "(await ctx.compile(code)).run({ i: '1', free: 0 })",
  '(await ctx.compile(code)).run({ i: 1, free: 0.5 })',
  '(await ctx.compile(code)).loop()',
  "(await ctx.compile(code)).loop('i')",
  '(await ctx.compile(code)).loop(even)',
  '(await ctx.compile(code)).loop(free)',
  '(await ctx.compile(code)).loop(i)',
  '(await ctx.compile(code)).loop(i, null)',
  '(await ctx.compile(code)).loop(i, { free: 0 }, { fre: 1 })',
];

test('with its place', async () => {
  expect(await messageOf(...start, 'grad(y, w)'))
    .toBe(`error[EINC0215]: \`grad\` takes a list of tensors, not a tensor
  --> program.js:10:1
   |
10 | grad(y, w)
   | ^^^^
   |
   = help: write grad(y, [x])`);
});

test('each call', async () => {
  const said = [];
  for (const call of calls) said.push(`${call}\n${indented(await saidOf(call))}\n`);
  await expect(said.join('\n')).toMatchFileSnapshot('../golden/errors/arguments.txt');
});

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
