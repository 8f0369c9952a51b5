/** Cuts a loop into tiles, with no turn left over. */

/** A run of tiles of one size. */
export interface Piece {
  readonly start: number;
  readonly tiles: number;
  /** Turns in one tile. */
  readonly count: number;
  /** 1 without vectors. */
  readonly lanes: number;
}

/** Which turns may run twice. */
export interface Again {
  /** Whether cells of earlier tiles are computed again. */
  readonly later: boolean;
  /** Whether cells of another vector of the same tile are. */
  readonly atOnce: boolean;
}

const never: Again = { later: false, atOnce: false };

/**
 * Full tiles, and the remainder. If turns may run twice, the last vectors of the remainder reach back over turns of
 * earlier tiles, or of the same tile, whose size is then no multiple of its lanes. Otherwise the remainder is a tile of
 * full vectors, then vectors of half as many lanes, and so on.
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
  if (start === extent) return full;
  const isLittle = tiles > 0 && extent - start < lanes;
  return isLittle && again.atOnce && !again.later && vectors > 1
    ? evenly(extent, vectors, lanes)
    : [...full, ...piecesOfRest(start, extent, lanes, again)];
}

/** Tiles of nearly as many vectors each, as a tile of a part of a vector takes as long as one of a whole; the last vector overlaps. */
function evenly(extent: number, most: number, lanes: number): readonly Piece[] {
  const vectors = Math.ceil(extent / lanes);
  const tiles = Math.ceil(vectors / most);
  const fewer = Math.floor(vectors / tiles);
  const more = vectors % tiles;
  const [ofFewer, ofMore] = [tiles - Math.max(more, 1), Math.max(more - 1, 0)];
  const counts = [fewer * lanes, (fewer + 1) * lanes] as const;
  const start = ofFewer * counts[0];
  const end = start + ofMore * counts[1];
  return [
    { start: 0, tiles: ofFewer, count: counts[0], lanes },
    { start, tiles: ofMore, count: counts[1], lanes },
    { start: end, tiles: 1, count: extent - end, lanes },
  ].filter(({ tiles }) => tiles > 0);
}

function piecesOfRest(
  start: number,
  extent: number,
  lanes: number,
  { later, atOnce }: Again,
): readonly Piece[] {
  const rest = extent - start;
  // Of whole vectors, which panels have at multiples of their size: then loading one takes one access to a cache, not two.
  const isReachingBack = later && Math.ceil(rest / lanes) * lanes <= extent;
  if (atOnce && !isReachingBack) return [oneTile(start, rest, Math.min(lanes, powerOfTwoIn(rest)))];
  return later ? reachingBack(start, extent, lanes) : smallerAndSmaller(start, extent, lanes);
}

function oneTile(start: number, count: number, lanes: number): Piece {
  return { start, tiles: 1, count, lanes };
}

/** The greatest power of two that is not larger. */
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

/** A vector of a tile: its start among the tile's columns, and in the array that has a cell for each lane. */
export interface TileVectors {
  readonly start: number;
  readonly place: number;
  readonly vectors: number;
}

/** The vectors of a tile; if they leave columns over, the last one reaches back. */
export function vectorsOf(count: number, lanes: number): readonly TileVectors[] {
  const vectors = Math.floor(count / lanes);
  const full = { start: 0, place: 0, vectors };
  return count % lanes === 0
    ? [full]
    : [full, { start: count - lanes, place: vectors * lanes, vectors: 1 }];
}

/** Blocks of so many columns, and one of the remaining ones. */
export function piecesOfBlocks(extent: number, count: number): readonly Piece[] {
  const tiles = Math.floor(extent / count);
  const rest = extent % count;
  return [
    { start: 0, tiles, count, lanes: 1 },
    { start: tiles * count, tiles: 1, count: rest, lanes: 1 },
  ].filter(piece => piece.tiles * piece.count > 0);
}

/** The pieces from `start` to the end, with vectors of one width. */
function reachingBack(start: number, extent: number, most: number): readonly Piece[] {
  const lanes = Math.min(most, powerOfTwoIn(extent));
  const left = Math.ceil((extent - start) / lanes) * lanes;
  if (left <= extent) return [oneTile(extent - left, left, lanes)];
  return [oneTile(start, left - lanes, lanes), oneTile(extent - lanes, lanes, lanes)];
}

/** Tiles of `count` rows, or, if that leaves some over, of nearly equal counts. */
export function piecesOfRows(extent: number, count: number): readonly Piece[] {
  const tiles = Math.ceil(extent / count);
  const fewer = Math.floor(extent / tiles);
  const more = extent % tiles;
  return [
    { start: 0, tiles: more, count: fewer + 1, lanes: 1 },
    { start: more * (fewer + 1), tiles: tiles - more, count: fewer, lanes: 1 },
  ].filter(piece => piece.tiles > 0);
}
