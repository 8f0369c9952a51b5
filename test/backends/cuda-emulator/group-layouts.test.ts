/**
 * How factors of groups of warps lie in shared memory: the table "Canonical Layouts" of the PTX ISA, as strides, beside what
 * the emulator reads. Einc itself uses two of them.
 */
import { beforeEach, expect, test } from 'vitest';
import { needCppCompiler } from '../../support/cpp-compiler.ts';
import { cells, compileByHand, type HandWritten } from './support.ts';

/** In cells of 16 bits: of 8 rows, of further ones, of 8 terms, of further ones; for MN-major, rows in three parts. */
interface Layout {
  /** `Swizzle<bits, 4, 3>`. */
  readonly bits: number;
  readonly isTransposed: boolean;
  readonly leading: number;
  readonly stride: number;
  /** Where a cell is before it is swizzled, in C. */
  readonly place: string;
}

const modes = [0, 3, 2, 1];

/** ((8,m),(T,2k)):((pT,SBO),(1,T)), of parts p; not swizzled ((8,m),(T,2k)):((1T,SBO),(1,LBO)). */
function ofTerms(bits: number): Layout {
  const row = 8 << bits;
  const [leading, stride] = [bits === 0 ? 8 * 64 : 0, 8 * row];
  const inRow = bits === 0 ? `term / 8 * ${leading} + term % 8` : 'term';
  const place = `cell % 8 * ${row} + cell / 8 * ${stride} + ${inRow}`;
  return { bits, isTransposed: false, leading, stride, place };
}

/** ((T,p,m),(8,k)):((1,T,LBO),(pT,SBO)); not swizzled ((T,1,m),(8,k)):((1,T,SBO),(1T,LBO)). */
function ofCells(bits: number): Layout {
  const parts = 1 << bits;
  const [next, nextTerms] = [64 * parts, 8 * 64];
  const inRows = `cell % 8 + cell / 8 % ${parts} * 8 + cell / ${8 * parts} * ${next}`;
  const place = `${inRows} + term % 8 * ${8 * parts} + term / 8 * ${nextTerms}`;
  const [leading, stride] = bits === 0 ? [nextTerms, next] : [next, nextTerms];
  return { bits, isTransposed: true, leading, stride, place };
}

const layouts = [1, 2, 3, 0].flatMap(bits => [ofTerms(bits), ofCells(bits)]);
const pairs = layouts.map((a, i) => ({ a, b: layouts[(i + 3) % layouts.length] ?? a, i }));

/** Of the memory of the launch both have a half, which begins where any pattern may. */
function kernelOf({ a, b, i }: (typeof pairs)[number]): HandWritten {
  const swizzled = (bits: number): string => `place ^ (place & ${((1 << bits) - 1) << 7}) >> 3`;
  const fill = (name: string, { place, bits }: Layout, half: number): string => `
    { const unsigned place = 2 * (${place});
      *(unsigned short *)(memory + ${half} + (${swizzled(bits)})) = ${name}[cell * 16 + term]; }`;
  const descriptor = ({ bits, leading, stride }: Layout, half: number): string =>
    `${modes.indexOf(bits)}ull << 62 | ${(2 * stride) >> 4}ull << 32 | ${(2 * leading) >> 4}ull << 16 | ` +
    `(einc_shared_address(memory) + ${half}) >> 4`;
  const text = `
extern "C" __global__ void layout_${i}(const unsigned short *a, const unsigned short *b, float *y) {
  extern __shared__ __align__(1024) unsigned char memory[];
  for (int cell = threadIdx.x; cell < 64; cell += 128) for (int term = 0; term < 16; ++term) {
    ${fill('a', a, 0)}${fill('b', b, 16384)}
  }
  einc_fence_async();
  __syncthreads();
  float c[32];
  for (int i = 0; i < 32; ++i) c[i] = 1.0f;
  einc_group_fence(c);
  einc_group_mma_m64n64k16_bf16<${Number(a.isTransposed)}, ${Number(b.isTransposed)}>(c, ${descriptor(a, 0)}, ${descriptor(b, 16384)});
  einc_group_commit();
  einc_group_wait<0>(c);
  for (int i = 0; i < 32; ++i) {
    const int row = threadIdx.x / 32 * 16 + threadIdx.x % 32 / 4 + i / 2 % 2 * 8;
    y[row * 64 + i / 4 * 8 + threadIdx.x % 4 * 2 + i % 2] = c[i];
  }
}`;
  const device = 'a: bf16[64, 16], b: bf16[64, 16], y: f32[64, 64]';
  return { name: `layout_${i}`, text, device, block: 128, sharedBytes: 32768 };
}

const runs = await compileByHand(pairs.map(kernelOf));
beforeEach(needCppCompiler);

const nameOf = ({ bits, isTransposed }: Layout): string =>
  `${isTransposed ? 'MN' : 'K'}-major, ${bits === 0 ? 'not swizzled' : `${8 << (bits + 1)} bytes`}`;

test.each(pairs.map(pair => ({ ...pair, of: `${nameOf(pair.a)} times ${nameOf(pair.b)}` })))(
  '$of',
  ({ i }) => {
    const a = cells(64 * 16, at => ((at * 7) % 23) - 11);
    const b = cells(64 * 16, at => ((at * 5) % 19) - 9);
    const expected = cells(64 * 64, at => {
      const [row, column] = [Math.floor(at / 64), at % 64];
      return cells(16, k => (a[row * 16 + k] ?? 0) * (b[column * 16 + k] ?? 0)).reduce(
        (sum, term) => sum + term,
        1,
      );
    });
    const found = runs.get(`layout_${i}`)?.({ a, b })['y'];
    expect(Array.from(found ?? [], Number)).toEqual(expected);
  },
);
