/** The benchmarks on a GPU: the same programs, in sizes that keep one busy. The first case of each is small. */
import { attentionCase, type Size as AttentionSize } from './attention.ts';
import type { Benchmark } from './benchmark.ts';
import { elementwiseCases } from './elementwise.ts';
import { productCase, type Size } from './gemm.ts';
import { gptCase } from './gpt.ts';
import { layerNormCases, softmaxCases, type Size as Matrix } from './rows.ts';
import type { TransformerSize } from './transformer.ts';

const square = (n: number): Size => [n, n, n];
const large = [...[512, 1024, 2048, 4096, 8192].map(square), [4096, 768, 3072] as const];
/** Few cells and many terms, as gradients of weights are. */
const deep: readonly Size[] = [
  [256, 8192, 128],
  [64, 16_384, 64],
];
const matrices: readonly Matrix[] = [
  { rows: 16, columns: 64 },
  { rows: 4096, columns: 1024 },
  { rows: 32_768, columns: 1024 },
  { rows: 8192, columns: 4096 },
];
const attentions: readonly AttentionSize[] = [
  { batch: 1, length: 16, heads: 2, width: 8 },
  { batch: 8, length: 128, heads: 4, width: 32 },
  { batch: 8, length: 1024, heads: 12, width: 64 },
  { batch: 2, length: 4096, heads: 12, width: 64 },
];

const tiny: TransformerSize = {
  ...{ layers: 1, width: 16, heads: 2, length: 8, batch: 2, words: 16, isTied: false },
};
/** As timed on processors, and the size of GPT-2's smallest. */
const gpts: readonly (readonly [name: string, size: TransformerSize])[] = [
  ['tiny', tiny],
  ['step', { ...tiny, layers: 4, width: 128, heads: 4, length: 128, batch: 8, words: 256 }],
  [
    'step of GPT-2',
    { ...tiny, layers: 12, width: 768, heads: 12, length: 512, batch: 4, words: 8192 },
  ],
];

/** As einc takes it (`runtime/settings.ts`), and `peers/device.py`: then no product of f32 is one of f32. */
const asAllowed = process.env['EINC_TF32'] === 'on' ? ({ narrow: 'tf32' } as const) : {};

export const gpuBenchmarks: readonly Benchmark[] = [
  {
    name: 'gemm',
    about:
      'a * b of matrices m×k×n, in f32 (or tf32) and in bf16; `bT` is `{ w } * x`, whose w is n×k',
    cases: [
      ...[square(32), ...large, ...deep].flatMap(size => [
        productCase(size, asAllowed),
        productCase(size, { transposed: true, ...asAllowed }),
      ]),
      ...large.map(size => productCase(size, { narrow: 'bf16' })),
    ],
  },
  {
    name: 'elementwise',
    about: 'a chain of operations and a sum, over 2^26 cells',
    cases: [...elementwiseCases(2 ** 12), ...elementwiseCases(2 ** 26)].map(bySize),
  },
  { name: 'softmax', about: 'of the rows of a matrix', cases: matrices.flatMap(softmaxOf) },
  { name: 'layer-norm', about: 'of the rows of a matrix', cases: matrices.flatMap(layerNormOf) },
  {
    name: 'attention',
    about: 'of each word to all words of its text; texts × words × heads × width of a head',
    cases: attentions.map(size => attentionCase(size)),
  },
  {
    name: 'gpt',
    about: 'training step with Adam of 4 layers of width 128, and of 12 of width 768',
    cases: gpts.map(([name, size]) => gptCase(name, size)),
  },
];

function bySize(given: Benchmark['cases'][number]): Benchmark['cases'][number] {
  return { ...given, name: `${given.name} of ${given.settings?.['cells'] ?? 0}` };
}

function softmaxOf(size: Matrix): Benchmark['cases'] {
  return softmaxCases(size).map(given => ({ ...given, name: `${nameOf(size)} ${given.name}` }));
}

function layerNormOf(size: Matrix): Benchmark['cases'] {
  return layerNormCases(size).map(given => ({ ...given, name: `${nameOf(size)} ${given.name}` }));
}

function nameOf({ rows, columns }: Matrix): string {
  return `${rows}x${columns}`;
}
