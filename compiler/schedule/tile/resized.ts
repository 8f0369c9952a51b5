/** The size of a tile that a program asks for, or why it cannot be had. */
import type { NestOverride } from '../override.ts';
import { countOf, type Loops, mostVectors, type Size } from './tile-size.ts';

/** The most vectors that a tile may unroll in each statement; more would be too much code. */
const mostAtOnce = 64;

/** The size with the requested changes; the rest stays as chosen. */
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
