/** The size of a tile that is asked for, where there can be such a tile. */
import type { NestOverride } from './override.ts';
import { countOf, type Loops, mostVectors, type Size } from './tile-size.ts';

/** A jam writes so many vectors out, over and over: more would be code without end. */
const mostAtOnce = 64;

/** What is not asked for stays as it was chosen. */
export function resized(
  { rows, columns, lanes, again, taps, ...chosen }: Loops & Size,
  asked: NestOverride,
): Size | { readonly because: string } {
  const { rows: rowCount = chosen.rowCount, vectors = chosen.vectors } = asked;
  if (!rows && rowCount > 1) return { because: 'no loop shares what its columns read' };
  if (rows && rowCount > rows.extent) {
    return { because: `${rows.loop} has ${rows.extent} turns, which are no ${rowCount} rows` };
  }
  if (vectors > 1 && vectors > mostVectors({ columns, lanes, again })) {
    const needed = `${vectors} vectors of ${lanes} lanes`;
    return { because: `${columns.loop} has ${columns.extent} turns, which are no ${needed}` };
  }
  const all = rowCount * vectors * countOf(taps);
  if (all > mostAtOnce) return { because: `a tile has at most ${mostAtOnce} vectors, not ${all}` };
  return { rowCount, vectors };
}
