/** How many rows of a group of nests over the same rows are run at a time. */
import { bytesOf } from '../../core/dtype.ts';
import { sizeOf, type TensorNode } from '../../core/tensor-node.ts';
import { usedIn } from '../../loop/facts.ts';
import { product } from '../../support/list.ts';
import { turnsOf } from '../nest.ts';
import { besideRows, bytesPerRow, isProduct, type Member } from './row-group.ts';
import type { Target } from '../target.ts';
import { bytesRead, sharedIn } from './transposed-copy.ts';

export interface RowsAtOnce {
  readonly rows: number;
  readonly of: number;
}

/**
 * How often, at least, a block of rows must use each cell of what all rows share, if that stays in the second-level
 * cache, or comes from the last-level one: otherwise reading it would take longer than computing with it.
 */
const [fewestReuses, fewestFromLast] = [16, 32];

/** Blocks that add to sums over rows are sequential, so threads need at least this many outer turns to share. */
const fewestGroups = 2;

/**
 * As many rows as keep the arrays between the products in the second-level cache; undefined if that is too few. What
 * all rows share must fit there too, or in the last-level cache if the arrays between would not fit there as a whole.
 */
export function rowsAtOnce(
  members: readonly Member[],
  between: readonly TensorNode[],
  target: Target,
): RowsAtOnce | undefined {
  const rows = members[0]?.rows ?? [];
  const of = rows.at(-1)?.extent ?? 0;
  const limits = limitsOf(members, between, target);
  if (!limits) return undefined;
  const { most, fewest } = limits;
  const size = largestDivisor(of, Math.min(of, most));
  if (size === 0) return undefined;
  const groups = product(rows.slice(0, -1).map(l => l.extent));
  if (size === of) return rows.length > 1 ? { rows: size, of } : undefined;
  const isShared = members.every(({ sum }) => sum === undefined) || groups >= fewestGroups;
  return isShared && size >= fewest ? { rows: size, of } : undefined;
}

/** How many rows fit, and how many a block needs unless it has all; undefined if nothing fits. */
function limitsOf(
  members: readonly Member[],
  between: readonly TensorNode[],
  { cacheBytes, sharedCacheBytes }: Target,
): { readonly most: number; readonly fewest: number } | undefined {
  const products = members.filter(isProduct);
  const used = new Set(products.flatMap(({ stmt }) => [...usedIn(stmt)]));
  const bytesOfRow = (node: TensorNode): number => bytesPerRow(node, members[0]?.rows ?? []);
  const held = total(between.filter(node => used.has(node)).map(bytesOfRow));
  const isHuge = total(between.map(sizeOf)) > sharedCacheBytes;
  const roomy = isHuge ? Math.max(cacheBytes, sharedCacheBytes) : cacheBytes;
  const shared = bytesShared(products, between);
  if (held === 0 || shared > roomy) return undefined;
  const reuses = Math.min(...products.map(member => reusesPerRow(member, between)));
  const fewest = Math.ceil((shared > cacheBytes ? fewestFromLast : fewestReuses) / reuses);
  const ofRow = Math.max(held, ...between.map(bytesOfRow));
  const inCache = Math.floor(cacheBytes / ofRow);
  const inLast = Math.floor((roomy - shared) / ofRow);
  return { most: inCache < fewest && fewest <= inLast ? fewest : inCache, fewest };
}

function largestDivisor(of: number, most: number): number {
  return Array.from({ length: most }, (_, i) => most - i).find(n => of % n === 0) ?? 0;
}

/** Bytes of what all rows of a group read or add to. */
function bytesShared(products: readonly Member[], between: readonly TensorNode[]): number {
  const bytes = new Map<string, number>();
  for (const member of products) {
    for (const packed of sharedIn(member, between)) {
      // Keys and values may be parts of one array.
      const fixed = packed.index.map(ix => (ix.terms.length === 0 ? ix.offset : ''));
      const name = [packed.node.name, ...fixed].join();
      bytes.set(name, Math.max(bytesRead(packed), bytes.get(name) ?? 0));
    }
    const { sum } = member;
    if (sum) bytes.set(sum.sum.name, cellsSummed(member) * bytesOf[sum.sum.dtype]);
  }
  return total([...bytes.values()]);
}

/** How often one row uses each cell of what all rows share. */
function reusesPerRow(member: Member, between: readonly TensorNode[]): number {
  const read = sharedIn(member, between).map(({ loops }) => product(loops.map(l => l.extent)));
  const cells = [...read, ...(member.sum ? [cellsSummed(member)] : [])];
  const turns = turnsOf(member.nest) / product(member.rows.map(l => l.extent));
  return turns / Math.max(1, ...cells);
}

/** How many cells a sum over rows adds to in each row. */
function cellsSummed(member: Member): number {
  return product(besideRows(member).map(l => l.extent));
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
