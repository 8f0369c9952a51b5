/**
 * Products as a GPU computes them, copied a turn ahead and on tensor cores, on the emulator and by definition: the
 * same bits, as the emulator adds in order. (A GPU's tensor cores round sums in a way of their own.)
 */
import { expect, test } from 'vitest';
import { cudaSource } from '../../../backends/cuda/source.ts';
import { parseProgram, passesFor, withMatrices } from '../../../compiler/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { compileAll } from '../../support/run-compiled.ts';
import { difference, type Input, outputsOf, thirdsFor } from '../../support/run-program.ts';
import { partsFor, tilesFor } from '../../support/small-gpu.ts';

interface Product {
  readonly dtype: 'f16' | 'bf16' | 'f32' | 'f64' | 'i32';
  readonly rows: number;
  readonly columns: number;
  readonly terms: number;
  /** Subscripts of the factors. */
  readonly x?: string;
  readonly w?: string;
  /** What the text has to say. */
  readonly says: readonly string[];
  /** Fewer are larger tiles. */
  readonly processors?: number;
  /** For fewer the terms are in parts. */
  readonly termsOfBlock?: number;
}

const onTensorCores = ['einc_mma_m16n8k16', 'einc_copy_async_16', 'einc_copy_async_wait<'];
const products: Readonly<Record<string, Product>> = {
  bf16: { dtype: 'bf16', rows: 40, columns: 64, terms: 64, says: onTensorCores },
  'bf16, copied two turns ahead': {
    ...{ dtype: 'bf16', rows: 40, columns: 64, terms: 96 },
    says: [...onTensorCores, '_async_wait<1>', '% 3 *'],
  },
  'bf16, copied three turns ahead': {
    ...{ dtype: 'bf16', rows: 40, columns: 64, terms: 224 },
    says: [...onTensorCores, '_async_wait<2>', '% 4 *'],
  },
  'f64, in the memory of the launch': {
    ...{ dtype: 'f64', rows: 64, columns: 64, terms: 48, processors: 1 },
    says: ['_async_wait<1>', 'extern __shared__ uint4'],
  },
  'bf16, in one tile of four warps': {
    ...{ dtype: 'bf16', rows: 64, columns: 64, terms: 64, processors: 1 },
    says: [...onTensorCores, 'left[2][4]', 'right[2][4]'],
  },
  'f32, in strips of two rows of tiles': {
    ...{ dtype: 'f32', rows: 512, columns: 384, terms: 2, processors: 4 },
    says: ['const int strip = ', '256 * strip + 128 * b'],
  },
  'f16, weights the other way round': {
    ...{ dtype: 'f16', rows: 32, columns: 64, terms: 48, w: 'o, i' },
    says: [...onTensorCores, 'einc_load_matrices(right'],
  },
  'bf16, rows the other way round': {
    ...{ dtype: 'bf16', rows: 64, columns: 32, terms: 32, x: 'i, b' },
    says: ['einc_load_matrices_transposed(left'],
  },
  'few rows of bf16': {
    ...{ dtype: 'bf16', rows: 12, columns: 64, terms: 64 },
    says: [...onTensorCores, 'left[1][4]', 'right[1][4]'],
  },
  'rows and columns of bf16 left over': {
    ...{ dtype: 'bf16', rows: 37, columns: 41, terms: 64 },
    says: ['einc_mma_m16n8k16_bf16'],
  },
  'rows of f16 left over, side by side': {
    ...{ dtype: 'f16', rows: 40, columns: 72, terms: 80, x: 'i, b' },
    says: onTensorCores,
  },
  'terms of bf16 left over': {
    ...{ dtype: 'bf16', rows: 32, columns: 32, terms: 24 },
    says: ['fmaf'],
  },
  f32: { dtype: 'f32', rows: 40, columns: 40, terms: 64, says: ['einc_copy_async_16', 'fmaf'] },
  'f32, whose terms are left over': {
    ...{ dtype: 'f32', rows: 70, columns: 70, terms: 39, processors: 1 },
    says: ['einc_copy_async_4'],
  },
  f64: { dtype: 'f64', rows: 40, columns: 40, terms: 40, says: ['einc_copy_async_16'] },
  'f32, terms in parts': {
    ...{ dtype: 'f32', rows: 40, columns: 72, terms: 1000, termsOfBlock: 96 },
    says: ['einc_copy_async_16', 's_parts'],
  },
  'bf16, terms in parts': {
    ...{ dtype: 'bf16', rows: 64, columns: 64, terms: 448, termsOfBlock: 96 },
    says: [...onTensorCores, 's_parts'],
  },
  integers: { dtype: 'i32', rows: 40, columns: 40, terms: 40, says: ['einc_copy_async_16'] },
};

function textOf(product: Product): string {
  const { dtype, rows, columns, terms, x = 'b, i', w = 'i, o' } = product;
  const dims = (index: string): string =>
    [...index.matchAll(/[boi]/g)]
      .map(([loop]) => (loop === 'b' ? rows : loop === 'o' ? columns : terms))
      .join(', ');
  const isNarrow = dtype === 'f16' || dtype === 'bf16';
  const factor = (read: string): string => (isNarrow ? `f32(${read})` : read);
  const of = isNarrow ? 'f32' : dtype;
  return `
    layer(): device x: ${dtype}[${dims(x)}], w: ${dtype}[${dims(w)}], y: ${of}[${rows}, ${columns}];
      local s: ${of}[${rows}, ${columns}];
      zero_out s;
      for b < ${rows} { for o < ${columns} { for i < ${terms} {
        s[b, o] += ${factor(`x[${x}]`)} * ${factor(`w[${w}]`)};
      } } }
      for b < ${rows} { for o < ${columns} { y[b, o] := relu(s[b, o]); } }`;
}

