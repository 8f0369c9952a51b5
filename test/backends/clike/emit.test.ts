/** The C of small programs, as a reader sees it. */
import { describe, expect, test } from 'vitest';
import { bodyInC, complaintsAbout, cOf } from '../../support/c-text.ts';

test('the whole text: needs, the program, the entry point', () => {
  const c = cOf(`update(batch : [0..3], step):
    device sum: f64, w: f32[4], x: f32[4, 2];
    scratch t: f32[4];
    for i < 4 { t[i] := relu(x[batch, 1] * w[i]); }
    for i < 4 { w[i] += t[i] * f32(step); sum += exp(f64(t[i])); }`);
  expect(complaintsAbout(c)).toBe('');
  expect(c).toMatchInlineSnapshot(`
    "static inline float relu_f32(float a) { return a < 0 ? 0 : a; }
    double exp(double);

    static void update(
      const long batch, const long step, double *restrict sum, float *restrict w,
      const float *restrict x, char *restrict arena) {
      float *const t = (float *)(arena + 0);
      for (long i = 0; i < 4; ++i) {
        t[i] = relu_f32(x[batch * 2 + 1] * w[i]);
      }
      for (long i = 0; i < 4; ++i) {
        w[i] += t[i] * (float)(int)step;
        sum[0] += exp((double)t[i]);
      }
    }

    int einc_run(void *const *args) {
      update((long)args[4], (long)args[5], args[0], args[1], args[2], args[3]);
      return 0;
    }
    "
  `);
});

test('a program without anything', () => {
  const c = cOf('nothing():');
  expect(complaintsAbout(c)).toBe('');
  expect(c).toMatchInlineSnapshot(`
    "static void nothing() {
    }

    int einc_run(void *const *args) {
      nothing();
      return 0;
    }
    "
  `);
});

test('what is only read is const; scratch and symbols are parameters', () => {
  const c = cOf(`p(i : [0..1]):
    device a: f32[2], b: f64, c: i32[2], d: bool[2], e: f32;
    scratch f: f32[2];
    a[0] := f32(b); c[0] += 1; fill d, 1; f[0] := e; f[1] := f[0];`);
  expect(c).toMatchInlineSnapshot(`
    "static void p(
      const long i, float *restrict a, const double *restrict b, int *restrict c, _Bool *restrict d,
      const float *restrict e, char *restrict arena) {
      float *const f = (float *)(arena + 0);
      a[0] = (float)b[0];
      c[0] += 1;
      for (long k = 0; k < 2; ++k) d[k] = 1;
      f[0] = e[0];
      f[1] = f[0];
    }

    int einc_run(void *const *args) {
      p((long)args[6], args[0], args[1], args[2], args[3], args[4], args[5]);
      return 0;
    }
    "
  `);
});

test('arrays that share memory are pointers into it; in a parallel loop, which needs them apart, restrict', () => {
  const c = cOf(`p():
    device x: f32[37];
    scratch t: f32[37], u: f64[37], v: f32[37] in 0..147;
    for i < 37 { t[i] := x[i]; }
    for i < 37 parallel { u[i] := f64(t[i]); }
    for i < 37 { v[i] := f32(u[i]); }
    for i < 37 { x[i] := v[i]; }`);
  expect(complaintsAbout(c)).toBe('');
  expect(c).toMatchInlineSnapshot(`
    "void (*einc_parallel)(
      long turns, void (*part)(long first, long last, void *const *args), void *const *args);

    static void p_turns(
      const long first, const long last, const float *restrict t, double *restrict u) {
      if (first < 0 || last > 37) __builtin_unreachable();
      for (long i = first; i < last; ++i) {
        u[i] = (double)t[i];
      }
    }

    static void p_part(long first, long last, void *const *args) {
      p_turns(first, last, args[0], args[1]);
    }

    static void p(float *restrict x, char *restrict arena) {
      float *const t = (float *)(arena + 0);
      double *const u = (double *)(arena + 192);
      float *const v = (float *)(arena + 0);
      for (long i = 0; i < 37; ++i) {
        t[i] = x[i];
      }
      einc_parallel(37, p_part, (void *const[]){t, u});
      for (long i = 0; i < 37; ++i) {
        v[i] = (float)u[i];
      }
      for (long i = 0; i < 37; ++i) {
        x[i] = v[i];
      }
    }

    int einc_run(void *const *args) {
      p(args[0], args[1]);
      return 0;
    }
    "
  `);
});

