/** The C of computed subscripts: a variable for each, and a guard. */
import { expect, test } from 'vitest';
import { complaintsAbout, cOf } from '../../support/c-text.ts';

test('each is computed once a statement, under a name that nothing else has', () => {
  const c = cOf(`p():
    device at: f32[4], n: i32[4], x: f32[4], y: f64[3, 4], s: f32;
    for at2 < 4 { s += x[at(at[at2])] * x[at(at[at2])] + x[at(n[at2])]; }
    for i < 4 { y[at(x[i]), at(n[i])] += 1; y[2, at(x[i])] max= y[at(f64(x[at(s)])), i]; }
    for i < 4 { local t: f32 := x[at(s)]; s += t * t; }`);
  expect(complaintsAbout(c)).toBe('');
  expect(c).toMatchInlineSnapshot(`
    "static inline long position(double a, long n) { return a >= 0 && a < n && (long)a == a ? (long)a : -1; }
    static inline long position_i32(int a, long n) { return a >= 0 && a < n ? (long)a : -1; }
    static inline double max_f64(double a, double b) { const double c = a > b ? a : b; return a == a ? c : a; }

    static void p(
      const float *restrict at, const int *restrict n, const float *restrict x, double *restrict y,
      float *restrict s) {
      for (long at2 = 0; at2 < 4; ++at2) {
        const long at3 = position(at[at2], 4);
        const long at4 = position_i32(n[at2], 4);
        s[0] += (at3 < 0 ? 0.0f : x[at3]) * (at3 < 0 ? 0.0f : x[at3]) + (at4 < 0 ? 0.0f : x[at4]);
      }
      for (long i = 0; i < 4; ++i) {
        const long at2 = position(x[i], 3);
        const long at5 = position_i32(n[i], 4);
        if (at2 >= 0 && at5 >= 0) y[at2 * 4 + at5] += 1.0;
        const long at6 = position(x[i], 4);
        const long at7 = position(s[0], 4);
        const long at8 = position((double)(at7 < 0 ? 0.0f : x[at7]), 3);
        if (at6 >= 0) y[2 * 4 + at6] = max_f64(y[2 * 4 + at6], at8 < 0 ? 0.0 : y[at8 * 4 + i]);
      }
      for (long i = 0; i < 4; ++i) {
        const long at9 = position(s[0], 4);
        float t = at9 < 0 ? 0.0f : x[at9];
        s[0] += t * t;
      }
    }

    int einc_run(void *const *args) {
      p(args[0], args[1], args[2], args[3], args[4]);
      return 0;
    }
    "
  `);
});

test('what is larger than an int can count is no special case', () => {
  const c = cOf(`p():
    device x: f32[3000000000, 2], i: f64, y: f32;
    y := x[at(i), 1];`);
  expect(complaintsAbout(c)).toBe('');
  expect(c).toContain('const long at = position(i[0], 3000000000);');
  expect(c).toContain('y[0] = at < 0 ? 0.0f : x[at * 2 + (long)1];');
});
