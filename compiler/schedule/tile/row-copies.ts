/**
 * Packs what the rows of a tile read, if rows are contiguous and terms strided, as in the gradient of a weight over many
 * examples. In place, each term of a tile is on another page, a tile uses a few cells of a cache line, and the lines map
 * to few cache sets, so that the next tile finds none of them. So the rows of several tiles are packed at once: whole
 * lines, each read once for all columns of a block. A dense operand that meets only one tile of columns is not packed: that would take longer.
 *
 *   before   for o < 170 { … for b < 1024 { s += d[b, 6*o + r] * x_panel[b, i]; } … }
 *   after    for o_block < 21 {
 *              local d_panel: f32[1024, 48];
 *              for b < 1024 { for o < 48 { d_panel[b, o] := d[b, 48*o_block + o]; } }
 *              for o < 8 { … for b < 1024 { s += d_panel[b, 6*o + r] * x_panel[b, i]; } … }
 *            }
 */
import { bytesOf } from '../../core/dtype.ts';
import { loopsAlong, type Site } from '../../loop/facts.ts';
import type { For } from '../../loop/ir.ts';
import { strideOf } from '../../loop/stride.ts';
import { greatestDivisor } from '../../support/divisor.ts';
import { product } from '../../support/list.ts';
import { type Nest, sitesOf, strideAlong } from '../nest.ts';
import { isDense } from './dense.ts';
import { bytesOfPanels, distinct, fewestTiles, type Packed, packedAs } from './packing.ts';
import { pageBytes, type Target } from '../target.ts';

export interface RowCopies {
  readonly packed: readonly Packed[];
  /** Copied at once. */
  readonly rowCount: number;
}

interface Tiled {
  readonly nest: Nest;
  readonly rows: For | undefined;
  readonly columns: For;
  /** Rows of a tile. */
  readonly rowCount: number;
  readonly columnCount: number;
  readonly lanes: number;
  readonly reads: readonly Site[];
}

/** A copy takes several contiguous cache lines of each term. */
const bytesAtOnce = 192;

/** The share of the TLB for rows; columns and results need the rest. */
const shareOfPages = 1 / 2;

/** Undefined if rows may as well be read in place. */
export function rowCopiesFor(tiled: Tiled, target: Target): RowCopies | undefined {
  const { nest, rows, columns, rowCount, columnCount, lanes } = tiled;
  if (!rows || rows.extent <= rowCount) return undefined;
  const isUsedOnce = columns.extent < fewestTiles * columnCount;
  const packed = distinct(
    sideBySide({ ...tiled, rows })
      .map(packedAs)
      .filter(p => isFarApart(p, target) && !(isUsedOnce && isDense(p, target.mappedBytes))),
  );
  const [first] = packed;
  if (!first || packed.some(p => isWritten(p, nest))) return undefined;
  const fitting = Math.floor(target.cacheBytes / bytesOfPanels(packed, 1));
  const count = countAtOnce(rowCount, lanes, bytesAtOnce / bytesOf[first.node.dtype], fitting);
  return count > rowCount ? { packed, rowCount: count } : undefined;
}

/** How many rows at once: whole tiles, and whole vectors if there is room. */
function countAtOnce(rowCount: number, lanes: number, most: number, fitting: number): number {
  const whole = (rowCount * lanes) / greatestDivisor(rowCount, lanes);
  const wanted = whole * Math.max(1, Math.floor(most / whole));
  return wanted <= fitting ? wanted : Math.floor(fitting / rowCount) * rowCount;
}

/** Reads with contiguous rows that are the same for all columns. */
function sideBySide({ rows, columns, reads }: Tiled & { readonly rows: For }): readonly Site[] {
  return reads.filter(
    read =>
      loopsAlong(read.path).length > 0 &&
      strideAlong(read, rows) === 1 &&
      strideAlong(read, columns) === 0,
  );
}

/** Whether terms span more pages than a tile should use. With few terms all lines stay in a cache anyway. */
function isFarApart({ node, index, loops }: Packed, { mappedBytes }: Target): boolean {
  const most = mappedBytes * shareOfPages;
  const bytesAlong = ({ loop, extent }: For): number =>
    (strideOf(node, index, loop) ?? 0) * bytesOf[node.dtype] * extent;
  const terms = product(loops.map(l => l.extent));
  return terms > most / pageBytes && loops.some(l => bytesAlong(l) > most);
}

function isWritten({ node }: Packed, nest: Nest): boolean {
  return sitesOf(nest).some(site => site.node === node && site.kind !== 'read');
}
