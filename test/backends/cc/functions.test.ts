/** The text of f32 functions, and what a compiler makes of loops over them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { flagsFor } from '../../../backends/cc/backend.ts';
import { type FunctionOp, functionText } from '../../../backends/cc/functions.ts';
import { vectorFunction } from '../../../backends/cc/vector-functions.ts';
import { findCompiler } from '../../../backends/native/compiler.ts';
import { functions } from '../../../compiler/core/functions/index.ts';

const ops = Object.keys(functions) as FunctionOp[];

test('of one float', () => {
  expect(functionText('log').needs.join('\n')).toMatchInlineSnapshot(`
    "static inline int bits_of_f32(float a) { union { float from; int to; } x = { a }; return x.to; }
    static inline float f32_of_bits(int a) { union { int from; float to; } x = { a }; return x.to; }
    float fmaf(float, float, float);
    static inline float log_f32(float a) {
      const float raised = a * 8388608.0f;
      const float x = a < 1.1754944e-38f ? raised : a;
      const int shift = bits_of_f32(x) - 0x3f3504f3;
      const float f = f32_of_bits(bits_of_f32(x) - (shift & -0x800000)) - 1.0f;
      float q = 0.06746587f;
      q = fmaf(q, f, -0.11675812f);
      q = fmaf(q, f, 0.118882716f);
      q = fmaf(q, f, -0.12405563f);
      q = fmaf(q, f, 0.14219533f);
      q = fmaf(q, f, -0.16667996f);
      q = fmaf(q, f, 0.20002119f);
      q = fmaf(q, f, -0.2500001f);
      q = fmaf(q, f, 0.33333313f);
      q = fmaf(q, f, -0.5f);
      const float y = fmaf((float)(shift >> 23) + (a < 1.1754944e-38f ? -23.0f : 0.0f), 0.6931472f, fmaf(f * f, q, f));
      const float finite = a < __builtin_inff() ? y : a;
      const float low = a == 0.0f ? -__builtin_inff() : __builtin_nanf("");
      return 0.0f < a ? finite : low;
    }"
  `);
});

test('of a vector of floats', () => {
  expect(vectorFunction('sigmoid', 8).needs.join('\n')).toMatchInlineSnapshot(`
    "typedef float f32x8 __attribute__((vector_size(32), aligned(4), may_alias));
    static inline f32x8 where_lt_f32x8(f32x8 x, f32x8 y, f32x8 a, f32x8 b) { f32x8 r; for (int l = 0; l < 8; ++l) r[l] = x[l] < y[l] ? a[l] : b[l]; return r; }
    static inline f32x8 all_f32x8(float a) { return a - (f32x8){0}; }
    float fmaf(float, float, float);
    #if defined __FMA__ && !defined __clang__
    static inline f32x8 fma_f32x8(f32x8 a, f32x8 b, f32x8 c) { return __builtin_ia32_vfmaddps256(a, b, c); }
    #else
    static inline f32x8 fma_f32x8(f32x8 a, f32x8 b, f32x8 c) { f32x8 r; for (int l = 0; l < 8; ++l) r[l] = fmaf(a[l], b[l], c[l]); return r; }
    #endif
    typedef int i32x8 __attribute__((vector_size(32), aligned(4), may_alias));
    static inline f32x8 exp_f32x8(f32x8 a) {
      const f32x8 least = where_lt_f32x8(all_f32x8(89.0f), a, all_f32x8(89.0f), a);
      const f32x8 x = where_lt_f32x8(least, all_f32x8(-104.0f), all_f32x8(0.0f), least);
      const f32x8 count = fma_f32x8(x, all_f32x8(1.442695f), all_f32x8(12583166.0f));
      const f32x8 n = count - 12583166.0f;
      const f32x8 rest = fma_f32x8(n, all_f32x8(1.9046542e-9f), fma_f32x8(n, all_f32x8(-0.6931472f), x));
      f32x8 p = all_f32x8(0.0013814486f);
      p = fma_f32x8(p, rest, all_f32x8(0.00836875f));
      p = fma_f32x8(p, rest, all_f32x8(0.041668393f));
      p = fma_f32x8(p, rest, all_f32x8(0.1666652f));
      p = fma_f32x8(p, rest, all_f32x8(0.49999994f));
      p = fma_f32x8(p, rest, all_f32x8(1.0f));
      p = fma_f32x8(p, rest, all_f32x8(1.0f));
      const i32x8 sum = (i32x8)count;
      const i32x8 half = sum >> 1;
      const f32x8 y = p * (f32x8)(half << 23) * (f32x8)((sum - half) << 23);
      return where_lt_f32x8(least, all_f32x8(-104.0f), all_f32x8(0.0f), y);
    }
    float fabsf(float);
    static inline f32x8 abs_f32x8(f32x8 a) { f32x8 r; for (int l = 0; l < 8; ++l) r[l] = fabsf(a[l]); return r; }
    static inline f32x8 sigmoid_f32x8(f32x8 a) {
      const f32x8 small = exp_f32x8(-abs_f32x8(a));
      const f32x8 bottom = small + 1.0f;
      const f32x8 y = where_lt_f32x8(a, all_f32x8(0.0f), small, all_f32x8(1.0f)) / bottom;
      const f32x8 rest = 1.0f - y;
      return fma_f32x8(-y * (small - (bottom - 1.0f)), where_lt_f32x8(a, all_f32x8(0.0f), rest, y), y);
    }"
  `);
});

test('where doubles are needed, half of the vector at a time', () => {
  const { name, needs } = vectorFunction('cos', 8);
  expect(name).toBe('cos_f32x8');
  expect(needs.at(-1)).toMatchInlineSnapshot(`
    "static inline f32x8 cos_f32x8(f32x8 a) {
      const f32x4 low = cos_half_f32x4(__builtin_shufflevector(a, a, 0, 1, 2, 3));
      const f32x4 high = cos_half_f32x4(__builtin_shufflevector(a, a, 4, 5, 6, 7));
      return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
    }"
  `);
});

/** What gcc says of the loops in a program. */
function remarks(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'einc-functions-'));
  try {
    const [file, said] = [join(folder, 'loops.c'), join(folder, 'said')];
    writeFileSync(file, source);
    const options = ['-c', `-fopt-info-vec-optimized=${said}`, '-o', join(folder, 'loops.o')];
    execFileSync(findCompiler().path, [...flagsFor([]), ...options, file]);
    return readFileSync(said, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const isGcc = execFileSync(findCompiler().path, ['--version'], { encoding: 'utf8' }).includes(
  'Free Software Foundation',
);

test.runIf(isGcc).each(ops)('a loop over %s becomes vector code', op => {
  const { name, needs } = functionText(op);
  const args = functions[op].parameters.map(p => `${p.name}[i]`).join(', ');
  const said = remarks(`${needs.join('\n')}
void loop(float *restrict y, const float *restrict a, const float *restrict b) {
  for (int i = 0; i < 4096; ++i) y[i] = ${name}(${args});
}`);
  expect(said).toMatch(/loop vectorized using \d+ byte vectors/);
});
