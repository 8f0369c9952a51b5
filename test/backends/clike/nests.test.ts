import { describe, expect, test } from 'vitest';
import { c99 } from '../../../backends/cc/dialect.ts';
import { emit } from '../../../backends/clike/emit.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { complaintsAbout, cOf } from '../../support/c-text.ts';

describe('the nests of a long program', () => {
  const loops = (count: number): string =>
    Array.from({ length: count }, (_, i) => {
      const [to, from] = i % 2 === 0 ? 'xy' : 'uv';
      return `for i${i} < 9 { ${to}[i${i}] := ${from}[i${i}] * s + f32(step); }`;
    }).join(' ');
  const program = (count: number, others = ''): string =>
    cOf(
      `p(step): device x: f32[9], y: f32[9], u: f32[9], v: f32[9], w: f32[9]; local s: f32 := x[0]; ${loops(count)} ${others}`,
    );

  test('are functions, one for those that differ in their arrays alone', () => {
    const c = program(65);
    expect(complaintsAbout(c)).toBe('');
    expect(c.match(/^__attribute__[^]*?^}$/gm)).toMatchInlineSnapshot(`
      [
        "__attribute__((noinline)) static void p_nest(
        float *restrict x, const float *restrict y, const float s, const long step) {
        for (long i = 0; i < 9; ++i) {
          x[i] = y[i] * s + (float)(int)step;
        }
      }",
      ]
    `);
    expect(c.match(/^ {2}p_nest.*$/gm)?.slice(0, 3)).toMatchInlineSnapshot(`
      [
        "  p_nest(x, y, s, step);",
        "  p_nest(u, v, s, step);",
        "  p_nest(x, y, s, step);",
      ]
    `);
    expect(c.match(/for \(/g)).toHaveLength(1);
  });

  test('do not have the whole name of a program that is called by many sections', () => {
    const name = `${'loss_forward_then_'.repeat(20)}end`;
    const c = cOf(
      `${name}(step): device x: f32[9], y: f32[9], u: f32[9], v: f32[9], s: f32; ${loops(65)}`,
    );
    expect(complaintsAbout(c)).toBe('');
    expect(c).toContain(`static void ${'loss_forward_then_'.repeat(3)}loss_nest(`);
    expect(c.split(name)).toHaveLength(3);
  });

  test('stay where they change a scalar of the program', () => {
    const c = program(64, 'for i < 9 { s += w[i]; } y[0] := s;');
    expect(complaintsAbout(c)).toBe('');
    expect(c).toContain('  for (long i = 0; i < 9; ++i) {\n    s += w[i];\n  }');
    expect(c.match(/for \(/g)).toHaveLength(2);
  });

  test('stay in a program of few', () => {
    expect(program(64)).not.toContain('nest');
  });

  test('stay where a language has no word for it', () => {
    const text = `p(step): device x: f32[9], y: f32[9], u: f32[9], v: f32[9], s: f32; ${loops(65)}`;
    expect(emit(parseProgram(text), { ...c99, separate: undefined })).not.toContain('nest');
  });
});

describe('the nests in a turn of a parallel loop', () => {
  const tile = (from: string): string =>
    `for o < 2 { for r < 2 unrolled { for c < 2 unrolled { t[2*o + r, c] += ${from}[k, b, 2*o + r, c] + f32(k); } } }`;
  const program = (body: string): string =>
    cOf(`p(): device x: f32[4, 3, 4, 2], y: f32[4, 3, 4, 2], z: f32[4, 3];
      for k < 4 parallel { for b < 3 { local t: f32[4, 2]; zero_out t; ${body} z[k, b] := t[3, 1]; } }`);

  test('are functions where there are two tiles', () => {
    const c = program(tile('x') + tile('y'));
    expect(complaintsAbout(c)).toBe('');
    expect(c.match(/^__attribute__[^]*?^}$/gm)).toMatchInlineSnapshot(`
      [
        "__attribute__((noinline)) static void p_nest(
        const float *restrict x, float *restrict t, const long k2, const long b) {
        if (k2 < 0 || k2 >= 4 || b < 0 || b >= 3) __builtin_unreachable();
        for (long o = 0; o < 2; ++o) {
          #pragma GCC unroll 2
          for (long r = 0; r < 2; ++r) {
            #pragma GCC unroll 2
            for (long c = 0; c < 2; ++c) {
              t[(2 * o + r) * 2 + c] += x[((k2 * 3 + b) * 4 + 2 * o + r) * 2 + c] + (float)(int)k2;
            }
          }
        }
      }",
      ]
    `);
    expect(c.match(/^ +p_nest.*$/gm)).toMatchInlineSnapshot(`
      [
        "      p_nest(x, t, k2, b);",
        "      p_nest(y, t, k2, b);",
      ]
    `);
  });

  test('tell apart the loops that call different ones', () => {
    const turned = (to: string): string =>
      tile('x').replace('2*o + r, c] + f32(k)', `${to}] + f32(k)`);
    const loop = (from: string): string =>
      `for k < 4 parallel { for b < 3 { local t: f32[4, 2]; zero_out t; ${from}${from} z[k, b] := t[3, 1]; } }`;
    const c = cOf(`p(): device x: f32[4, 3, 4, 4], z: f32[4, 3];
      ${loop(turned('2*o + r, c'))} ${loop(turned('c, 2*o + r'))}`);
    expect(complaintsAbout(c)).toBe('');
    expect(c.match(/^ +p_nest.*$/gm)).toHaveLength(4);
    expect(new Set(c.match(/einc_parallel\(4, \w+/g)).size).toBe(2);
  });

  test('stay where there is one', () => {
    expect(program(tile('x'))).not.toContain('nest');
  });
});