test('a result in the place of its operand is not restrict beside it', () => {
  const c = cOf(`p():
    device x: f32[37];
    scratch t: f32[37], u: f32[37] in 0..147, v: f32[37];
    for i < 37 { t[i] := x[i]; v[i] := x[i]; }
    for i < 37 parallel { u[i] := t[i] + v[i]; }
    for i < 37 { x[i] := u[i]; }`);
  expect(complaintsAbout(c)).toBe('');
  const turns = c.slice(c.indexOf('p_turns'), c.indexOf('{\n'));
  expect(turns).toContain(' const float *t, float *u, const float *restrict v)');
});

test('what is done where a condition does not hold is its other branch', () => {
  const c = cOf(`p():
    device x: f32[37];
    for i < 37 {
      when i < 5 { x[i] := 0; }
      when -1*i < -4 { x[i] := 1; }
      when -1*i < -5 { x[i] := 2; }
    }`);
  expect(complaintsAbout(c)).toBe('');
  expect(c.slice(c.indexOf('for'))).toMatchInlineSnapshot(`
    "for (long i = 0; i < 37; ++i) {
        if (i < 5) {
          x[i] = 0.0f;
        } else {
          x[i] = 1.0f;
        }
        if (-1 * i < -5) {
          x[i] = 2.0f;
        }
      }
    }

    int einc_run(void *const *args) {
      p(args[0]);
      return 0;
    }
    "
  `);
});

describe('expressions have the parentheses that C needs, and no others', () => {
  test.each([
    ['s := s + t * u;', 's[0] = s[0] + t[0] * u[0];'],
    ['s := (s + t) * u;', 's[0] = (s[0] + t[0]) * u[0];'],
    ['s := s - (t - u);', 's[0] = s[0] - (t[0] - u[0]);'],
    ['s := s - t - u;', 's[0] = s[0] - t[0] - u[0];'],
    ['s := s / (t * u);', 's[0] = s[0] / (t[0] * u[0]);'],
    ['s := neg(s + t);', 's[0] = -(s[0] + t[0]);'],
    ['s := neg(s) * t;', 's[0] = -s[0] * t[0];'],
    ['s := where(s < t, u, s);', 's[0] = s[0] < t[0] ? u[0] : s[0];'],
    [
      's := where(s < t, where(t < u, s, t), u) + 1;',
      's[0] = (s[0] < t[0] ? (t[0] < u[0] ? s[0] : t[0]) : u[0]) + 1.0f;',
    ],
    ['s := where(bool(s), t, u);', 's[0] = s[0] != 0 ? t[0] : u[0];'],
    ['s := f32(s < t) * u;', 's[0] = (float)(s[0] < t[0]) * u[0];'],
    ['c := (s < t) == (t < u);', 'c[0] = s[0] < t[0] == t[0] < u[0];'],
    ['c := bool(s + t) != c;', 'c[0] = (s[0] + t[0]) != 0 != c[0];'],
    [
      's := max(s + t, min(t, u)) ** 2;',
      's[0] = pow_f32(max_f32(s[0] + t[0], min_f32(t[0], u[0])), 2.0f);',
    ],
    ['s := f32(f64(s) * 2);', 's[0] = (float)((double)s[0] * 2.0);'],
    ['n := i32(s) + i32(c);', 'n[0] = to_i32(s[0]) + (int)c[0];'],
    ['n := n / 2 - abs(n);', 'n[0] = div_i32(n[0], 2) - abs_i32(n[0]);'],
    [
      's max= t * u; s -= t - u; s /= t;',
      's[0] = max_f32(s[0], t[0] * u[0]);\ns[0] -= t[0] - u[0];\ns[0] /= t[0];',
    ],
    [
      'n /= 3; n min= 2; c += c;',
      'n[0] = div_i32(n[0], 3);\nn[0] = min_i32(n[0], 2);\nc[0] += c[0];',
    ],
  ])('%s', (body, c) => {
    const device = 's: f32, t: f32, u: f32, n: i32, c: bool';
    expect(bodyInC(device, body)).toBe(c);
    expect(complaintsAbout(cOf(`p(): device ${device}; ${body}`))).toBe('');
  });
});

