/** A group of nests over the same rows as one, with so many rows at a time. */
import { at, type LoopVar, loopVar, plus } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { usedIn, writtenIn } from '../loop/facts.ts';
import { isIndependent } from '../loop/independent.ts';
import { block, declare, forLoops, type Stmt } from '../loop/ir.ts';
import { stemOf } from '../loop/loop-names.ts';
import { substituteLoopsIn } from '../loop/traverse.ts';
import { product } from '../support/list.ts';
import { turnsOf } from './nest.ts';
import { bytesPerRow, isProduct, type Member } from './row-group.ts';
import type { Target } from './target.ts';
import { bytesRead, copyOf, fromTurned, sharedIn, type Turned, turnedFor } from './turned.ts';

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

/** Undefined where turns of the loops around would need each other. */
export function runInBlocks(
  members: readonly Member[],
  between: readonly TensorNode[],
  { rows: count, of }: RowsAtOnce,
  { target, names }: { readonly target: Target; readonly names: Names },
): Stmt | undefined {
  const [outer, row] = [members[0]?.rows.slice(0, -1) ?? [], members[0]?.rows.at(-1)];
  const over = row && count < of ? loopVar(names.fresh(`${stemOf(row.loop)}_block`)) : undefined;
  const stored = new Set(members.flatMap(({ stmt }) => [...writtenIn(stmt)]));
  const parts = members.map(member => {
    const around = new Map(
      member.rows.slice(0, -1).map((l, i) => [l.loop, at(outer[i]?.loop ?? l.loop)]),
    );
    const all = over === undefined ? [] : turnedFor(member, between, stored, names);
    const copies = all.flatMap(turned => [
      declare(turned.array),
      substituteLoopsIn(copyOf(turned, target, names), around),
    ]);
    return { copies, inner: substituteLoopsIn(rowsOf(member, all, over, count), around) };
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
  all: readonly Turned[],
  over: LoopVar | undefined,
  count: number,
): Stmt {
  const row = rows.at(-1);
  const rest = nest.loops.filter(l => !rows.includes(l));
  const body = fromTurned(block(nest.body), all);
  if (!row) return body;
  const own = forLoops([{ loop: row.loop, extent: count }, ...rest], body);
  if (over === undefined) return own;
  return substituteLoopsIn(own, new Map([[row.loop, plus(at(over, count), at(row.loop))]]));
}

/** Whether the turns of each of the outermost loops, so many of them, need nothing of each other. */
function areTurnsFree(s: Stmt, depth: number): boolean {
  return depth === 0 || (s.kind === 'for' && isIndependent(s) && areTurnsFree(s.body, depth - 1));
}
