/** What few rows read of columns that lie apart, turned over between loading and adding. */
import { expect, test } from 'vitest';
import { tileRegisters } from '../../../../compiler/passes/tile-registers.ts';
import { nestAt } from '../../../../compiler/schedule/nest.ts';
import { printStep } from '../../../../compiler/schedule/step.ts';
import { targets } from '../../../../compiler/schedule/target.ts';
import { isTile, stepOf, tileFor } from '../../../../compiler/schedule/tile/tile.ts';
import { programOf, through } from '../../../support/loop-text.ts';
import { smallTarget } from '../../../support/small-target.ts';

type Size = readonly [rows: number, terms: number, columns: number];

const deviceOf = ([rows, terms, columns]: Size): string =>
  `x: f32[${rows}, ${terms}], w: f32[${columns}, ${terms}], y: f32[${rows}, ${columns}], u: f32[9, ${columns}]`;

const product = ([rows, terms, columns]: Size, store = 'y[b, o] := s;'): string =>
  `for b < ${rows} { for o < ${columns} {
     local s: f32 := 0;
     for i < ${terms} { s += x[b, i] * w[o, i]; }
     ${store}
   } }`;

/** `through` compares what is computed with what was. */
const run = (size: Size, store?: string): string =>
  through(tileRegisters(smallTarget), { device: deviceOf(size) })(product(size, store));

test('whole squares, and one that reaches back', () => {
  expect(run([4, 10, 8])).toMatchInlineSnapshot(`
    "for o < 2 {
      local s_tile: f32[4, 4];
      for b < 4 unrolled {
        for l < 4 vector {
          s_tile[b, l] := 0;
        }
      }
      for i_square < 2 {
        local w_square: f32[4, 4];
        for r < 4 unrolled {
          for l < 4 vector {
            w_square[r, l] := w[4*o + l, 4*i_square + r];
          }
        }
        for i < 4 unrolled {
          for b < 4 unrolled {
            for l < 4 vector {
              s_tile[b, l] += x[b, 4*i_square + i] * w_square[i, l];
            }
          }
        }
      }
      local w_square2: f32[4, 4];
      for r < 4 unrolled {
        for l < 4 vector {
          w_square2[r, l] := w[4*o + l, r + 6];
        }
      }
      for i < 2 unrolled {
        for b < 4 unrolled {
          for l < 4 vector {
            s_tile[b, l] += x[b, i + 8] * w_square2[i + 2, l];
          }
        }
      }
      for b < 4 unrolled {
        for l < 4 vector {
          y[b, 4*o + l] := s_tile[b, l];
        }
      }
    }"
  `);
});

test.each<Size>([
  [4, 4, 4],
  [4, 5, 6],
  [4, 8, 9],
  [4, 11, 7],
  [4, 7, 13],
  [4, 16, 3],
])('%i rows, %i terms, %i columns', (...size) => {
  const text = run(size);
  expect(text.includes('w_square')).toBe(size[2] >= 4);
  expect(text).not.toContain('w_panel');
});

test('columns that may not run twice are in smaller squares, or in none', () => {
  const text = run([4, 8, 7], 'y[b, o] += s;');
  expect(text).toContain('w_square: f32[4, 4]');
  expect(text).toContain('x[b, i] * w[6, i]');
});

test.each<[title: string, size: Size, chosen: string]>([
  ['few rows', [10, 784, 512], 'rows 10 of b, columns 1 × 16 of o, pack w [16, 16]'],
  [
    'as many as registers hold',
    [14, 784, 512],
    'rows 14 of b, columns 1 × 16 of o, pack w [16, 16]',
  ],
  ['more', [16, 784, 512], 'rows 8 of b, columns 3 × 16 of o, pack w [784, 48]'],
  ['short sums', [10, 12, 512], 'rows 5 of b, columns 4 × 16 of o, pack w [12, 64]'],
  ['long ones', [10, 8000, 512], 'rows 10 of b, columns 1 × 16 of o, pack w [16, 16]'],
])('%s', (_, size, chosen) => {
  expect(stepFor(size)).toBe(chosen);
});

test('a program may ask for other tiles', () => {
  expect(stepFor([10, 784, 512], 2)).toBe('rows 5 of b, columns 2 × 16 of o, pack w [784, 32]');
});

test('where several rows of loops share what is copied, it is copied once', () => {
  const device = 'x: f32[32, 10, 64], w: f32[512, 64], y: f32[32, 10, 512]';
  const body = `for a < 32 { for b < 10 { for o < 512 {
    local s: f32 := 0; for i < 64 { s += x[a, b, i] * w[o, i]; } y[a, b, o] := s; } } }`;
  expect(stepOfNest(device, body)).toContain('pack w [64, 48]');
});

function stepFor(size: Size, vectors?: number): string {
  return stepOfNest(deviceOf(size), product(size), vectors);
}

function stepOfNest(device: string, text: string, vectors?: number): string {
  const { body } = programOf(device, text);
  const nest = body.kind === 'for' ? nestAt(body) : undefined;
  const tile = nest && tileFor(nest, targets.avx512, { vectors });
  return tile && isTile(tile) ? printStep(stepOf(tile)) : 'none';
}
