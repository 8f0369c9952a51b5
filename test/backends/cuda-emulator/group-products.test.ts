/**
 * Products by groups of four warps, `wgmma` of sm_90a, on the emulator and by definition: the same bits, as the emulator
 * adds in order. And each wait, fence and barrier of such a kernel is needed: without it the emulator finds what it was for.
 */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { type CudaSource, cudaSource } from '../../../backends/cuda/source.ts';
import { parseProgram, passesFor, type Program, withGroups } from '../../../compiler/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { needCppCompiler } from '../../support/cpp-compiler.ts';
import { compileAll, compileSources } from '../../support/run-compiled.ts';
import { difference, outputsOf, thirdsFor } from '../../support/run-program.ts';
import { tilesFor } from '../../support/small-gpu.ts';
import { others, products, textOf } from './group-programs.ts';

const groups = withGroups(tilesFor(1));

function programOf(text: string, target = groups, stages?: number): Program {
  const schedule = stages === undefined ? {} : { y: { stages } };
  return runPipeline(passesFor(target, schedule), parseProgram(text));
}

const all = [
  ...Object.entries(products).map(([name, one]) => ({ ...one, name, text: textOf(one) })),
  ...Object.entries(others).map(([name, text]) => ({
    ...{ name, text, says: ['einc_group_mma_'], stages: undefined },
  })),
].map(one => ({ ...one, program: programOf(one.text, groups, one.stages) }));
const runs = await compileAll(
  all.map(({ program }) => program),
  undefined,
  'cuda-emulator',
);
beforeEach(needCppCompiler);

test.each(all.map((one, i) => ({ ...one, run: runs[i] })))('$name', ({ program, says, run }) => {
  const { text } = cudaSource(program);
  for (const words of says) expect(text).toContain(words);
  const expected = outputsOf(program, 0, thirdsFor);
  expect(difference(expected, run?.(0, thirdsFor) ?? new Map())).toBeUndefined();
});

/** The loops of so large products are slow by definition: warps have the same bits. */
describe('of large products', () => {
  const sides = fc.integer({ min: 9, max: 24 }).map(n => 8 * n);
  const shape = fc.record({
    dtype: fc.constantFrom('f16' as const, 'bf16' as const),
    size: fc.tuple(sides, sides, fc.constantFrom(128, 192)),
    x: fc.constantFrom('b, i', 'i, b'),
    w: fc.constantFrom('i, o', 'o, i'),
  });
  const shapes = [
    { size: [136, 264, 192], x: 'b, i', w: 'i, o', says: ['n256k16_bf16<0, 1>'] },
    { size: [136, 264, 192], x: 'i, b', w: 'o, i', says: ['n256k16_bf16<1, 0>'] },
    ...fc.sample(shape, { numRuns: 5, seed: 9 }).map(one => ({ ...one, says: ['einc_group_mma'] })),
  ] as const;
  const texts = shapes.map(textOf);
  const compiled = compileAll(
    [groups, tilesFor(1)].flatMap(target => texts.map(text => programOf(text, target))),
    undefined,
    'cuda-emulator',
  );

  test.each(
    shapes.map((one, i) => ({ ...one, i, name: `${one.size.join(' × ')}, ${one.x} by ${one.w}` })),
  )('$name', async ({ i, says }) => {
    const { text } = cudaSource(programOf(texts[i] ?? ''));
    for (const words of says) expect(text).toContain(words);
    const [one, other] = [(await compiled)[i], (await compiled)[i + shapes.length]];
    const [found, expected] = [one, other].map(run => run?.(0, thirdsFor) ?? new Map());
    expect([...(found?.keys() ?? [])]).toContain('y');
    expect(difference(expected ?? new Map(), found ?? new Map())).toBeUndefined();
  });
});

test.each([
  ['terms that are no whole rows of 64', { size: [128, 64, 96] }],
  ['terms that are copied once', { size: [128, 64, 64] }],
  ['columns that cannot be copied 16 bytes at a time', { size: [128, 68, 128] }],
  ['fewer rows than half a tile has', { size: [40, 64, 128] }],
] as const)('%s are for warps', (_, product) => {
  const { text } = cudaSource(programOf(textOf({ ...product, says: [] })));
  expect(text).not.toContain('einc_group');
  expect(text).toContain('einc_mma_m16n8k16');
});

/** What says that something is there, or may be used: copies, products, registers. */
const words =
  /(__syncthreads|einc_copy_async_(commit|wait<\d>)|einc_fence_async|einc_group_(fence|commit|wait<\d>))\(\w*\);/g;

