/** Every turn of a loop is in one tile. */
import { expect, test } from 'vitest';
import { type Piece, piecesOfColumns, piecesOfRows } from '../../../compiler/schedule/pieces.ts';

function shown(pieces: readonly Piece[]): string {
  return pieces.map(p => `${p.start}: ${p.tiles} × ${p.count} by ${p.lanes}`).join(', ');
}

test.each([
  [1024, 2, 16, '0: 32 × 32 by 16'],
  [100, 2, 16, '0: 3 × 32 by 16, 96: 1 × 4 by 4'],
  [784, 2, 16, '0: 24 × 32 by 16, 768: 1 × 16 by 16'],
  [10, 1, 16, '0: 1 × 8 by 8, 8: 1 × 2 by 2'],
  [7, 2, 4, '0: 1 × 4 by 4, 4: 1 × 2 by 2, 6: 1 × 1 by 1'],
  [1, 2, 4, '0: 1 × 1 by 1'],
])('%i columns, %i vectors of %i lanes', (extent, vectors, lanes, pieces) => {
  expect(shown(piecesOfColumns(extent, vectors, lanes))).toBe(pieces);
});

test.each([
  [1024, 2, 16, '0: 32 × 32 by 16'],
  [333, 2, 16, '0: 10 × 32 by 16, 317: 1 × 16 by 16'],
  [100, 4, 16, '0: 1 × 64 by 16, 52: 1 × 48 by 16'],
  [20, 2, 16, '0: 1 × 16 by 16, 4: 1 × 16 by 16'],
  [10, 2, 16, '0: 1 × 8 by 8, 2: 1 × 8 by 8'],
  [3, 1, 4, '0: 1 × 2 by 2, 1: 1 × 2 by 2'],
  [1, 2, 4, '0: 1 × 1 by 1'],
])(
  '%i columns that may be done twice, %i vectors of %i lanes',
  (extent, vectors, lanes, pieces) => {
    expect(shown(piecesOfColumns(extent, vectors, lanes, true))).toBe(pieces);
  },
);

test.each([
  [128, 8, '0: 16 × 8 by 1'],
  [100, 14, '0: 4 × 13 by 1, 52: 4 × 12 by 1'],
  [5, 5, '0: 1 × 5 by 1'],
  [13, 12, '0: 1 × 7 by 1, 7: 1 × 6 by 1'],
])('%i rows, %i at once', (extent, count, pieces) => {
  expect(shown(piecesOfRows(extent, count))).toBe(pieces);
});

test('each turn once, whatever the sizes', () => {
  for (let extent = 1; extent < 200; extent++) {
    for (const pieces of [piecesOfColumns(extent, 2, 8), piecesOfRows(extent, 14)]) {
      expect(turnsOf(pieces)).toEqual(Array.from({ length: extent }, (_, i) => i));
    }
    const atLeastOnce = new Set(turnsOf(piecesOfColumns(extent, 2, 8, true)));
    expect([...atLeastOnce].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: extent }, (_, i) => i),
    );
  }
});

function turnsOf(pieces: readonly Piece[]): readonly number[] {
  return pieces.flatMap(({ start, tiles, count }) =>
    Array.from({ length: tiles * count }, (_, i) => start + i),
  );
}