describe('subscripts are row-major', () => {
  test.each([
    ['x[i, j] := 0;', 'x[i * 3 + j] = 0.0f;'],
    ['w[j + 1, 2*i] := 0;', 'w[(j + 1) * 3 + 2 * i] = 0.0f;'],
    ['x[-1*i + 1, 2] := 0;', 'x[(-1 * i + 1) * 3 + 2] = 0.0f;'],
    ['x[1, 0] := 0;', 'x[1 * 3] = 0.0f;'],
    ['x[0, j] := 0;', 'x[j] = 0.0f;'],
    ['u[i, 0, 0] := 0;', 'u[i] = 0.0f;'],
    ['c[i, j, 1, i] := 0;', 'c[((i * 2 + j) * 2 + 1) * 2 + i] = 0.0f;'],
    ['s := f32(index(2*i + j + 1));', 's[0] = (float)(int)(2 * i + j + 1);'],
    ['s := f32(index(3)) * f32(i);', 's[0] = (float)3 * (float)(int)i;'],
  ])('%s', (body, c) => {
    const device = 'x: f32[2, 3], u: f32[2, 1, 1], c: f32[2, 2, 2, 2], w: f32[3, 3], s: f32';
    const lines = bodyInC(device, `for i < 2 { for j < 2 { ${body} } }`).split('\n');
    expect(lines[2]?.trim()).toBe(c);
  });

  test('of an array of more cells than an int can count', () => {
    const body =
      'for i < 3000000000 { y[i] := 1; } x[70000, 2] := 2; fill x, 0; for i < 9 { x[2*i, i + 1] := 3; }';
    const c = bodyInC('x: f32[70001, 70000], y: bool[3000000000]', body);
    expect(c).toMatchInlineSnapshot(`
      "for (long i = 0; i < 3000000000; ++i) {
        y[i] = 1;
      }
      x[((long)70000) * 70000 + (long)2] = 2.0f;
      for (long k = 0; k < 4900070000; ++k) x[k] = 0.0f;
      for (long i = 0; i < 9; ++i) {
        x[(2 * i) * 70000 + i + (long)1] = 3.0f;
      }"
    `);
  });
});

describe('declarations', () => {
  test('are joined with a first value where C has one', () => {
    const body = `local a: f32; a := x[0];
      local b: f32[3]; zero_out b;
      local c: f32[3]; fill c, 2;
      local d: f32; fill d, 2;
      local e: f32; a += 1; e := a;
      local z: f32[0];
      local n: i32[2]; zero_out n;
      local m: f32[2]; fill m, -0;
      x[0] := a + b[0] + c[0] + d + e;`;
    expect(bodyInC('x: f32[1]', body)).toMatchInlineSnapshot(`
      "float a = x[0];
      float b[3] = {0};
      float c[3];
      for (long k = 0; k < 3; ++k) c[k] = 2.0f;
      float d = 2.0f;
      float e;
      a += 1.0f;
      e = a;
      float z[1];
      int n[2] = {0};
      float m[2];
      for (long k = 0; k < 2; ++k) m[k] = -0.0f;
      x[0] = a + b[0] + c[0] + d + e;"
    `);
  });

  test('inside a loop begin anew each time', () => {
    const body = 'for i < 2 { local a: f32 := 0; for j < 2 { a += x[j]; } x[i] := a; }';
    expect(bodyInC('x: f32[2]', body)).toMatchInlineSnapshot(`
      "for (long i = 0; i < 2; ++i) {
        float a = 0.0f;
        for (long j = 0; j < 2; ++j) {
          a += x[j];
        }
        x[i] = a;
      }"
    `);
  });
});

test('long statements are broken before an operator, not inside a subscript', () => {
  const sum = Array.from({ length: 12 }, (_, i) => `weights[i, ${i}] * inputs[j, ${i}]`).join(
    ' + ',
  );
  const c = bodyInC(
    'weights: f32[2, 12], inputs: f32[2, 12], y: f32[2, 2]',
    `for i < 2 { for j < 2 { y[i, j] := ${sum}; } }`,
  );
  expect(Math.max(...c.split('\n').map(line => line.length))).toBeLessThanOrEqual(100);
  expect(c).toMatchInlineSnapshot(`
    "for (long i = 0; i < 2; ++i) {
      for (long j = 0; j < 2; ++j) {
        y[i * 2 + j] = weights[i * 12] * inputs[j * 12] + weights[i * 12 + 1] * inputs[j * 12 + 1] +
            weights[i * 12 + 2] * inputs[j * 12 + 2] + weights[i * 12 + 3] * inputs[j * 12 + 3] +
            weights[i * 12 + 4] * inputs[j * 12 + 4] + weights[i * 12 + 5] * inputs[j * 12 + 5] +
            weights[i * 12 + 6] * inputs[j * 12 + 6] + weights[i * 12 + 7] * inputs[j * 12 + 7] +
            weights[i * 12 + 8] * inputs[j * 12 + 8] + weights[i * 12 + 9] * inputs[j * 12 + 9] +
            weights[i * 12 + 10] * inputs[j * 12 + 10] + weights[i * 12 + 11] * inputs[j * 12 + 11];
      }
    }"
  `);
});
