/**
 * Nests that sum products of what rows and columns read: products of matrices, of batches of them, the
 * gradients of both, convolutions. Each number that is read serves all rows, or all columns.
 */
import { type LoopVar, loopsIn } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { sitesUnder } from '../loop/facts.ts';
import type { Accumulate, Expr, For, Read, Stmt, Write } from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { visitExpr } from '../loop/traverse.ts';
import { type Nest, nestAt } from './nest.ts';

export interface Contraction {
  readonly rows: For;
  readonly columns: For;
  /** The other loops around, whose turns share nothing. */
  readonly others: readonly For[];
  readonly sum: TensorNode;
  readonly start: Write;
  /** The loops of the sum, the outermost first. */
  readonly terms: readonly For[];
  readonly leaf: Accumulate;
  /** What is read for all columns, and for all rows. */
  readonly rowReads: readonly Read[];
  readonly columnReads: readonly Read[];
  /** What is done with a sum. */
  readonly epilogue: readonly Stmt[];
}

/** Undefined where there is none, or nothing that several cells read. */
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

/** Undefined where a subscript is computed, or a sum reads itself. */
function readsIn({ value, node: sum }: Accumulate): readonly Read[] | undefined {
  const [reads, unknown]: [Read[], Expr[]] = [[], []];
  visitExpr(value, e => {
    if (e.kind === 'gather' || (e.kind === 'read' && e.node === sum)) unknown.push(e);
    else if (e.kind === 'read') reads.push(e);
  });
  return unknown.length === 0 ? reads : undefined;
}

/** Loops whose turn itself is part of a value. In a tile, no row and no column has a number of its own. */
function loopsCounted(value: Expr): ReadonlySet<LoopVar> {
  const counted = new Set<LoopVar>();
  visitExpr(value, e => {
    if (e.kind === 'index') loopsIn(e.index).forEach(loop => counted.add(loop));
  });
  return counted;
}

/** What a value reads another cell of in each turn of a loop. */
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

/** Rows and columns, the likeliest first: columns lie side by side where they are stored; both are long. */
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

/** Longer loops are worth no more. */
const most = 128;
