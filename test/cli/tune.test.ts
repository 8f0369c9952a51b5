/** `einc tune`: what it prints and keeps. What is fastest is the machine's affair, and tested elsewhere with made-up times. */
import { expect, test } from 'vitest';
import { printTuned } from '../../cli/tune.ts';
import { bar } from '../../cli/progress.ts';
import { filesUnder, placeWith } from './support.ts';

const { einc, folder } = placeWith({
  'program.ts': `
    import { context, forward, op, tensor } from 'einc';
    console.log('not shown');
    const x = tensor(new Float32Array(64 * 64), { label: 'x', batch: [64], output: [64] });
    using ctx = await context();
    await ctx.compile(forward(op\`y = { w; o = [32] } * \${x}\`));
    await ctx.compile(forward(op\`z = \${x} *. 2\`));
    await ctx.compile(forward(op\`u = { v; o = [32] } * \${x}\`), { schedule: { u: { rows: 2 } } });`,
  'nothing.ts': `console.log('not shown');`,
  'exits.ts': 'process.exit(0);',
  'fails.ts': 'process.exit(3);',
});

const env = { EINC_CACHE_DIR: `${folder}/cache`, EINC_THREADS: '1' };
const tune = (...args: readonly string[]) => einc(['tune', ...args], env);

const tuned = (ms: readonly number[], winner?: number) => {
  const asked = [
    { rows: 8, vectors: 2 },
    { rows: 6, vectors: 2, pack: false as const },
    { vectors: 4 },
  ];
  const tried = ms.map((each, i) => ({ asked: asked[i] ?? {}, ms: each }));
  return { tried, winner: winner === undefined ? undefined : tried[winner]?.asked };
};

test('a line for each nest says what was gained, and how', () => {
  const nests = [
    { name: 'logits', ...tuned([1.27, 1.1, 1.2], 1) },
    { name: 'h', ...tuned([0.05, 0.06, 0.04], 2) },
    { name: 'y', ...tuned([0.8, 0.9]) },
  ];
  expect(printTuned({ routine: 'step', nests })).toMatchInlineSnapshot(`
    "step
      logits  1.27 ms → 1.10 ms, 13 % faster: rows 6, vectors 2, nothing copied
      h       50.0 µs → 40.0 µs, 20 % faster: vectors 4
      y       0.800 ms: as chosen, the best of 2"
  `);
  expect(printTuned({ routine: 'step', nests: [] })).toMatchInlineSnapshot(`
    "step
      no nest has tiles to choose"
  `);
});

test('a bar fills', () => {
  expect([bar(0, 4), bar(1, 4), bar(4, 4), bar(0, 0)]).toMatchInlineSnapshot(`
    [
      "[........................] 0/4",
      "[######..................] 1/4",
      "[########################] 4/4",
      "[########################] 0/0",
    ]
  `);
});

test('each routine has its nests, but for those that have a schedule of their own', async () => {
  const { code, stdout, stderr } = await tune('program.ts', '--k', '1', '--json');
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toEqual([
    {
      routine: 'y_forward',
      nests: [
        expect.objectContaining({ name: 'y', tried: [expect.anything(), expect.anything()] }),
      ],
    },
    { routine: 'z_forward', nests: [] },
  ]);
  const kept = filesUnder(folder).filter(name => /^cache\/tuned\/.*\.json$/.test(name));
  const winners = stdout.includes('"winner"') ? 1 : 0;
  expect(kept).toHaveLength(winners);
  const forgotten = await tune('program.ts', '--forget', '--json');
  expect(JSON.parse(forgotten.stdout)).toEqual({ forgotten: winners ? ['y_forward'] : [] });
  expect(filesUnder(folder).filter(name => name.startsWith('cache/tuned/'))).toEqual([]);
  expect((await tune('program.ts', '--forget')).stdout).toBe('nothing was kept\n');
});

test.each([
  [
    ['program.ts', 'x_forward'],
    1,
    'error[EINC0809]: program.ts compiles no routine called x_forward',
  ],
  [['nothing.ts'], 1, 'error[EINC0809]: nothing.ts compiles no routine'],
  [
    ['exits.ts'],
    1,
    'error[EINC0811]: exits.ts leaves by process.exit, after which nothing can be timed',
  ],
  [['fails.ts'], 3, ''],
  [['nowhere.ts'], 1, 'error[EINC0801]: there is no file nowhere.ts'],
  [
    ['program.ts', '--k', '0'],
    2,
    "error: option '--k <n>' argument '0' is invalid. It is a whole number from 1 up.",
  ],
])('%j', async (args, code, message) => {
  const ended = await tune(...args);
  expect([ended.code, ended.stdout, ended.stderr.split('\n')[0]]).toEqual([code, '', message]);
});

test('--help says what it does', async () => {
  expect((await tune('--help')).stdout).toMatchInlineSnapshot(`
    "Usage: einc tune [options] <file> [name]

    try other tiles for the loops of a program, and keep what is faster on this
    machine

    Arguments:
      file        the program; it is run without running its routines
      name        one of its routines; all when there is none

    Options:
      --k <n>     how many to try for each nest (default: 4)
      --forget    instead: forget what was found
      --json      as JSON
      -h, --help  display help for command
    "
  `);
});
