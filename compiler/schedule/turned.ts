/** What the rows of a product share, and copies of it where its columns lie far apart. */
import { fixed } from '../core/index-expr.ts';
import { bytesOf, type DType } from '../core/dtype.ts';
import type { Names } from '../core/names.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { loopsAlong } from '../loop/facts.ts';
import type { For, Stmt } from '../loop/ir.ts';
import { product } from '../support/list.ts';
import { sitesOf, strideAlong } from './nest.ts';
import { distinct, type Packed } from './packing.ts';
import { copyInto, fromPanel } from './panel.ts';
import { isProduct, type Member } from './row-group.ts';
import { lanesOf, pageBytes, type Target } from './target.ts';
import { storedBeside } from './tile-loops.ts';

/** What each row of a product reads again. */
export function sharedIn(
  { nest, rows }: Member,
  between: readonly TensorNode[],
): readonly Packed[] {
  const row = rows.at(-1);
  const rest = nest.loops.filter(l => !rows.includes(l));
  const shared = sitesOf(nest).filter(
    site =>
      site.kind === 'read' &&
      site.node.dims.length > 0 &&
      !between.includes(site.node) &&
      row !== undefined &&
      strideAlong(site, row) === 0,
  );
  return distinct(
    shared.map(site => {
      const loops = [...rest, ...loopsAlong(site.path)].filter(l => strideAlong(site, l) !== 0);
      return { node: site.node, index: site.index ?? [], loops, origins: site.leaf.origins };
    }),
  );
}

export function bytesRead({ node, loops }: Packed): number {
  return product(loops.map(l => l.extent)) * bytesOf[node.dtype];
}

/** What every block would have to copy, copied for all: what the columns of a product have far apart. */
export interface Turned {
  readonly array: TensorNode;
  readonly of: Packed;
  readonly columns: For;
}

export function turnedFor(
  member: Member,
  between: readonly TensorNode[],
  stored: ReadonlySet<TensorNode>,
  names: Names,
): readonly Turned[] {
  const columns = isProduct(member) ? storedBeside(member.nest) : undefined;
  if (!columns || member.rows.includes(columns)) return [];
  return sharedIn(member, between)
    .filter(p => !stored.has(p.node) && (strideAlong(p, columns) ?? 0) > 1)
    .map(p => {
      const of = { ...p, loops: p.loops.filter(l => l !== columns) };
      const dims = [...of.loops.map(l => l.extent), widthOf(columns.extent, p.node.dtype)];
      const array = tensorNode(names.fresh(`${p.node.name}_turned`), p.node.dtype, dims);
      return { array, of, columns };
    });
}

/** Rows of whole pages have the same few places in a cache, so those get a line more. */
function widthOf(columns: number, dtype: DType): number {
  const bytes = columns * bytesOf[dtype];
  return bytes % pageBytes === 0 ? columns + lineBytes / bytesOf[dtype] : columns;
}

const lineBytes = 64;

export function copyOf({ array, of, columns }: Turned, target: Target, names: Names): Stmt {
  const width = lanesOf(target, array.dtype);
  const lanes = width > 1 && columns.extent % width === 0 ? width : 1;
  const all = { columns, start: fixed(0), tiles: 1, count: columns.extent, lanes };
  return copyInto(array, of, all, new Map(), names);
}

/** The statement with its reads of what was copied taken from the copies. */
export function fromTurned(body: Stmt, all: readonly Turned[]): Stmt {
  return all.reduce(
    (s, { array, of, columns: { loop } }) =>
      fromPanel(s, array, of, { columns: loop, start: fixed(0), tile: undefined }),
    body,
  );
}