const others = {
  'a convolution of bf16': `
    convolution(): device x: bf16[2, 4, 26, 16], w: bf16[3, 3, 16, 32], y: bf16[2, 2, 24, 32];
      local s: f32[2, 2, 24, 32];
      zero_out s;
      for b < 2 { for p < 2 { for q < 24 { for o < 32 { for u < 3 { for v < 3 { for c < 16 {
        s[b, p, q, o] += f32(x[b, p + u, q + v, c]) * f32(w[u, v, c, o]);
      } } } } } } }
      for b < 2 { for p < 2 { for q < 24 { for o < 32 { y[b, p, q, o] := bf16(s[b, p, q, o]); } } } }`,
  'a convolution of f32': `
    convolution(): device x: f32[2, 10, 10, 5], w: f32[3, 3, 5, 12], y: f32[2, 8, 8, 12];
      zero_out y;
      for b < 2 { for p < 8 { for q < 8 { for o < 12 { for u < 3 { for v < 3 { for c < 5 {
        y[b, p, q, o] += x[b, p + u, q + v, c] * w[u, v, c, o];
      } } } } } } }`,
  'sums over two loops with terms left over': `
    two(): device x: f32[36, 3, 39], w: f32[3, 39, 36], y: f32[36, 36];
      zero_out y;
      for b < 36 { for o < 36 { for u < 3 { for c < 39 { y[b, o] += x[b, u, c] * w[u, c, o]; } } } }`,
  'sums over two loops, copied three turns ahead in each': `
    far(): device x: f32[36, 3, 87], w: f32[3, 87, 36], y: f32[36, 36];
      zero_out y;
      for b < 36 { for o < 36 { for u < 3 { for c < 87 { y[b, o] += x[b, u, c] * w[u, c, o]; } } } }`,
};

const all = [
  ...Object.entries(products).map(([name, one]) => ({ name, text: textOf(one), ...one })),
  ...Object.entries(others).map(([name, text]) => ({
    ...{ name, text, says: ['einc_copy_async_'], processors: 1000, termsOfBlock: undefined },
  })),
];
const programs = all.map(one => {
  const { processors = 1000, termsOfBlock } = one;
  const target =
    termsOfBlock === undefined ? tilesFor(processors) : partsFor(processors, termsOfBlock);
  return { ...one, program: runPipeline(passesFor(target), parseProgram(one.text)) };
});
const runs = await compileAll(
  programs.map(({ program }) => program),
  undefined,
  'cuda-emulator',
);

test.each(programs.map((one, i) => ({ ...one, run: runs[i] })))('$name', one => {
  const { program, says, run } = one;
  const { text } = cudaSource(program);
  for (const words of says) expect(text).toContain(words);
  const expected = outputsOf(program, 0, thirdsFor);
  expect(difference(expected, run?.(0, thirdsFor) ?? new Map())).toBeUndefined();
});

/** The loops of so large a product are slow by definition: tiles of another size have the same bits. */
test('bf16, in warps of 64 rows and columns', async () => {
  const text = textOf({ dtype: 'bf16', rows: 256, columns: 512, terms: 96, says: [] });
  const [large, small] = [1, 1000].map(processors =>
    runPipeline(passesFor(tilesFor(processors)), parseProgram(text)),
  );
  if (!large || !small) throw new Error('no programs');
  expect(cudaSource(large).text).toContain('right[4][4]');
  const [one, other] = await compileAll([large, small], undefined, 'cuda-emulator');
  const [found, expected] = [one, other].map(run => run?.(0, thirdsFor) ?? new Map());
  expect([...(found?.keys() ?? [])]).toContain('y');
  expect(difference(expected ?? new Map(), found ?? new Map())).toBeUndefined();
});

test('f32 as tf32, where that is allowed: each factor is rounded to 10 bits', async () => {
  const size = 48;
  const text = textOf({ dtype: 'f32', rows: size, columns: size, terms: size, says: [] });
  const target = withMatrices(tilesFor(1000), ['tf32']);
  const program = runPipeline(passesFor(target), parseProgram(text));
  expect(cudaSource(program).text).toContain('einc_mma_m16n8k8_tf32');
  const [run] = await compileAll([program], undefined, 'cuda-emulator');
  const given: Input = (node, salt) => thirdsFor(node, salt).map(cell => Math.abs(cell) / 4096);
  const [expected, found] = [outputsOf(program, 0, given), run?.(0, given)];
  const [y, z] = [expected.get('y') ?? [], found?.get('y') ?? []];
  // Of a factor half of 2^-10, of a product twice that; and what is left for sums of f32.
  y.forEach((cell, i) => expect(Math.abs((z[i] ?? NaN) - cell)).toBeLessThan(cell * 2 ** -9.9));
  expect(difference(expected, found ?? new Map())).toBeDefined();
});
