/**
 * A sum in parts, so that what one part reads of each column stays in a cache for all rows. What a part
 * has come to stands in the cell that the sum is for, until the next one goes on from there.
 *
 *   before   local s: f32 := 0;
 *            for k < 2048 { s += x[i, k] * w[k, j]; }
 *            y[i, j] := relu(s);
 *
 *   after    local s: f32 := 0;
 *            for k < 1024 { s += x[i, k] * w[k, j]; }
 *            y[i, j] := s;
 *
 *            local s: f32 := y[i, j];
 *            for k < 1024 { s += x[i, k + 1024] * w[k + 1024, j]; }
 *            y[i, j] := relu(s);
 *
 * Exact: each cell gets its terms in the order it did, and has the sum's dtype. All turns of the nest
 * run the first part, then all the next: they do not need each other, and nothing else reads the cell.
 */
import { at, fixed, type Index, loopVar, plus, substitute } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { sitesUnder } from '../loop/facts.ts';
import { declare, type For, forLoop, read, type Stmt, type Write, write } from '../loop/ir.ts';
import { stemOf } from '../loop/loop-names.ts';
import { substituteLoopsIn } from '../loop/traverse.ts';
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

/** Of what columns read, and of what rows do. */
export interface Copies {
  readonly packed: readonly Packed[];
  readonly ofRows: readonly Packed[];
}

/** Some terms of the sums of a nest. */
export interface Part {
  readonly body: readonly Stmt[];
  /** What is copied for it. */
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

export function partsOf(
  { of: { sum, start, terms, store }, size }: SumInParts,
  copies: Copies,
  names: Names,
): readonly [Part, ...Part[]] {
  const count = Math.ceil(terms.extent / size);
  const last = terms.extent - (count - 1) * size;
  const partial = write(store.node, store.index, read(sum, [], store.origins), store.origins);
  const reload = write(sum, [], read(store.node, store.index, store.origins), store.origins);
  const isStoredAsItIs = store.value.kind === 'read' && store.value.node === sum;
  const isLastAsOthers = isStoredAsItIs && last === size;
  const others = count - (isLastAsOthers ? 1 : 2);

  const part = (from: Index, extent: number, first: Write, end: Write): Omit<Part, 'around'> => {
    const turn = new Map([[terms.loop, plus(from, at(terms.loop))]]);
    const body = forLoop(terms.loop, extent, substituteLoopsIn(terms.body, turn));
    const inPart = (p: Packed): Packed => ({
      ...p,
      index: p.index.map(ix => substitute(ix, turn)),
      loops: p.loops.map(l => (l.loop === terms.loop ? { ...l, extent } : l)),
    });
    const ofPart = { packed: copies.packed.map(inPart), ofRows: copies.ofRows.map(inPart) };
    return { body: [declare(sum), first, body, end], copies: ofPart };
  };
  const between = (): readonly Part[] => {
    if (others < 1) return [];
    if (others === 1) return [{ ...part(fixed(size), size, reload, partial), around: s => s }];
    const loop = loopVar(names.fresh(`${stemOf(terms.loop)}_block`));
    const around = (s: Stmt): Stmt => forLoop(loop, others, s);
    return [{ ...part(at(loop, size, size), size, reload, partial), around }];
  };
  const ending = part(fixed((count - 1) * size), last, reload, store);
  return [
    { ...part(fixed(0), size, start, partial), around: s => s },
    ...between(),
    ...(isLastAsOthers ? [] : [{ ...ending, around: (s: Stmt) => s }]),
  ];
}
