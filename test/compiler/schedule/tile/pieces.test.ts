/** Every turn of a loop is in one tile. */
import { expect, test } from 'vitest';
import {
  type Piece,
  piecesOfColumns,
  piecesOfRows,
  vectorsOf,
} from '../../../../compiler/schedule/tile/pieces.ts';

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
    expect(shown(piecesOfColumns(extent, vectors, lanes, { later: true, atOnce: false }))).toBe(
      pieces,
    );
  },
);

test.each([
  [24, 2, 16, '0: 1 × 24 by 16'],
  [40, 3, 16, '0: 1 × 40 by 16'],
  [40, 2, 16, '0: 1 × 16 by 16, 16: 1 × 24 by 16'],
  [200, 4, 16, '0: 3 × 48 by 16, 144: 1 × 56 by 16'],
  [152, 3, 16, '0: 2 × 32 by 16, 64: 1 × 48 by 16, 112: 1 × 40 by 16'],
  [52, 2, 16, '0: 1 × 32 by 16, 32: 1 × 20 by 16'],
  [6, 1, 16, '0: 1 × 6 by 4'],
  [17, 1, 16, '0: 1 × 16 by 16, 16: 1 × 1 by 1'],
])(
  '%i columns that may be done twice at once, %i vectors of %i lanes',
  (extent, vectors, lanes, pieces) => {
    const again = { later: false, atOnce: true };
    expect(shown(piecesOfColumns(extent, vectors, lanes, again))).toBe(pieces);
  },
);

test('what reaches back over other tiles is whole vectors', () => {
  const again = { later: true, atOnce: true };
  expect(shown(piecesOfColumns(40, 2, 16, again))).toBe('0: 1 × 32 by 16, 24: 1 × 16 by 16');
  expect(shown(piecesOfColumns(56, 2, 16, again))).toBe('0: 1 × 32 by 16, 24: 1 × 32 by 16');
});

test('all columns of a tile are in its vectors, each place in one', () => {
  for (let lanes = 1; lanes <= 16; lanes *= 2) {
    for (let count = lanes; count < 70; count++) {
      const starts = vectorsOf(count, lanes).flatMap(({ start, place, vectors }) =>
        Array.from({ length: vectors }, (_, v) => [start + v * lanes, place + v * lanes] as const),
      );
      const inLanes = (first: number): readonly number[] =>
        Array.from({ length: lanes }, (_, l) => first + l);
      const columns = new Set(starts.flatMap(([start]) => inLanes(start)));
      expect([...columns].toSorted((a, b) => a - b)).toEqual(upTo(count));
      expect(starts.flatMap(([, place]) => inLanes(place))).toEqual(upTo(starts.length * lanes));
      expect(starts.length).toBe(Math.ceil(count / lanes));
    }
  }
});

test.each([
  [128, 8, '0: 16 × 8 by 1'],
  [100, 14, '0: 4 × 13 by 1, 52: 4 × 12 by 1'],
  [5, 5, '0: 1 × 5 by 1'],
  [13, 12, '0: 1 × 7 by 1, 7: 1 × 6 by 1'],
])('%i rows, %i at once', (extent, count, pieces) => {
  expect(shown(piecesOfRows(extent, count))).toBe(pieces);
});

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

test('each turn once, whatever the sizes', () => {
  for (let extent = 1; extent < 200; extent++) {
    const atOnce = piecesOfColumns(extent, 2, 8, { later: false, atOnce: true });
    for (const pieces of [piecesOfColumns(extent, 2, 8), atOnce, piecesOfRows(extent, 14)]) {
      expect(turnsOf(pieces)).toEqual(upTo(extent));
    }
    const atLeastOnce = new Set(
      turnsOf(piecesOfColumns(extent, 2, 8, { later: true, atOnce: false })),
    );
    expect([...atLeastOnce].toSorted((a, b) => a - b)).toEqual(upTo(extent));
  }
});

function turnsOf(pieces: readonly Piece[]): readonly number[] {
  return pieces.flatMap(({ start, tiles, count }) =>
    Array.from({ length: tiles * count }, (_, i) => start + i),
  );
}
