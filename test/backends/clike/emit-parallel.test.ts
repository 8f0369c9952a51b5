/** Parallel loops in C: functions of their own, and calls. */
import { describe, expect, test } from 'vitest';
import { c99 } from '../../../backends/cc/dialect.ts';
import { emit } from '../../../backends/clike/emit.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { complaintsAbout, cOf } from '../../support/c-text.ts';

describe('a parallel loop', () => {
  test('is a function of its own, with what it uses, and a call', () => {
    const c = cOf(`p(batch : [0..3], step):
      device first: f32[40], s: f32, unused: f32, w: f32[37, 4];
      local t: f32[37];
      local a: f32 := s * 2;
      for i < 37 parallel { t[i] := first[i + batch] * a; }
      for i < 37 parallel { for j < 4 { w[i, j] := t[i] + s + f32(step); } }`);
    expect(complaintsAbout(c)).toBe('');
    expect(c).toMatchInlineSnapshot(`
      "void (*einc_parallel)(
        long turns, void (*part)(long first, long last, void *const *args), void *const *args);

      static void p_turns(
        const long first, const long last, const float *restrict first2, float *restrict t, const float a,
        const long batch) {
        if (first < 0 || last > 37 || batch < 0 || batch >= 4) __builtin_unreachable();
        for (long i = first; i < last; ++i) {
          t[i] = first2[i + batch] * a;
        }
      }

      static void p_part(long first, long last, void *const *args) {
        p_turns(first, last, args[0], args[1], *(float *)args[2], (long)args[3]);
      }

      static void p_turns2(
        const long first, const long last, const float *restrict s, float *restrict w,
        const float *restrict t, const long step) {
        if (first < 0 || last > 37) __builtin_unreachable();
        for (long i = first; i < last; ++i) {
          for (long j = 0; j < 4; ++j) {
            w[i * 4 + j] = t[i] + s[0] + (float)(int)step;
          }
        }
      }

      static void p_part2(long first, long last, void *const *args) {
        p_turns2(first, last, args[0], args[1], args[2], (long)args[3]);
      }

      static void p(
        const long batch, const long step, const float *restrict first2, const float *restrict s,
        const float *restrict unused, float *restrict w) {
        _Alignas(64) float t[37];
        float a = s[0] * 2.0f;
        einc_parallel(37, p_part, (void *const[]){(void *)first2, t, &a, (void *)(long)batch});
        einc_parallel(37, p_part2, (void *const[]){(void *)s, w, t, (void *)(long)step});
      }

      int einc_run(void *const *args) {
        p((long)args[4], (long)args[5], args[0], args[1], args[2], args[3]);
        return 0;
      }
      "
    `);
  });

  test('shares its function with those that differ from it in their arrays alone', () => {
    const c = cOf(`p(batch : [0..3]):
      device x: f32[9], y: f32[9], u: f32[9], v: f32[9], long_name: f32[9, 4];
      for i < 9 parallel { x[i] := relu(y[i]) + f32(batch); }
      for a < 9 parallel { u[a] := relu(v[a]) + f32(batch); }
      for i < 9 parallel { x[i] := exp(y[i]) + f32(batch); }
      for i < 9 parallel { y[i] := relu(y[i]) + f32(batch); }
      for i < 9 parallel { y[i] := relu(x[8]) + f32(batch); }
      for i < 9 parallel { y[i] := relu(long_name[i, 0]) + f32(batch); }`);
    expect(complaintsAbout(c)).toBe('');
    expect(c.match(/(?<=einc_parallel\(9, ).*(?=\);)/g)).toEqual([
      'p_part, (void *const[]){x, y, (void *)(long)batch}',
      'p_part, (void *const[]){u, (void *)v, (void *)(long)batch}',
      'p_part3, (void *const[]){x, y, (void *)(long)batch}',
      'p_part4, (void *const[]){y, (void *)(long)batch}',
      'p_part5, (void *const[]){x, y, (void *)(long)batch}',
      'p_part6, (void *const[]){y, (void *)long_name, (void *)(long)batch}',
    ]);
  });

  test('in another loop is one like others', () => {
    const nest =
      'for r < 3 { for i < 4 MODE { x[i] += 1; } } for i < 4 parallel { x[i] := 0; for j < 4 MODE { w[i, j] := 0; } }';
    const [parallel, serial] = ['parallel', ''].map(mode =>
      cOf(`p(): device x: f32[4], w: f32[4, 4]; ${nest.replaceAll('MODE', mode)}`),
    );
    expect(parallel).toBe(serial);
  });

  test('and the only one in it are counted as one', () => {
    const c = cOf(
      'p(): device w: f32[3, 4, 5]; for i < 3 parallel { for j < 4 parallel { for k < 5 { w[i, j, k] := 0; } } }',
    );
    expect(complaintsAbout(c)).toBe('');
    expect(c.slice(c.indexOf('static void p_turns'))).toMatchInlineSnapshot(`
      "static void p_turns(const long first, const long last, float *restrict w) {
        if (first < 0 || last > 12) __builtin_unreachable();
        for (long turn = first; turn < last; ++turn) {
          const long i = turn / 4;
          const long j = turn % 4;
          for (long k2 = 0; k2 < 5; ++k2) {
            w[(i * 4 + j) * 5 + k2] = 0.0f;
          }
        }
      }

      static void p_part(long first, long last, void *const *args) {
        p_turns(first, last, args[0]);
      }

      static void p(float *restrict w) {
        einc_parallel(12, p_part, (void *const[]){w});
      }

      int einc_run(void *const *args) {
        p(args[0]);
        return 0;
      }
      "
    `);
  });

  test('where a language has no way to share it, too', () => {
    const program = parseProgram('p(): device x: f32[4]; for i < 4 parallel { x[i] := 1; }');
    expect(emit(program, { ...c99, parallel: undefined })).toBe(
      cOf('p(): device x: f32[4]; for i < 4 { x[i] := 1; }'),
    );
  });
});
