/** How a loop is cut into tiles, with no turn left over. */

/** Some tiles of one size, one after the other. */
export interface Piece {
  readonly start: number;
  readonly tiles: number;
  /** Turns in one tile. */
  readonly count: number;
  /** 1 where they are done one by one. */
  readonly lanes: number;
}

/**
 * Full tiles; then what is left in one tile of full vectors, and vectors of half as many lanes, and so on.
 * Where turns may run twice, the vectors that are left reach back over some that are done.
 */
export function piecesOfColumns(
  extent: number,
  vectors: number,
  lanes: number,
  mayRunTwice = false,
): readonly Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  const take = (tiles: number, count: number, lanesEach: number): void => {
    if (tiles * count === 0) return;
    pieces.push({ start, tiles, count, lanes: lanesEach });
    start += tiles * count;
  };
  take(Math.floor(extent / (vectors * lanes)), vectors * lanes, lanes);
  if (mayRunTwice) return [...pieces, ...reachingBack(start, extent, lanes)];
  take(1, Math.floor((extent - start) / lanes) * lanes, lanes);
  for (let half = lanes / 2; half >= 1; half /= 2) {
    if (extent - start >= half) take(1, half, half);
  }
  return pieces;
}

/** Blocks of so many columns, and one of those that are left. */
export function piecesOfBlocks(extent: number, count: number): readonly Piece[] {
  const tiles = Math.floor(extent / count);
  const rest = extent % count;
  return [
    { start: 0, tiles, count, lanes: 1 },
    { start: tiles * count, tiles: 1, count: rest, lanes: 1 },
  ].filter(piece => piece.tiles * piece.count > 0);
}

/** From `start` to the end, on vectors of one width. */
function reachingBack(start: number, extent: number, most: number): readonly Piece[] {
  if (start === extent) return [];
  let lanes = most;
  while (lanes > extent) lanes /= 2;
  const left = Math.ceil((extent - start) / lanes) * lanes;
  if (left <= extent) return [{ start: extent - left, tiles: 1, count: left, lanes }];
  const full = left - lanes;
  return [
    { start, tiles: 1, count: full, lanes },
    { start: extent - lanes, tiles: 1, count: lanes, lanes },
  ];
}

/** Tiles of `count` rows, or where that leaves some over, of nearly as many each. */
export function piecesOfRows(extent: number, count: number): readonly Piece[] {
  const tiles = Math.ceil(extent / count);
  const fewer = Math.floor(extent / tiles);
  const more = extent % tiles;
  return [
    { start: 0, tiles: more, count: fewer + 1, lanes: 1 },
    { start: more * (fewer + 1), tiles: tiles - more, count: fewer, lanes: 1 },
  ].filter(piece => piece.tiles > 0);
}
