import { describe, expect, test } from 'vitest';
import { sumByRows } from '../../../compiler/passes/sum-by-rows.ts';
import { laidOut, type Setting, through } from '../../support/loop-text.ts';
import { smallTarget } from '../../support/small-target.ts';

const setting: Setting = {
  device:
    'g: f32[6], h: f32[2, 6], n: i32[6], x: f32[128, 6], y: f32[128, 4], z: f32[16, 8, 6], s: f32[127, 6], few: f32[64, 6], both: f32[4, 6], f: f32',
  // Blocks are summed by themselves first.
  same: (a, b) => Object.is(a, b) || Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(a)),
};
const run = through(sumByRows(smallTarget), setting);

test('columns are summed in blocks of rows', () => {
  expect(run('for o < 6 { for b < 128 { g[o] += x[b, o]; } }')).toBe(
    laidOut(
      `local g_blocks: f32[16, 6];
       for b_block < 16 {
         for o < 6 { g_blocks[b_block, o] := 0; }
         for b < 8 { for o < 6 { g_blocks[b_block, o] += x[8*b_block + b, o]; } }
       }
       for o < 6 { for b_block < 16 { g[o] += g_blocks[b_block, o]; } }`,
      setting,
    ),
  );
});

test('the loops over rows may be several, in either order of rows and columns', () => {
  const sums = `local g_blocks: f32[16, 6];
    for b_block < 16 {
      for o < 6 { g_blocks[b_block, o] := -Infinity; }
      for t < 8 { for o < 6 { g_blocks[b_block, o] max= z[b_block, t, o]; } }
    }
    for o < 6 { for b_block < 16 { g[o] max= g_blocks[b_block, o]; } }`;
  const leaf = 'g[o] max= z[b, t, o];';
  for (const nest of [
    `for o < 6 { for b < 16 { for t < 8 { ${leaf} } } }`,
    `for b < 16 { for t < 8 { for o < 6 { ${leaf} } } }`,
  ]) {
    expect(run(nest)).toBe(laidOut(sums, setting));
  }
});

test('so is what differs from column to column in part only', () => {
  const text = run('for o < 6 { for b < 128 { g[o] += x[b, o] * y[b, 0] * both[0, o]; } }');
  expect(text).toContain('x[8*b_block + b, o] * y[8*b_block + b, 0] * both[0, o]');
});

describe('all stays as it is', () => {
  test.each<[title: string, body: string]>([
    [
      'in a product of matrices',
      'for o < 6 { for c < 4 { for b < 128 { both[c, o] += x[b, o] * y[b, c]; } } }',
    ],
    ['where rows do not divide', 'for o < 6 { for b < 127 { g[o] += s[b, o]; } }'],
    ['where rows are few', 'for o < 6 { for b < 64 { g[o] += few[b, o]; } }'],
    ['where all goes to one cell', 'for b < 128 { for o < 6 { f += x[b, o]; } }'],
    ['where cells are not side by side', 'for o < 4 { for b < 128 { both[o, 0] += y[b, o]; } }'],
    ['where terms are not', 'for o < 6 { for b < 128 { g[o] += x[b, -1*o + 5]; } }'],
    ['in a loop', 'for k < 2 { for o < 6 { for b < 128 { h[k, o] += x[b, o]; } } }'],
    ['integers', 'for o < 6 { for b < 128 { n[o] += i32(x[b, o]); } }'],
    ['what reads itself', 'for o < 6 { for b < 128 { g[o] += g[o] * x[b, o]; } }'],
    ['what is no sum', 'for o < 6 { for b < 128 { g[o] -= x[b, o]; } }'],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });

  test('what a cache holds', () => {
    const body = 'for o < 6 { for b < 128 { g[o] += x[b, o]; } }';
    const large = { ...smallTarget, cacheBytes: 4 * 6 * 128 };
    expect(through(sumByRows(large), setting)(body)).toBe(laidOut(body, setting));
  });
});
