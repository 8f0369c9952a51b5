/** What vector loops look like in C. */
import { describe, expect, test } from 'vitest';
import { c99 } from '../../../backends/cc/dialect.ts';
import { emitParts } from '../../../backends/clike/emit.ts';
import { programOf } from '../../support/loop-text.ts';

const device = 'x: f32[40], y: f32[40], n: i32[4], from: f32[8, 12], into: f32[12, 8]';

function cOf(body: string): string {
  const { needs, text } = emitParts(programOf(device, body), c99);
  const [before = ''] = text.split('\n\nint ');
  return [...needs, before.slice(before.indexOf('{') + 2, -2)].join('\n');
}

test('operators, and a number beside a vector', () => {
  expect(cOf('for l < 4 vector { y[l + 8] := 2 * x[l] - x[0] * y[l + 8]; }'))
    .toMatchInlineSnapshot(`
    "typedef float f32x4 __attribute__((vector_size(16), aligned(4), may_alias));
      *(f32x4*)&y[8] = 2.0f * *(f32x4*)&x[0] - x[0] * *(f32x4*)&y[8];"
  `);
});

test('a tile in registers', () => {
  expect(
    cOf(`local t: f32[2, 8];
      for i < 2 unrolled { for v < 2 unrolled { for l < 4 vector { t[i, 4*v + l] := 0; } } }
      for k < 5 { for i < 2 unrolled { for v < 2 unrolled { for l < 4 vector {
        t[i, 4*v + l] := fma(x[5*i + k], y[8*k + 4*v + l], t[i, 4*v + l]); } } } }`),
  ).toMatchInlineSnapshot(`
    "typedef float f32x4 __attribute__((vector_size(16), aligned(4), may_alias));
    static inline f32x4 all_f32x4(float a) { return a - (f32x4){0}; }
    float fmaf(float, float, float);
    static inline f32x4 fma_f32x4(f32x4 a, f32x4 b, f32x4 c) { f32x4 r; for (int l = 0; l < 4; ++l) r[l] = fmaf(a[l], b[l], c[l]); return r; }
      _Alignas(64) float t[16];
      #pragma GCC unroll 2
      for (long i = 0; i < 2; ++i) {
        #pragma GCC unroll 2
        for (long v = 0; v < 2; ++v) {
          *(f32x4*)&t[i * 8 + 4 * v] = all_f32x4(0.0f);
        }
      }
      for (long k2 = 0; k2 < 5; ++k2) {
        #pragma GCC unroll 2
        for (long i = 0; i < 2; ++i) {
          #pragma GCC unroll 2
          for (long v = 0; v < 2; ++v) {
            *(f32x4*)&t[i * 8 + 4 * v] = fma_f32x4(all_f32x4(x[5 * i + k2]),
                *(f32x4*)&y[8 * k2 + 4 * v], *(f32x4*)&t[i * 8 + 4 * v]);
          }
        }
      }"
  `);
});

test('an op without an operator, a choice, strides, another dtype', () => {
  expect(cOf('for l < 4 vector { y[l] := where(x[2*l] < 1, max(x[l], y[l]), relu(x[l])); }'))
    .toMatchInlineSnapshot(`
      "typedef float f32x4 __attribute__((vector_size(16), aligned(4), may_alias));
      typedef int boolx4 __attribute__((vector_size(16), aligned(4), may_alias));
      static inline boolx4 lt_f32x4(f32x4 a, f32x4 b) { return (a < b) & 1; }
      static inline f32x4 strided_f32x4(const float *a, long stride) {
        f32x4 r;
        for (int l = 0; l < 4; ++l) r[l] = a[l * stride];
        return r;
      }
      static inline f32x4 all_f32x4(float a) { return a - (f32x4){0}; }
      static inline float max_f32(float a, float b) { const float c = a > b ? a : b; return a == a ? c : a; }
      static inline f32x4 max_f32x4(f32x4 a, f32x4 b) {
        f32x4 r;
        for (int l = 0; l < 4; ++l) r[l] = max_f32(a[l], b[l]);
        return r;
      }
      static inline float relu_f32(float a) { return a < 0 ? 0 : a; }
      static inline f32x4 relu_f32x4(f32x4 a) {
        f32x4 r;
        for (int l = 0; l < 4; ++l) r[l] = relu_f32(a[l]);
        return r;
      }
      static inline f32x4 where_f32x4(boolx4 a, f32x4 b, f32x4 c) {
        const boolx4 chosen = a != 0;
        return (f32x4)((chosen & (boolx4)b) | (~chosen & (boolx4)c));
      }
        *(f32x4*)&y[0] = where_f32x4(lt_f32x4(strided_f32x4(&x[0], 2), all_f32x4(1.0f)),
            max_f32x4(*(f32x4*)&x[0], *(f32x4*)&y[0]), relu_f32x4(*(f32x4*)&x[0]));"
    `);
});

