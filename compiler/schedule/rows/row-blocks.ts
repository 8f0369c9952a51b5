/** Rewrites a group of nests over the same rows as one nest over blocks of rows. */
import { at, type Index, type LoopVar, loopVar, plus } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import type { TensorNode } from '../../core/tensor-node.ts';
import { sitesUnder, writtenIn } from '../../loop/facts.ts';
import { areIndependent, isIndependent } from '../../loop/independent.ts';
import {
  block,
  declare,
  type For,
  forLoop,
  forLoops,
  type Stmt,
  statementsOf,
} from '../../loop/ir.ts';
import { stemOf } from '../../loop/loop-names.ts';
import { substituteLoopsIn } from '../../loop/traverse.ts';
import { besideRows, type Member } from './row-group.ts';
import { inBlocks } from './row-sum.ts';
import type { RowsAtOnce } from './block-size.ts';
import type { Target } from '../target.ts';
import { copyOf, fromTransposed, transposedCopiesFor } from './transposed-copy.ts';

export interface InBlocks {
  readonly nest: Stmt;
  /** The arrays that hold sums over rows between blocks. */
  readonly sums: readonly TensorNode[];
}

/**
 * Undefined if the outer loops would not have independent turns, or blocks would depend on each other by more than
 * their sums.
 */
export function runInBlocks(
  members: readonly Member[],
  between: readonly TensorNode[],
  { rows: count, of }: RowsAtOnce,
  { target, names }: { readonly target: Target; readonly names: Names },
): InBlocks | undefined {
  const [outer, row] = [members[0]?.rows.slice(0, -1) ?? [], members[0]?.rows.at(-1)];
  const over = row && count < of ? loopVar(names.fresh(`${stemOf(row.loop)}_block`)) : undefined;
  const stored = new Set(members.flatMap(({ stmt }) => [...writtenIn(stmt)]));
  const parts = members.map((member): Part => {
    const around = new Map(
      member.rows.slice(0, -1).map((l, i) => [l.loop, at(outer[i]?.loop ?? l.loop)]),
    );
    const here = (s: Stmt): Stmt => substituteLoopsIn(s, around);
    const part = over === undefined ? wholeOf(member) : partOf(member, over, count, names);
    const all = over && !member.sum ? transposedCopiesFor(member, between, stored, names) : [];
    const copies = all.flatMap(turned => [
      declare(turned.array),
      here(copyOf(turned, target, names)),
    ]);
    const { before, after } = part;
    return {
      ...part,
      copies,
      before: before && here(before),
      inner: here(fromTransposed(part.inner, all)),
      after: after && here(after),
    };
  });
  const blocks = over ? [forLoop(over, of / count, block(parts.map(part => part.inner)))] : [];
  if (over && !mayRunInBlocks(parts, blocks)) return undefined;
  const body = over ? blocks : parts.map(part => part.inner);
  const [before, after] = [parts.flatMap(p => p.before ?? []), parts.flatMap(p => p.after ?? [])];
  const all = block([...before, ...body, ...after]);
  if (!areTurnsFree(forLoops(outer, all), outer.length)) return undefined;
  const copies = parts.flatMap(part => part.copies ?? []);
  const nest = forLoops(outer, block([...copies, ...statementsOf(all)]));
  return { nest, sums: parts.flatMap(part => part.sums ?? []) };
}

/** A member, rewritten. */
interface Part {
  readonly copies?: readonly Stmt[];
  /** Statements before all blocks, in each block, and after all blocks. */
  readonly before?: Stmt | undefined;
  readonly inner: Stmt;
  readonly after?: Stmt | undefined;
  readonly sums?: TensorNode;
}

function wholeOf(member: Member): Part {
  const { nest, rows, sum } = member;
  const own = sum ? [] : rows.slice(-1);
  return { inner: forLoops([...own, ...besideRows(member)], block(nest.body)) };
}

/** The member over the rows of one block. */
function partOf(member: Member, over: LoopVar, count: number, names: Names): Part {
  const { nest, rows, sum } = member;
  const [around, row, cells] = [rows.slice(0, -1), rows.at(-1), besideRows(member)];
  if (!row) return wholeOf(member);
  const turns = new Map([[row.loop, plus(at(over, count), at(row.loop))]]);
  if (!sum) {
    const own = forLoops([{ loop: row.loop, extent: count }, ...cells], block(nest.body));
    return { inner: substituteLoopsIn(own, turns) };
  }
  const { inBlock, ...part } = inBlocks(sum, { around, cells, count }, names);
  return { ...part, inner: substituteLoopsIn(inBlock, turns) };
}

/**
 * Whether each block may run all members before the next block begins, with sums started before all blocks and
 * stored after them.
 */
function mayRunInBlocks(parts: readonly Part[], blocks: readonly For[]): boolean {
  const hasSums = parts.some(part => part.sums);
  if (!hasSums) return blocks.every(isIndependent);
  return parts.every(({ inner, after }, i) => {
    const behind = parts.slice(i + 1);
    return (
      blocks.every(loop => behind.every(part => areIndependent(loop, inner, part.inner))) &&
      behind.every(
        ({ before }) => !before || [inner, after].every(s => !s || areApart(s, before)),
      ) &&
      (!after || behind.every(part => areApart(after, part.inner)))
    );
  });
}

/** Whether neither uses a cell that the other stores to, judged by constant subscripts. */
function areApart(a: Stmt, b: Stmt): boolean {
  const others = sitesUnder(b);
  return sitesUnder(a).every(site =>
    others.every(
      other =>
        other.node !== site.node ||
        (other.kind === 'read' && site.kind === 'read') ||
        site.index?.some((ix, axis) => areDifferent(ix, other.index?.[axis])),
    ),
  );
}

function areDifferent(a: Index, b: Index | undefined): boolean {
  return b?.terms.length === 0 && a.terms.length === 0 && a.offset !== b.offset;
}

/** Whether the turns of each of the outermost loops, so many of them, need nothing of each other. */
function areTurnsFree(s: Stmt, depth: number): boolean {
  return depth === 0 || (s.kind === 'for' && isIndependent(s) && areTurnsFree(s.body, depth - 1));
}
