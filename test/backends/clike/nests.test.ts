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
        float *restrict x,
        const float *restrict y,
        const float s,
        const int step) {
        for (int i = 0; i < 9; ++i) {
          x[i] = y[i] * s + (float)step;
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

  test('stay where they change a scalar of the program', () => {
    const c = program(64, 'for i < 9 { s += w[i]; } y[0] := s;');
    expect(complaintsAbout(c)).toBe('');
    expect(c).toContain('  for (int i = 0; i < 9; ++i) {\n    s += w[i];\n  }');
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