test('what has no form on vectors is a loop over the lanes', () => {
  expect(cOf('for l < 4 vector { y[2*l] := x[l]; }')).toMatchInlineSnapshot(`
    "  for (long l = 0; l < 4; ++l) {
        y[2 * l] = x[l];
      }"
  `);
});

test('so is what reads at a computed position', () => {
  expect(cOf('for l < 4 vector { y[l] := x[l] + x[at(n[0])]; }')).toMatchInlineSnapshot(`
    "static inline long position_i32(int a, long n) { return a >= 0 && a < n ? (long)a : -1; }
      for (long l = 0; l < 4; ++l) {
        const long at = position_i32(n[0], 40);
        y[l] = x[l] + (at < 0 ? 0.0f : x[at]);
      }"
  `);
});

describe('a square that is turned over', () => {
  const turned = (leaf: string): string =>
    `for i < 3 { for r < 4 unrolled { for l < 4 vector { ${leaf} } } }`;

  test('is a call', () => {
    expect(cOf(turned('into[4*i + r, l + 4] := from[l + 1, 4*i + r];'))).toMatchInlineSnapshot(`
      "typedef float f32x4 __attribute__((vector_size(16), aligned(4), may_alias));
      #ifdef __clang__
      #define shuffle_f32x4(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
      #else
      #define shuffle_f32x4(a, b, ...) __builtin_shuffle(a, b, (int __attribute__((vector_size(sizeof(a))))){__VA_ARGS__})
      #endif
      static inline void transpose_f32x4(
        float *to, long to_row, const float *from, long from_row) {
        f32x4 a[4], b[4];
        #pragma GCC unroll 4
        for (int r = 0; r < 4; ++r) a[r] = *(f32x4*)&from[r * from_row];
        #pragma GCC unroll 2
        for (int pass = 0; pass < 2; ++pass) {
          #pragma GCC unroll 1
          for (int g = 0; g < 4; g += 4) {
            #pragma GCC unroll 2
            for (int r = 0; r < 2; ++r) {
              b[g + 2 * r] = shuffle_f32x4(a[g + r], a[g + r + 2], 0, 4, 1, 5);
              b[g + 2 * r + 1] = shuffle_f32x4(a[g + r], a[g + r + 2], 2, 6, 3, 7);
            }
          }
          #pragma GCC unroll 4
          for (int r = 0; r < 4; ++r) a[r] = b[r];
        }
        #pragma GCC unroll 4
        for (int r = 0; r < 4; ++r) *(f32x4*)&to[r * to_row] = a[r];
      }
        for (long i = 0; i < 3; ++i) {
          transpose_f32x4(&into[(4 * i) * 8 + 4], 8, &from[1 * 12 + 4 * i], 12);
        }"
    `);
  });

  test.each<[title: string, leaf: string]>([
    ['where it is added', 'into[4*i + r, l] += from[l, 4*i + r];'],
    ['where it changes on its way', 'into[4*i + r, l] := 2 * from[l, 4*i + r];'],
    ['where it is not turned', 'into[4*i + r, l] := from[r, 4*i + l];'],
    ['where rows are not side by side', 'into[4*i + r, l] := from[l, 2*r + i];'],
    ['where lanes are stored apart', 'into[4*i + l, r] := from[l, r];'],
  ])('but not %s', (_, leaf) => {
    expect(cOf(turned(leaf))).not.toContain('transpose');
  });
});
