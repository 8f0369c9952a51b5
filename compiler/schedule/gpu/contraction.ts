/**
 * Recognises contractions: nests that sum products of what their rows and columns read. That is matrix products,
 * batched or not, their gradients, and convolutions. Each number read serves all rows, or all columns.
 */
import { type LoopVar, loopsIn } from '../../core/index-expr.ts';
import type { TensorNode } from '../../core/tensor-node.ts';
import { sitesUnder } from '../../loop/facts.ts';
import type { Accumulate, Expr, For, Read, Stmt, Write } from '../../loop/ir.ts';
import { strideOf } from '../../loop/stride.ts';
import { visitExpr } from '../../loop/traverse.ts';
import { type Nest, nestAt } from '../nest.ts';

export interface Contraction {
  readonly rows: For;
  readonly columns: For;
  /** The batch loops: the nest's other loops. */
  readonly others: readonly For[];
  readonly sum: TensorNode;
  readonly start: Write;
  /** The loops of the sum, the outermost first. */
  readonly terms: readonly For[];
  readonly leaf: Accumulate;
  /** Reads that depend on the row but not on the column, and the other way round. */
  readonly rowReads: readonly Read[];
  readonly columnReads: readonly Read[];
  /** What is done with a complete sum. */
  readonly epilogue: readonly Stmt[];
}

/** Undefined for other nests, and where no read is shared by several cells. */
export function contractionAt(outermost: For): Contraction | undefined {
  const nest = nestAt(outermost);
  const parts = nest && sumPartsOf(nest);
  if (!nest || !parts) return undefined;
  const reads = readsIn(parts.leaf);
  if (!reads) return undefined;
  const counted = loopsCounted(parts.leaf.value);
  const [best] = pairsOf(nest, parts.epilogue).flatMap(([rows, columns]) => {
    if (counted.has(rows.loop) || counted.has(columns.loop)) return [];
    const rowReads = reads.filter(r => isReadOver(rows, r));
    const columnReads = reads.filter(r => isReadOver(columns, r));
    const isShared = rowReads.every(r => !columnReads.includes(r));
    if (rowReads.length === 0 || columnReads.length === 0 || !isShared) return [];
    return [{ rows, columns, rowReads, columnReads }];
  });
  if (!best) return undefined;
  const others = nest.loops.filter(l => l !== best.rows && l !== best.columns);
  return { ...best, ...parts, others };
}

export type SumParts = Pick<Contraction, 'sum' | 'start' | 'terms' | 'leaf' | 'epilogue'>;

/** `local s := start; for … { s += …; } …`, with no other loop. */
export function sumPartsOf({ body }: Nest): SumParts | undefined {
  const [declared, start, loop, ...epilogue] = body;
  if (declared?.kind !== 'declare' || start?.kind !== 'write' || loop?.kind !== 'for')
    return undefined;
  const sum = declared.node;
  const terms: For[] = [];
  let leaf: Stmt = loop;
  while (leaf.kind === 'for' && leaf.mode === 'serial') {
    terms.push(leaf);
    leaf = leaf.body;
  }
  if (leaf.kind !== 'accumulate' || leaf.node !== sum || start.node !== sum) return undefined;
  const isPlain = epilogue.every(
    s => s.kind === 'write' || s.kind === 'accumulate' || s.kind === 'comment' || isScalar(s),
  );
  return isPlain && sum.dims.length === 0 ? { sum, start, terms, leaf, epilogue } : undefined;
}

function isScalar(s: Stmt): boolean {
  return s.kind === 'declare' && s.node.dims.length === 0;
}

/** Undefined if a subscript is computed, or the sum reads itself. */
function readsIn({ value, node: sum }: Accumulate): readonly Read[] | undefined {
  const [reads, unknown]: [Read[], Expr[]] = [[], []];
  visitExpr(value, e => {
    if (e.kind === 'gather' || (e.kind === 'read' && e.node === sum)) unknown.push(e);
    else if (e.kind === 'read') reads.push(e);
  });
  return unknown.length === 0 ? reads : undefined;
}

/** Loops whose index is used as a value: a tile has no such number for its rows and columns. */
function loopsCounted(value: Expr): ReadonlySet<LoopVar> {
  const counted = new Set<LoopVar>();
  visitExpr(value, e => {
    if (e.kind === 'index') loopsIn(e.index).forEach(loop => counted.add(loop));
  });
  return counted;
}

/** The reads whose cell depends on a loop. */
export function readsOver(loop: For, value: Expr): readonly Read[] {
  const reads: Read[] = [];
  visitExpr(value, e => {
    if (e.kind === 'read' && isReadOver(loop, e)) reads.push(e);
  });
  return reads;
}

function isReadOver({ loop }: For, { index }: Read): boolean {
  return index.some(ix => namesLoop(ix, loop));
}

function namesLoop(index: Read['index'][number], loop: LoopVar): boolean {
  return loopsIn(index).includes(loop);
}

/** Pairs of rows and columns, the best first: both long, and columns contiguous in the array they are stored to. */
function pairsOf(
  { loops, body }: Nest,
  epilogue: readonly Stmt[],
): readonly (readonly [rows: For, columns: For])[] {
  const stored = [...body, ...epilogue]
    .flatMap(s => sitesUnder(s))
    .findLast(({ kind, node }) => kind !== 'read' && node.dims.length > 0);
  const isBeside = ({ loop }: For): boolean =>
    stored?.index !== undefined && strideOf(stored.node, stored.index, loop) === 1;
  const worth = ([rows, columns]: readonly [For, For]): number =>
    Math.min(rows.extent, most) * Math.min(columns.extent, most) * (isBeside(columns) ? 4 : 1);
  const pairs = loops.flatMap(rows =>
    loops.filter(l => l !== rows).map(columns => [rows, columns] as const),
  );
  return pairs.toSorted((a, b) => worth(b) - worth(a));
}

/** A longer loop is no better than one of this extent. */
const most = 128;
