/** What all rows of a product read, and transposed copies of it if its columns are strided. */
import { fixed } from '../../core/index-expr.ts';
import { bytesOf, type DType } from '../../core/dtype.ts';
import type { Names } from '../../core/names.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import { loopsAlong } from '../../loop/facts.ts';
import type { For, Stmt } from '../../loop/ir.ts';
import { product } from '../../support/list.ts';
import { sitesOf, strideAlong } from '../nest.ts';
import { distinct, type Packed } from '../tile/packing.ts';
import { copyInto, fromPanel } from '../tile/panel.ts';
import { isProduct, type Member } from './row-group.ts';
import { lanesOf, pageBytes, type Target } from '../target.ts';
import { storedBeside } from '../tile/tile-loops.ts';

/** The operand that every row of a product reads. */
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

/** An operand with strided columns, transposed once for all blocks instead of packed in each. */
export interface TransposedCopy {
  readonly array: TensorNode;
  readonly of: Packed;
  readonly columns: For;
}

export function transposedCopiesFor(
  member: Member,
  between: readonly TensorNode[],
  stored: ReadonlySet<TensorNode>,
  names: Names,
): readonly TransposedCopy[] {
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

/** Rows that are multiples of a page map to few cache sets, so those are padded by a line. */
function widthOf(columns: number, dtype: DType): number {
  const bytes = columns * bytesOf[dtype];
  return bytes % pageBytes === 0 ? columns + lineBytes / bytesOf[dtype] : columns;
}

const lineBytes = 64;

export function copyOf({ array, of, columns }: TransposedCopy, target: Target, names: Names): Stmt {
  const width = lanesOf(target, array.dtype);
  const lanes = width > 1 && columns.extent % width === 0 ? width : 1;
  const all = { columns, start: fixed(0), tiles: 1, count: columns.extent, lanes };
  return copyInto(array, of, all, new Map(), names);
}

/** The statement, reading from the copies. */
export function fromTransposed(body: Stmt, all: readonly TransposedCopy[]): Stmt {
  return all.reduce(
    (s, { array, of, columns: { loop } }) =>
      fromPanel(s, array, of, { columns: loop, start: fixed(0), tile: undefined }),
    body,
  );
}
