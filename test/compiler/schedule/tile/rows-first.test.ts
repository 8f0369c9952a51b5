/** Tiles row by row, where what is done with short sums comes from memory. */
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
  `dy: f32[${terms}, ${rows}], x: f32[${terms}, ${columns}], w: f32[${rows}, ${columns}], v: f32[${columns}]`;

/** The update of weights by their gradient. */
const update = ([rows, terms, columns]: Size, store = 'w[o, i] += -0.1 * s;'): string =>
  `for o < ${rows} { for i < ${columns} {
     local s: f32 := 0;
     for b < ${terms} { s += dy[b, o] * x[b, i]; }
     ${store}
   } }`;

function stepFor(size: Size, store?: string, device = deviceOf(size)): string {
  const { body } = programOf(device, update(size, store));
  const nest = body.kind === 'for' ? nestAt(body) : undefined;
  const tile = nest && tileFor(nest, targets.avx512);
  return tile && isTile(tile) ? printStep(stepOf(tile)) : 'none';
}

const decayed = 'w[o, i] := 0.99 * w[o, i] - 0.1 * s;';

test.each<[title: string, size: Size, store: string, chosen: string]>([
  [
    'all columns',
    [1000, 32, 784],
    decayed,
    'rows 8 of o, columns 3 × 16 of i, blocks of 784 columns',
  ],
  [
    'as many as a cache holds',
    [1000, 200, 3000],
    decayed,
    'rows 8 of o, columns 3 × 16 of i, blocks of 624 columns, pack x [200, 624], pack dy [200, 48]',
  ],
  [
    'a number of rows that leaves none over',
    [1001, 32, 784],
    decayed,
    'rows 7 of o, columns 3 × 16 of i, blocks of 784 columns',
  ],
  [
    'sums that take long',
    [1000, 300, 784],
    decayed,
    'rows 8 of o, columns 3 × 16 of i, blocks of 240 columns, pack x [300, 240], pack dy [300, 48]',
  ],
  ['weights that a cache holds', [500, 32, 500], decayed, 'rows 5 of o, columns 4 × 16 of i'],
  ['few rows', [15, 32, 20_000], decayed, 'rows 5 of o, columns 4 × 16 of i, pack x [32, 64]'],
  [
    'what all rows read',
    [1000, 32, 784],
    'w[o, i] := v[i] + s;',
    'rows 8 of o, columns 3 × 16 of i',
  ],
])('%s', (_, size, store, chosen) => {
  expect(stepFor(size, store)).toBe(chosen);
});

test('of weights that no cache holds, rows that one holds', () => {
  const size: Size = [500, 32, 500];
  const device = deviceOf(size).replace('w: f32[500', 'w: f32[4000');
  expect(stepFor(size, decayed, device)).toBe('rows 5 of o, columns 4 × 16 of i');
});

test('rows stand outside of columns, and cells are what they were', () => {
  const size: Size = [32, 3, 22];
  const text = through(tileRegisters(smallTarget), { device: deviceOf(size) })(
    update(size, decayed),
  );
  expect(text.split('\n').filter(line => line.trim().startsWith('for'))[0]).toBe('for o < 4 {');
});
