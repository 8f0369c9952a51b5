/** Pointers to where the terms of a tile's sums start, and which loops have none. */
import { expect, test } from 'vitest';
import { c99 } from '../../../backends/cc/dialect.ts';
import { cuda } from '../../../backends/cuda/dialect.ts';
import { emit } from '../../../backends/clike/emit.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';

/** The sums of four rows; `a` is what is read of a matrix. */
function tile(a: string, body = (sum: string): string => sum): string {
  return `p():
    device a: f32[64, 32], b: f32[32], y: f32[64];
    for i < 16 {
      local s: f32[4];
      for r < 4 unrolled { s[r] := 0; }
      for t < 32 { for r < 4 unrolled { ${body(`s[r] += ${a} * b[t];`)} } }
      for r < 4 unrolled { y[4*i + r] := s[r]; }
    }`;
}

test('rows of a tile are read from where the first one starts', () => {
  const c = emit(parseProgram(tile('a[4*i + r, t]')), c99);
  expect(c).toContain('const float *const a_from = &a[(4 * i) * 32];');
  expect(c).toContain('s[r] += a_from[r * 32 + t] * b[t];');
});

test.each([
  ['what is read from the start of its array', tile('a[r, t]')],
  [
    'a subscript that decreases, so that the start might lie after the end',
    tile('a[4*i + r, -1*t + 31]'),
  ],
  ['terms under a condition', tile('a[4*i + r, t]', sum => `when i + t < 20 { ${sum} }`)],
  [
    'copies',
    'p():\n  device a: f32[64, 32], y: f32[64, 32];\n  for i < 16 { for t < 32 { for r < 4 unrolled { y[4*i + r, t] := a[4*i + r, t]; } } }',
  ],
])('%s has no such pointer', (_, text) => {
  expect(emit(parseProgram(text), c99)).not.toContain('_from');
});

test('on a GPU there are none, as each would take a register', () => {
  expect(emit(parseProgram(tile('a[4*i + r, t]')), cuda)).not.toContain('_from');
});
