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

/** Which turns may run a second time. */
export interface Again {
  /** Those of tiles that are done. */
  readonly later: boolean;
  /** Those of one tile, in another of its vectors. */
  readonly atOnce: boolean;
}

const never: Again = { later: false, atOnce: false };

/**
 * Full tiles, and what is left. Where turns may run again, vectors that are left reach back over some that are
 * done, or over those of the same tile, whose count is then no multiple of its lanes. Else there is a
 * tile of full vectors, and vectors of half as many lanes, and so on.
 */
export function piecesOfColumns(
  extent: number,
  vectors: number,
  lanes: number,
  again = never,
): readonly Piece[] {
  const count = vectors * lanes;
  const tiles = Math.floor(extent / count);
  const full = tiles > 0 ? [{ start: 0, tiles, count, lanes }] : [];
  const start = tiles * count;
  return start === extent ? full : [...full, ...piecesOfRest(start, extent, lanes, again)];
}

function piecesOfRest(
  start: number,
  extent: number,
  lanes: number,
  { later, atOnce }: Again,
): readonly Piece[] {
  const rest = extent - start;
  const isOneReachingBack = later && rest < lanes && lanes <= extent;
  if (atOnce && !isOneReachingBack)
    return [oneTile(start, rest, Math.min(lanes, powerOfTwoIn(rest)))];
  return later ? reachingBack(start, extent, lanes) : smallerAndSmaller(start, extent, lanes);
}

function oneTile(start: number, count: number, lanes: number): Piece {
  return { start, tiles: 1, count, lanes };
}

/** The greatest: more than a half. */
function powerOfTwoIn(count: number): number {
  return 2 ** Math.floor(Math.log2(count));
}

function smallerAndSmaller(start: number, extent: number, lanes: number): readonly Piece[] {
  if (start === extent) return [];
  const rest = extent - start;
  const each = Math.min(lanes, powerOfTwoIn(rest));
  const count = Math.floor(rest / each) * each;
  return [oneTile(start, count, each), ...smallerAndSmaller(start + count, extent, each)];
}

/** Vectors of a tile: of its columns they start at `start`, of what it keeps for each lane at `place`. */
export interface TileVectors {
  readonly start: number;
  readonly place: number;
  readonly vectors: number;
}

/** One after the other; where these leave columns over, the last vector reaches back. */
export function vectorsOf(count: number, lanes: number): readonly TileVectors[] {
  const vectors = Math.floor(count / lanes);
  const full = { start: 0, place: 0, vectors };
  return count % lanes === 0
    ? [full]
    : [full, { start: count - lanes, place: vectors * lanes, vectors: 1 }];
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
  const lanes = Math.min(most, powerOfTwoIn(extent));
  const left = Math.ceil((extent - start) / lanes) * lanes;
  if (left <= extent) return [oneTile(extent - left, left, lanes)];
  return [oneTile(start, left - lanes, lanes), oneTile(extent - lanes, lanes, lanes)];
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
