/** Which sums the lanes of a warp take together; that they come to the same bits, `../cuda-emulator` tests. */
import { expect, test } from 'vitest';
import { cudaSource } from '../../../backends/cuda/source.ts';
import { parseProgram } from '../../../compiler/index.ts';

/** A block that adds up 64 cells by a tree, and what it does then. */
function textOf({
  dtype = 'f32',
  cells = 64,
  levels = [32, 16, 8, 4, 2],
  after = 'y[b] := s[0];',
} = {}): string {
  const loops = levels.map(half => `for t < ${half} thread { s[t] += s[t + ${half}]; }`);
  const { text } = cudaSource(
    parseProgram(`sums():
      device x: ${dtype}[9, ${cells}], y: ${dtype}[9], z: ${dtype}[9];
      for b < 9 block {
        local s: ${dtype}[${cells}];
        for t < ${cells} thread { s[t] := x[b, t]; }
        ${loops.join('\n')}
        for alone < 1 thread { s[0] += s[1]; ${after} }
      }`),
  );
  return text;
}

const shuffles = (text: string): number => text.split('__shfl_down_sync').length - 1;

test.each(['f32', 'f64', 'i32'])('the last five levels of %s, without barriers between', dtype => {
  const text = textOf({ dtype });
  expect(shuffles(text)).toBe(5);
  expect(text).not.toContain('__syncwarp');
  expect(text.split('__syncthreads').length - 1).toBe(1);
});

test('a tree of one warp, and the end of a long one', () => {
  expect(shuffles(textOf({ cells: 32, levels: [16, 8, 4, 2] }))).toBe(5);
  const long = textOf({ cells: 256, levels: [128, 64, 32, 16, 8, 4, 2] });
  expect(shuffles(long)).toBe(5);
  expect(long.split('__syncthreads').length - 1).toBe(3);
});

test.each([
  ['that other statements read', { after: 'y[b] := s[0]; z[b] := s[3];' }],
  ['of a dtype that lanes do not hand over', { dtype: 'i8' }],
  ['with a level left out', { levels: [32, 16, 4, 2] }],
  ['that begins too late', { levels: [8, 4, 2] }],
])('a tree %s stays in memory', (_, options) => {
  const text = textOf(options);
  expect(shuffles(text)).toBe(0);
  expect(text).toContain('__syncwarp');
});
