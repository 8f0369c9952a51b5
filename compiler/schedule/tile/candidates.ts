/** Alternative tiles that `einc tune` times. */
import type { NestOverride } from '../override.ts';
import type { Target } from '../target.ts';
import type { Tile } from './tile.ts';
import { countOf, enoughSums, mostVectors, registersFor, stepsOfLoads } from './tile-size.ts';

const mostRows = 14;
const vectorsAtMost = 4;

/** The most promising first; the very first is the tile chosen without tuning. */
export function candidatesFor(tile: Tile, target: Target, sums: number): readonly NestOverride[] {
  const { rows, packed, rowCopies, square, rowCount, vectors } = tile;
  const chosen = { rowCount, vectors };
  const registers = Math.floor(target.vectorRegisters / sums);
  const sizes = counts(Math.min(vectorsAtMost, mostVectors(tile))).flatMap(v =>
    counts(rows ? Math.min(mostRows, rows.extent) : 1).map(r => ({ rowCount: r, vectors: v })),
  );
  const fitting = sizes
    .filter(size => registersFor(size, tile.taps) <= registers)
    .filter(size => size.rowCount !== rowCount || size.vectors !== vectors)
    .toSorted((a, b) => costOf(a, tile) - costOf(b, tile));
  const asked = (size: Size): NestOverride => ({
    ...(rows && { rows: size.rowCount }),
    vectors: size.vectors,
  });
  const isPacked = packed.length > 0 || rowCopies !== undefined || square !== undefined;
  const unpacked = isPacked ? [{ ...asked(chosen), pack: false } as const] : [];
  return [asked(chosen), ...unpacked, ...fitting.map(asked)];
}

type Size = Pick<Tile, 'rowCount' | 'vectors'>;

/** The cost of one multiply-add: loads, latency, and unused lanes of left-over columns. */
function costOf({ rowCount, vectors }: Size, { columns, lanes, taps }: Tile): number {
  const sums = rowCount * vectors * countOf(taps);
  const loads = (rowCount + vectors) / sums;
  const left = (columns.extent % (vectors * lanes)) / columns.extent;
  const beside = stepsOfLoads({ rowCount, vectors }, taps) / sums;
  return Math.max(1, loads, enoughSums / sums) + beside + left / 2;
}

function counts(most: number): readonly number[] {
  return Array.from({ length: Math.max(1, most) }, (_, i) => i + 1);
}
