/** A group of nests over the same rows as one, with so many rows at a time. */
import { at, type LoopVar, loopVar, plus } from '../core/index-expr.ts';
import { bytesOf } from '../core/dtype.ts';
import type { Names } from '../core/names.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { loopsAlong, usedIn, writtenIn } from '../loop/facts.ts';
import { isIndependent } from '../loop/independent.ts';
import { block, declare, forLoops, type Stmt } from '../loop/ir.ts';
import { stemOf } from '../loop/loop-names.ts';
import { substituteLoopsIn } from '../loop/traverse.ts';
import { product } from '../support/list.ts';
import { sitesOf, strideAlong, turnsOf } from './nest.ts';
import { distinct, type Packed } from './packing.ts';
import { fromPanel, type Panel, panelFor } from './panel.ts';
import { bytesPerRow, isProduct, type Member } from './row-group.ts';
import type { Target } from './target.ts';
import { storedBeside } from './tile.ts';

export interface RowsAtOnce {
  readonly rows: number;
  readonly of: number;
}

/** A block of rows reads what all rows share at least so often: else it would be read too often in all. */
const fewestReuses = 16;

/** As many rows as keep in a cache what lies between products; undefined where those are too few. */
export function rowsAtOnce(
  members: readonly Member[],
  between: readonly TensorNode[],
  { cacheBytes }: Target,
): RowsAtOnce | undefined {
  const products = members.filter(isProduct);
  const rows = members[0]?.rows ?? [];
  const used = new Set(products.flatMap(({ stmt }) => [...usedIn(stmt)]));
  const bytes = between.map(node => bytesPerRow(node, rows));
  const held = between.flatMap((node, i) => (used.has(node) ? [bytes[i] ?? 0] : []));
  const shared = products.flatMap(member => sharedIn(member, between));
  if (held.length === 0 || total(shared.map(bytesRead)) > cacheBytes) return undefined;
  const of = rows.at(-1)?.extent ?? 0;
  const most = Math.min(of, Math.floor(cacheBytes / Math.max(total(held), ...bytes)));
  const size = Array.from({ length: most }, (_, i) => most - i).find(n => of % n === 0) ?? 0;
  if (size === 0 || (size === of && rows.length === 1)) return undefined;
  const reuses = Math.min(...products.map(member => size * reusesPerRow(member, between)));
  return size === of || reuses >= fewestReuses ? { rows: size, of } : undefined;
}

/** How often a row reads each cell of what it shares with the others. */
function reusesPerRow(member: Member, between: readonly TensorNode[]): number {
  const cells = sharedIn(member, between).map(({ loops }) => product(loops.map(l => l.extent)));
  const turns = turnsOf(member.nest) / product(member.rows.map(l => l.extent));
  return turns / Math.max(1, ...cells);
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** What each row of a product reads again. */
function sharedIn({ nest, rows }: Member, between: readonly TensorNode[]): readonly Packed[] {
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

function bytesRead({ node, loops }: Packed): number {
  return product(loops.map(l => l.extent)) * bytesOf[node.dtype];
}

/** Undefined where turns of the loops around would need each other. */
export function runInBlocks(
  members: readonly Member[],
  between: readonly TensorNode[],
  { rows: count, of }: RowsAtOnce,
  names: Names,
): Stmt | undefined {
  const [outer, row] = [members[0]?.rows.slice(0, -1) ?? [], members[0]?.rows.at(-1)];
  const over = row && count < of ? loopVar(names.fresh(`${stemOf(row.loop)}_block`)) : undefined;
  const stored = new Set(members.flatMap(({ stmt }) => [...writtenIn(stmt)]));
  const parts = members.map(member => {
    const around = new Map(
      member.rows.slice(0, -1).map((l, i) => [l.loop, at(outer[i]?.loop ?? l.loop)]),
    );
    const panels = over === undefined ? [] : panelsOf(member, between, stored, names);
    const copies = panels.flatMap(({ panel, copy }) => [
      declare(panel),
      substituteLoopsIn(copy, around),
    ]);
    return { copies, inner: substituteLoopsIn(rowsOf(member, panels, over, count), around) };
  });
  const inner = block(parts.map(part => part.inner));
  const blocks = over === undefined ? [] : [{ loop: over, extent: of / count }];
  if (!areTurnsFree(forLoops([...outer, ...blocks], inner), outer.length + blocks.length))
    return undefined;
  return forLoops(outer, block([...parts.flatMap(part => part.copies), forLoops(blocks, inner)]));
}

/** The member with some of its rows: all of a block, or all there are. */
function rowsOf(
  { nest, rows }: Member,
  panels: readonly Panel[],
  over: LoopVar | undefined,
  count: number,
): Stmt {
  const row = rows.at(-1);
  const rest = nest.loops.filter(l => !rows.includes(l));
  const body = panels.reduce(fromPanel, block(nest.body));
  if (!row) return body;
  const own = forLoops([{ loop: row.loop, extent: count }, ...rest], body);
  if (over === undefined) return own;
  return substituteLoopsIn(own, new Map([[row.loop, plus(at(over, count), at(row.loop))]]));
}

/** Copies of what every block would have to copy: what the columns of a product have far apart. */
function panelsOf(
  member: Member,
  between: readonly TensorNode[],
  stored: ReadonlySet<TensorNode>,
  names: Names,
): readonly Panel[] {
  const columns = isProduct(member) ? storedBeside(member.nest) : undefined;
  if (!columns || member.rows.includes(columns)) return [];
  return sharedIn(member, between)
    .filter(p => !stored.has(p.node) && (strideAlong(p, columns) ?? 0) > 1)
    .map(p => ({ ...p, loops: p.loops.filter(l => l !== columns) }))
    .map(p => panelFor(p, columns, columns.extent, new Map(), names));
}

/** Whether the turns of each of the outermost loops, so many of them, need nothing of each other. */
function areTurnsFree(s: Stmt, depth: number): boolean {
  return depth === 0 || (s.kind === 'for' && isIndependent(s) && areTurnsFree(s.body, depth - 1));
}
