/**
 * Bulk tensor copies (TMA of sm_90a) for warpgroup products, on the emulator and by definition. And each wait, fence and
 * barrier of such a kernel is needed, each number in it right: otherwise the emulator finds what it was for.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { cudaSource } from '../../../backends/cuda/source.ts';
import {
  parseProgram,
  passesFor,
  type Program,
  withBulkCopies,
  withGroups,
} from '../../../compiler/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { needCppCompiler } from '../../support/cpp-compiler.ts';
import { compileAll, compileSources } from '../../support/run-compiled.ts';
import { difference, outputsOf, thirdsFor } from '../../support/run-program.ts';
import { tilesFor } from '../../support/small-gpu.ts';
import { others, products, textOf } from './group-programs.ts';

const target = withBulkCopies(withGroups(tilesFor(1)));

function programOf(text: string): Program {
  return runPipeline(passesFor(target), parseProgram(text));
}

const all = [
  ...Object.entries(products)
    .filter(([, { stages }]) => stages !== 1)
    .map(([name, product]) => ({ name, text: textOf(product) })),
  ...Object.entries(others).map(([name, text]) => ({ name, text })),
].map(one => ({ ...one, program: programOf(one.text) }));
const runs = await compileAll(
  all.map(({ program }) => program),
  undefined,
  'cuda-emulator',
);
beforeEach(needCppCompiler);

test.each(all.map((one, i) => ({ ...one, run: runs[i] })))(
  '$name',
  ({ program, text: source, run }) => {
    const { text } = cudaSource(program);
    expect(text).toContain('einc_copy_box');
    expect(text).not.toContain('einc_copy_async');
    const expected = outputsOf(parseProgram(source), 0, thirdsFor);
    expect(difference(expected, run?.(0, thirdsFor) ?? new Map())).toBeUndefined();
  },
);

describe('a kernel with bulk copies', () => {
  const texts = [
    textOf({ size: [66, 72, 320], says: [] }),
    textOf({ size: [128, 64, 320], x: 'i, b', says: [] }),
  ];
  const programs = texts.map((text, i) => ({ ...programOf(text), name: `bulk_${i}` }));
  const [, far] = programs;

  /** What says that something is there, or may be used: barriers, copies, products. */
  const words =
    /(__syncthreads|einc_(fence_async|arrival_\w+|copy_box_2|group_(commit|wait<\d>)))\([^;{]*\);/g;
  const missing = programs.flatMap(program => {
    const source = cudaSource(program);
    const found = [...source.text.matchAll(words)].filter(([, word]) => word !== undefined);
    return found.map((match, at) => ({
      ...{ program, of: match[1] ?? '', at },
      source: { ...source, text: without(source.text, match) },
    }));
  });

  function without(text: string, { index, 0: all }: RegExpExecArray): string {
    return `${text.slice(0, index)};${text.slice(index + all.length)}`;
  }

  /** Other words that are wrong, each in one way. */
  const wrong: readonly (readonly [why: string, from: string, to: string, found: RegExp])[] = [
    ['waits for the other parity', 'i / 4 % 2)', '(i / 4 + 1) % 2)', /EINC094[1348]/],
    ['waits for the first phase only', 'i / 4 % 2)', '0)', /EINC094[348]/],
    ['expects less than comes', ', 24576)', ', 24560)', /EINC0941/],
    ['expects more than comes', ', 24576)', ', 24592)', /EINC0941/],
    ['has one place less', '% 4 *', '% 3 *', /EINC094[34]/],
    [
      'waits at the next barrier',
      'wait(&arrived[i % 4]',
      'wait(&arrived[(i + 1) % 4]',
      /EINC094[138]/,
    ],
    ['starts one barrier again and again', 'start(&arrived[i])', 'start(&arrived[0])', /EINC0948/],
    ['begins where no pattern does', '&shared_memory[0]', '&shared_memory[8]', /sums|EINC094/],
    ['begins between rows', '&shared_memory[0]', '&shared_memory[1]', /EINC0946/],
    ['copies the next row', ', 128 * b', ', 1 + 128 * b', /sums/],
    ['copies what is outside', ', 128 * b', ', 128 + 128 * b', /sums/],
    ['copies to the next array', 'box_2(w_columns,', 'box_2(w_columns + 64,', /EINC094[34]|sums/],
  ];
  const broken = wrong.map(([why, from, to, found]) => {
    if (!far) throw new Error('no program');
    const source = cudaSource(far);
    const text = source.text.replaceAll(from, to);
    expect(text, why).not.toBe(source.text);
    return { why, found, program: far, source: { ...source, text } };
  });
  const compiled = compileSources([...missing, ...broken]);
  const expected = new Map<string, ReturnType<typeof outputsOf>>(
    texts.map((text, i) => [`bulk_${i}`, outputsOf(parseProgram(text), 0, thirdsFor)] as const),
  );

  /** The error, or that sums are others. */
  async function wrongIn(program: Program, i: number): Promise<string> {
    const run = (await compiled)[i];
    try {
      const found = run?.(0, thirdsFor) ?? new Map();
      return difference(expected.get(program.name) ?? new Map(), found) ? 'other sums' : '';
    } catch (error) {
      return String(error);
    }
  }

  test.each(missing.map((one, i) => ({ ...one, i, name: one.program.name })))(
    '$name needs $of, the one at $at',
    async ({ program, i }) => {
      expect(await wrongIn(program, i)).toMatch(/EINC094[13458]|sums/);
    },
  );

  test('is told what is wrong', async () => {
    const of = (words: string): number => missing.findIndex(one => one.of === words);
    const one = async (i: number): Promise<string> => {
      const { program } = [...missing, ...broken][i] ?? {};
      return program ? (await wrongIn(program, i)).replaceAll(/line \d+/g, 'a line') : '';
    };
    expect(await one(of('einc_arrival_expect'))).toMatchInlineSnapshot(`
      "BackendError: error[EINC0941]: kernel \`bulk_0_y\` deadlocks: bulk copies never arrive
        = note: thread 0 of block 0 waits in a line
            einc_arrival_wait(&arrived[i % 4], i / 4 % 2);
        = note: no thread has arrived at the barrier in this phase"
    `);
    expect(await one(of('einc_arrival_start'))).toMatchInlineSnapshot(`
      "BackendError: error[EINC0948]: kernel \`bulk_0_y\` misuses a barrier of bulk copies
        = note: thread 0 of block 0 in a line
            einc_arrival_expect(&arrived[early], 32768);
        = help: one thread starts each barrier once, then \`fence.proxy.async\` and \`__syncthreads()\`; in each phase one thread arrives; all copies are waited for before the block ends"
    `);
    expect(await one(missing.length + wrong.findIndex(([why]) => why.includes('more'))))
      .toMatchInlineSnapshot(`
      "BackendError: error[EINC0941]: kernel \`bulk_1_y\` deadlocks: bulk copies never arrive
        = note: thread 0 of block 0 waits in a line
            einc_arrival_wait(&arrived[i % 4], i / 4 % 2);
        = note: the barrier expects 24592 bytes, and copies bring 24576"
    `);
    expect(await one(missing.findLastIndex(({ of }) => of === 'einc_arrival_wait')))
      .toMatchInlineSnapshot(`
      "BackendError: error[EINC0943]: kernel \`bulk_1_y\` reads bytes of \`shared_memory\` that its block has not written
        = note: thread 0 of block 0 reads 2 bytes at byte 0 of \`shared_memory\` in a line
            einc_group_mma_m64n64k16_bf16<1, 1>(*(float (*)[32])&s_tile[0],
        = help: shared memory is undefined when a block starts: write it, then \`__syncthreads()\`, then read it"
    `);
  });

  test.each(broken.map((one, i) => ({ ...one, i: missing.length + i })))(
    'one that $why',
    async ({ program, found, i }) => {
      expect(await wrongIn(program, i)).toMatch(found);
    },
  );
});
