/**
 * A sum in parts, so that what one part reads of each column stays in a cache for all rows. What a part
 * has come to stands in the cell that the sum is for, until the next one goes on from there.
 *
 *   before   local s: f32 := 0;
 *            for k < 2048 { s += x[i, k] * w[k, j]; }
 *            y[i, j] := relu(s);
 *
 *   after    for p < 2 {
 *              local s: f32;
 *              when p < 1 { s := 0; }
 *              when -p < 0 { s := y[i, j]; }
 *              for k < 1024 { s += x[i, k + 1024*p] * w[k + 1024*p, j]; }
 *              when p < 1 { y[i, j] := s; }
 *              when -p < 0 { y[i, j] := relu(s); }
 *            }
 *
 * A last part that has fewer terms comes after the loop. Where a sum is stored as it is, every part stores it.
 *
 * Exact: each cell gets its terms in the order it did, and has the sum's dtype. All turns of the nest
 * run the first part, then all the next: they do not need each other, and nothing else reads the cell.
 */
import {
  at,
  fixed,
  type Index,
  loopVar,
  type Range,
  substitute,
  sumOf,
} from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import type { TensorNode } from '../../core/tensor-node.ts';
import { sitesUnder } from '../../loop/facts.ts';
import {
  declare,
  type For,
  forLoop,
  read,
  type Stmt,
  when,
  type Write,
  write,
} from '../../loop/ir.ts';
import { stemOf } from '../../loop/loop-names.ts';
import { substituteLoopsIn } from '../../loop/traverse.ts';
import type { Packed } from './packing.ts';

/** One sum, and one cell that what comes of it is stored to. */
export interface PlainSum {
  readonly sum: TensorNode;
  readonly start: Write;
  /** The outermost loop over its terms. */
  readonly terms: For;
  readonly store: Write;
}

/** Undefined where the cell has no room for the sum, or is read. */
export function plainSumIn(body: readonly Stmt[]): PlainSum | undefined {
  const [own, start, terms, store, ...others] = body;
  if (own?.kind !== 'declare' || start?.kind !== 'write' || others.length > 0) return undefined;
  if (terms?.kind !== 'for' || store?.kind !== 'write' || start.node !== own.node) return undefined;
  const sites = body.flatMap(sitesUnder);
  const isStoredOnce = sites.filter(({ node }) => node === store.node).length === 1;
  const isOnlySum = sitesUnder(terms).every(s => s.kind === 'read' || s.node === own.node);
  const hasRoom = store.node.dtype === own.node.dtype && store.node.dims.length > 0;
  if (!isStoredOnce || !isOnlySum || !hasRoom) return undefined;
  return { sum: own.node, start, terms, store };
}

/** The copies of operands of columns and of rows. */
export interface Copies {
  readonly packed: readonly Packed[];
  readonly ofRows: readonly Packed[];
}

/** Some terms of the sums of a nest. */
export interface Part {
  readonly body: readonly Stmt[];
  /** The copies made for it. */
  readonly copies: Copies;
  /** The loop over parts that differ in their terms alone. */
  readonly around: (s: Stmt) => Stmt;
}

/** The whole of a sum as its only part. */
export function wholeOf(body: readonly Stmt[], copies: Copies): Part {
  return { body, copies, around: s => s };
}

export interface SumInParts {
  readonly of: PlainSum;
  /** Turns of the loop over the terms in each part but the last. */
  readonly size: number;
}

/** Divides a sum into parts; those with as many terms as the first form a loop. */
export function partsOf(
  { of, size }: SumInParts,
  copies: Copies,
  names: Names,
): readonly [Part, ...Part[]] {
  const { loop, extent } = of.terms;
  const alike = Math.floor(extent / size);
  const rest = extent - alike * size;
  const count = alike + (rest > 0 ? 1 : 0);
  const turn = loopVar(names.fresh(`${stemOf(loop)}_block`));
  const isLoop = alike > 1;
  const range = { min: 0, max: alike - 1 };
  const inLoop = { at: isLoop ? at(turn) : fixed(0), range, count, size, terms: size };
  const around = (s: Stmt): Stmt => (isLoop ? forLoop(turn, alike, s) : s);
  const first = { ...partOf(of, copies, inLoop), around };
  if (rest === 0) return [first];
  const after = { at: fixed(alike), range: { min: alike, max: alike }, count, size, terms: rest };
  return [first, { ...partOf(of, copies, after), around: s => s }];
}

/** A part, or each iteration of a loop over parts. */
interface Place {
  /** Which of them it is. */
  readonly at: Index;
  readonly range: Range;
  readonly count: number;
  /** Terms of each part before, and of this one. */
  readonly size: number;
  readonly terms: number;
}

function partOf(
  { sum, start, terms, store }: PlainSum,
  { packed, ofRows }: Copies,
  place: Place,
): Omit<Part, 'around'> {
  const { loop } = terms;
  const term = sumOf([
    [place.size, place.at],
    [1, at(loop)],
  ]);
  const turn = new Map([[loop, term]]);
  const partial = write(store.node, store.index, read(sum, [], store.origins), store.origins);
  const reload = write(sum, [], read(store.node, store.index, store.origins), store.origins);
  const isStoredAsItIs = store.value.kind === 'read' && store.value.node === sum;
  const inPart = (p: Packed): Packed => ({
    ...p,
    index: p.index.map(ix => substitute(ix, turn)),
    loops: p.loops.map(l => (l.loop === loop ? { ...l, extent: place.terms } : l)),
  });
  const body = [
    declare(sum),
    ...either(place, 1, start, reload),
    forLoop(loop, place.terms, substituteLoopsIn(terms.body, turn)),
    ...(isStoredAsItIs ? [store] : either(place, place.count - 1, partial, store)),
  ];
  return { body, copies: { packed: packed.map(inPart), ofRows: ofRows.map(inPart) } };
}

/** One statement for the parts below a number, another for the rest. */
function either({ at, range }: Place, below: number, first: Stmt, then: Stmt): readonly Stmt[] {
  if (range.max < below) return [first];
  if (range.min >= below) return [then];
  return [when(at, below, first), when(sumOf([[-1, at]]), 1 - below, then)];
}