describe('a kernel by groups of warps', () => {
  const programs = [
    programOf(textOf({ size: [128, 64, 128], says: [] }), groups, 1),
    programOf(textOf({ size: [128, 64, 128], says: [] })),
    programOf(textOf({ size: [128, 64, 320], x: 'i, b', says: [] })),
  ].map((program, i) => ({ ...program, name: `group_${i}` }));
  // Before the barrier behind a turn nothing is stored that a product could read.
  const isIdle = ({ program, at }: { readonly program: Program; readonly at: number }): boolean =>
    program.name === 'group_0' && at === 5;
  const all = programs.flatMap(program => {
    const source = cudaSource(program);
    const found = [...source.text.matchAll(words)];
    return found.map((match, at) => ({ program, of: match[0], at, source: without(source, at) }));
  });

  const variants = all.filter(one => !isIdle(one));

  function without(source: CudaSource, missing: number): CudaSource {
    let at = 0;
    const text = source.text.replaceAll(words, all => (at++ === missing ? ';' : all));
    return { ...source, text };
  }

  /** Other words that are wrong, each in one way. */
  const wrong: readonly (readonly [why: string, from: string, to: string, found: RegExp])[] = [
    ['waits for a turn less', 'einc_group_wait<1>', 'einc_group_wait<2>', /EINC094[34]/],
    ['has one place less', '% 4 *', '% 3 *', /EINC094[34]/],
    ['waits for copies a turn late', 'copy_async_wait<1>', 'copy_async_wait<2>', /EINC0943/],
    ['begins where no pattern does', '&shared_memory[0]', '&shared_memory[8]', /EINC094[34]|sums/],
    ['begins where any array may', '__align__(1024) ', '', /EINC094[34]|sums/],
    ['does not swizzle', '(cell >> 3 & 56)', '0', /sums/],
    ['swizzles by 64 bytes', '1ull << 62', '2ull << 62', /EINC094[34]|sums/],
    ['has rows elsewhere', ', 1024)', ', 512)', /EINC094[34]|sums/],
    ['has the columns the other way round', '<1, 1>', '<1, 0>', /EINC094[34]|sums/],
    [
      'has descriptors of its own in each warp',
      '1ull << 62',
      '1ull << 62 ^ threadIdx.x / 32',
      /45/,
    ],
  ];
  const [, , far] = programs;
  const broken = wrong.map(([why, from, to, found]) => {
    if (!far) throw new Error('no program');
    const source = cudaSource(far);
    const text = source.text.replaceAll(from, to);
    expect(text).not.toBe(source.text);
    return { why, found, program: far, source: { ...source, text } };
  });
  const compiled = compileSources([...variants, ...broken]);

  test.each(variants.map((one, i) => ({ ...one, i, name: one.program.name })))(
    '$name needs $of, the one at $at',
    async ({ program, i }) => {
      expect(await wrongIn(program, i)).toMatch(/EINC094[345]|sums/);
    },
  );

  test('is told what is missing', async () => {
    const of = (words: string): number => variants.findIndex(one => one.of.startsWith(words));
    const one = async (i: number): Promise<string> => {
      const { program } = [...variants, ...broken][i] ?? {};
      return program ? (await wrongIn(program, i)).replaceAll(/line \d+/g, 'a line') : '';
    };
    expect(await one(of('einc_fence_async'))).toMatchInlineSnapshot(`
      "BackendError: error[EINC0945]: kernel \`group_0_y\` multiplies values of \`shared_memory\` that warpgroups may not see yet
        = note: thread 0 of block 0 reads 2 bytes at byte 0 of \`shared_memory\` in a line
            einc_group_mma_m64n64k16_bf16<0, 1>(*(float (*)[32])&s_tile[0],
        = note: thread 0 of block 0 writes it in a line
            x_rows[einc_swizzled(cell * 64 + 8 * term + lane)] =
        = help: a thread that writes factors of a warpgroup product must execute \`fence.proxy.async\` before the barrier"
    `);
    expect(await one(of('einc_group_fence'))).toMatchInlineSnapshot(`
      "BackendError: error[EINC0945]: kernel \`group_0_y\` starts a warpgroup product without a \`wgmma.fence\` before it
        = note: thread 0 of block 0 in a line
            einc_group_mma_m64n64k16_bf16<0, 1>(*(float (*)[32])&s_tile[0],
        = help: its accumulator registers have been used since the last fence"
    `);
    expect(await one(variants.length + broken.length - 1)).toMatchInlineSnapshot(`
      "BackendError: error[EINC0945]: kernel \`group_2_y\` passes descriptors to a warpgroup product that differ between threads, or have a base offset
        = note: thread 32 of block 0 in a line
            einc_group_mma_m64n64k16_bf16<1, 1>(*(float (*)[32])&s_tile[0],"
    `);
  });

  test.each(broken.map((one, i) => ({ ...one, i: variants.length + i })))(
    'one that $why',
    async ({ program, found, i }) => {
      expect(await wrongIn(program, i)).toMatch(found);
    },
  );

  /** The error, or that sums are others. */
  async function wrongIn(program: Program, i: number): Promise<string> {
    const [run, right] = [(await compiled)[i], (await expected).get(program.name)];
    try {
      return difference(right ?? new Map(), run?.(0, thirdsFor) ?? new Map()) ? 'other sums' : '';
    } catch (error) {
      return String(error);
    }
  }
  const expected = (async () => {
    const all = await compileAll(programs, undefined, 'cuda-emulator');
    return new Map(programs.map((program, i) => [program.name, all[i]?.(0, thirdsFor)]));
  })();
});
