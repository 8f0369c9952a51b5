/**
 * The solver: takes constraints one at a time, binds what they decide, and leaves the rest waiting
 * at the variables that could decide it. The table of its rules is in `README.md`.
 *
 * Every change is on a trail, so a construction that fails leaves all shapes as they were.
 */
import { unite } from './axis.ts';
import { cellsLeft, placeCells } from './cells.ts';
import type { Constraint, DimSlice, DimSum, SameCells, Why } from './row.ts';
import {
  basisMismatch,
  endlessRow,
  indexTooLarge,
  rankMismatch,
  sizeMismatch,
  sumMismatch,
} from './explain.ts';
import {
  closedRow,
  type Dim,
  type DimVar,
  dimVar,
  lastVariable,
  type Leaf,
  resolveDim,
  resolveRow,
  type Row,
  type RowVar,
  rowVar,
  type Size,
  type Watch,
} from './row.ts';
import { placeSlice, sliceLeft } from './slice.ts';
import { placeLoops, sizeLeft, weigh } from './sum.ts';

/** Inference adds no more axes than this to a row: only constraints that run in a circle ask for them. */
const mostAxes = 64;

export class Solver {
  readonly #trail: (() => void)[] = [];
  readonly #queue: Constraint[] = [];

  /** Runs `construct`; if it throws, undoes all that it did to shapes, and throws on. */
  static transaction<T>(construct: (solver: Solver) => T): T {
    const solver = new Solver();
    return solver.attempt(() => construct(solver));
  }

  /** Runs a part of a transaction; if it throws, undoes what the part did, and throws on. */
  attempt<T>(part: () => T): T {
    const mark = this.#trail.length;
    try {
      return part();
    } catch (error) {
      this.#undo(mark);
      throw error;
    }
  }

  /** Adds constraints and follows them as far as they go. */
  post(constraints: Iterable<Constraint>): void {
    this.#queue.push(...constraints);
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#solve(next);
  }

  /** Binds a variable from outside; the constraints that waited for it go on. */
  decideDim(variable: DimVar, dim: Dim): void {
    this.#bindDim(variable, dim);
    this.post([]);
  }

  decideRow(variable: RowVar, row: Row): void {
    this.#bindRow(variable, row);
    this.post([]);
  }

  /** For what else the construction changes, which is to be undone with it. */
  onUndo(undo: () => void): void {
    this.#trail.push(undo);
  }

  #undo(mark: number): void {
    while (this.#trail.length > mark) this.#trail.pop()?.();
    this.#queue.length = 0;
  }

  #solve(constraint: Constraint): void {
    const { why } = constraint;
    switch (constraint.kind) {
      case 'dim-eq':
        return this.#equalDims(constraint.a, constraint.b, why);
      case 'row-eq':
        return this.#equalRows(resolveRow(constraint.a), resolveRow(constraint.b), why);
      case 'dim-le':
        return this.#dimBelow(constraint.result, constraint.operand, why);
      case 'row-le':
        return this.#rowBelow(resolveRow(constraint.result), resolveRow(constraint.operand), why);
      case 'dim-sum':
        return this.#sum(constraint);
      case 'dim-slice':
        return this.#slice(constraint);
      case 'same-cells':
        return this.#sameCells(constraint);
    }
  }

  // ── Dims ──────────────────────────────────────────────────────────────────────────────────────

  #equalDims(left: Dim, right: Dim, why: Why): void {
    const [a, b] = [resolveDim(left), resolveDim(right)];
    if (a === b) return;
    if (a.kind === 'dim-var') this.#bindDim(a, b, why, right);
    else if (b.kind === 'dim-var') this.#bindDim(b, a, why, left);
    else if (a.size !== b.size) throw sizeMismatch(a, b, why);
    else if (a.axis && b.axis) unite(a.axis, b.axis);
    else this.#shareBasis([left, a], [right, b], why);
  }

  /**
   * A variable that is bound to a size without a basis gets that of what it meets. So whether two
   * named bases clash does not hang on which of them comes first.
   */
  #shareBasis([left, a]: readonly [Dim, Size], [right, b]: readonly [Dim, Size], why: Why): void {
    if (a.basis === b.basis) return;
    if (a.basis !== undefined && b.basis !== undefined) throw basisMismatch(a, b, why);
    const [bare, size, based] = a.basis === undefined ? [left, a, b] : [right, b, a];
    const { basis, because } = based;
    const variable = lastVariable(bare);
    if (variable) this.#change(variable, 'binding', { ...size, basis, because });
  }

  #dimBelow(result: Dim, operand: Dim, why: Why): void {
    const [r, o] = [resolveDim(result), resolveDim(operand)];
    if (r === o) return;
    if (o.kind === 'size') {
      const meetsAny = o.broadcasts && !(r.kind === 'size' && r.size === 1);
      if (!meetsAny) this.#equalDims(result, operand, why);
    } else if (r.kind === 'size' && r.broadcasts) {
      this.#bindDim(o, r, why);
    } else {
      const places = r.kind === 'size' ? [o] : [r, o];
      this.#wait({ constraint: { kind: 'dim-le', result: r, operand: o, why }, places });
    }
  }

  /** One unknown is what the others leave; with more of them it waits. */
  #sum(constraint: DimSum): void {
    const { unknowns, balance, coeffOf } = weigh(constraint);
    const [unknown, another] = unknowns;
    if (another) return this.#wait({ constraint, places: unknowns });
    if (unknown) this.#bindDim(unknown, sizeLeft(constraint, balance / coeffOf(unknown), unknown));
    else if (balance !== 0) throw sumMismatch(constraint);
    placeLoops(constraint);
  }

  /** The length of a slice follows from that of its axis, and the other way round if it can. */
  #slice(constraint: DimSlice): void {
    const found = sliceLeft(constraint);
    if (found) this.#bindDim(found.unknown, found.size);
    const open = [constraint.whole, constraint.part].map(resolveDim);
    const places = open.filter(dim => dim.kind === 'dim-var');
    if (places.length > 0) this.#wait({ constraint, places });
    else placeSlice(constraint);
  }

  /** Once all rows are closed, one unknown size is what the others leave. */
  #sameCells(constraint: SameCells): void {
    const rows = [...constraint.from, ...constraint.to].map(resolveRow);
    const unknowns = [...new Set(openDimsIn(rows))];
    const rests = rows.flatMap(({ rest }) => rest ?? []);
    if (rests.length > 0) return this.#wait({ constraint, places: [...rests, ...unknowns] });
    const [unknown, another] = unknowns;
    const size = another ? undefined : unknown && cellsLeft(constraint);
    if (unknown && !size) return this.#wait({ constraint, places: unknowns });
    if (unknown && size) this.#bindDim(unknown, size);
    placeCells(constraint);
  }

  /** `via` is what resolves to `dim`: a variable that is bound to it may still learn its basis. */
  #bindDim(variable: DimVar, dim: Dim, why?: Why, via = dim): void {
    const { atLeast } = variable;
    if (dim.kind === 'dim-var') {
      if (dim.atLeast < atLeast) this.#change(dim, 'atLeast', atLeast);
      if (variable.hides) this.#change(dim, 'hides', true);
      this.#inherit(dim, variable.leaf);
    } else {
      if (dim.size < atLeast) throw indexTooLarge(dim, variable, why);
      if (dim.axis) dim.axis.hint ??= variable.label;
      if (dim.axis) dim.axis.fixed ??= fromStart(variable.fixed, dim.size);
      if (dim.axis) dim.axis.position ??= variable.position;
    }
    this.#change(variable, 'binding', lastVariable(via) ?? dim);
    this.#wake(variable);
  }

  // ── Rows ──────────────────────────────────────────────────────────────────────────────────────

  #equalRows(a: Row, b: Row, why: Why): void {
    if (a.rest && b.rest) return this.#equalOpen(a, a.rest, b, b.rest, why);
    if (a.rest) return this.#equalClosed(a, a.rest, b, why);
    if (b.rest) return this.#equalClosed(b, b.rest, a, why);
    const [left, right] = [
      [...a.lead, ...a.trail],
      [...b.lead, ...b.trail],
    ];
    if (left.length !== right.length) throw rankMismatch(a, b, why);
    this.#pairEqual(left, right, why);
  }

  #equalClosed(open: Row, rest: RowVar, closed: Row, why: Why): void {
    const axes = [...closed.lead, ...closed.trail];
    const end = axes.length - open.trail.length;
    if (end < open.lead.length) throw rankMismatch(open, closed, why);
    this.#pairEqual(open.lead, axes, why);
    this.#pairEqual(open.trail, axes.slice(end), why);
    this.#bindRow(rest, closedRow(axes.slice(open.lead.length, end)));
  }

  #equalOpen(a: Row, aRest: RowVar, b: Row, bRest: RowVar, why: Why): void {
    const lead = Math.min(a.lead.length, b.lead.length);
    const trail = Math.min(a.trail.length, b.trail.length);
    this.#pairEqual(a.lead.slice(0, lead), b.lead, why);
    this.#pairEqual(lastOf(a.trail, trail), lastOf(b.trail, trail), why);
    const [left, right] = [inside(a, lead, trail), inside(b, lead, trail)];
    if (aRest === bRest) {
      if (flanksOf(left) + flanksOf(right) > 0) throw rankMismatch(a, b, why);
    } else if (flanksOf(right) === 0) {
      this.#bindRow(bRest, left);
    } else if (flanksOf(left) === 0) {
      this.#bindRow(aRest, right);
    } else {
      this.#equalOpposite(left, aRest, right, bRest, why);
    }
  }

  /**
   * One row is known at its left end, the other at its right end. Whether these are the same axes
   * shows when one of them closes; that it has as many axes as either end is sure now.
   */
  #equalOpposite(a: Row, aRest: RowVar, b: Row, bRest: RowVar, why: Why): void {
    const more = flanksOf(a) - flanksOf(b);
    if (more === 0) {
      const places = [aRest, bRest, ...openDimsIn([a, b])];
      this.#wait({ constraint: { kind: 'row-eq', a, b, why }, places });
      return;
    }
    const [short, rest] = more > 0 ? [b, bRest] : [a, aRest];
    const [lead, trail] = short.lead.length > 0 ? [0, more] : [more, 0];
    this.#extend(rest, Math.abs(lead), Math.abs(trail), why);
    this.#equalRows(resolveRow(a), resolveRow(b), why);
  }

  #rowBelow(r: Row, o: Row, why: Why): void {
    if (!r.rest) return this.#closedBelow(r, o, why);
    const [moreLead, moreTrail] = [o.lead.length - r.lead.length, o.trail.length - r.trail.length];
    if (moreLead > 0 || moreTrail > 0) return this.#belowShort(r, r.rest, o, why);
    const [lead, trail] = [o.lead.length, o.trail.length];
    this.#pairBelow(r.lead.slice(0, lead), o.lead, why);
    this.#pairBelow(lastOf(r.trail, trail), o.trail, why);
    if (!o.rest) return;
    const middle = inside(r, lead, trail);
    if (r.rest === o.rest && flanksOf(middle) === 0) return;
    this.#waitBelow(middle, o.rest, [r.rest, o.rest], why);
  }

  /**
   * The result lacks axes at one end. It gets them there, unless those that it has more of at its
   * other end may turn out to be the same ones.
   */
  #belowShort(r: Row, rest: RowVar, o: Row, why: Why): void {
    const [moreLead, moreTrail] = [o.lead.length - r.lead.length, o.trail.length - r.trail.length];
    const lead = Math.max(0, moreLead + Math.min(0, moreTrail));
    const trail = Math.max(0, moreTrail + Math.min(0, moreLead));
    if (lead > 0 || trail > 0) {
      this.#extend(rest, lead, trail, why);
      return this.#rowBelow(resolveRow(r), resolveRow(o), why);
    }
    const met = Math.min(r.trail.length, o.trail.length);
    this.#pairBelow(lastOf(r.trail, met), lastOf(o.trail, met), why);
    const [result, operand] = [inside(r, 0, met), inside(o, 0, met)];
    const places = [rest, ...(o.rest ? [o.rest] : []), ...openDimsIn([result, operand])];
    this.#wait({ constraint: { kind: 'row-le', result, operand, why }, places });
  }

  #closedBelow(r: Row, o: Row, why: Why): void {
    const axes = [...r.lead, ...r.trail];
    const end = axes.length - o.trail.length;
    if (end < o.lead.length) throw rankMismatch(r, o, why);
    this.#pairBelow(axes.slice(0, o.lead.length), o.lead, why);
    this.#pairBelow(axes.slice(end), o.trail, why);
    if (!o.rest) return;
    const middle = closedRow(axes.slice(o.lead.length, end));
    if (middle.trail.length === 0) this.#bindRow(o.rest, middle);
    else this.#waitBelow(middle, o.rest, [o.rest], why);
  }

  #waitBelow(result: Row, rest: RowVar, places: readonly RowVar[], why: Why): void {
    const operand = { lead: [], rest, trail: [] };
    this.#wait({ constraint: { kind: 'row-le', result, operand, why }, places });
  }

  /** Gives an open row axes whose sizes are still open. */
  #extend(rest: RowVar, lead: number, trail: number, why: Why): void {
    const grown = rest.grown + lead + trail;
    if (grown > mostAxes) throw endlessRow(why);
    const fresh = (length: number): DimVar[] => Array.from({ length }, () => dimVar());
    const inner = rowVar(undefined, grown);
    this.#bindRow(rest, { lead: fresh(lead), rest: inner, trail: fresh(trail) });
  }

  #bindRow(variable: RowVar, row: Row): void {
    const { lead, rest, trail } = resolveRow(row);
    const leaf = variable.leaf && { ...variable.leaf, given: lead.length + trail.length > 0 };
    if (rest) this.#inherit(rest, leaf);
    for (const dim of [...lead, ...trail].map(resolveDim)) {
      if (dim.kind === 'dim-var') this.#inherit(dim, leaf);
    }
    this.#change(variable, 'binding', row);
    this.#wake(variable);
  }

  // ── Bookkeeping ───────────────────────────────────────────────────────────────────────────────

  #pairEqual(left: readonly Dim[], right: readonly Dim[], why: Why): void {
    left.forEach((a, i) => {
      const b = right[i];
      if (b) this.#queue.push({ kind: 'dim-eq', a, b, why });
    });
  }

  #pairBelow(results: readonly Dim[], operands: readonly Dim[], why: Why): void {
    operands.forEach((operand, i) => {
      const result = results[i];
      if (result) this.#queue.push({ kind: 'dim-le', result, operand, why });
    });
  }

  /** A variable that another one is bound to belongs to the same tensors from then on. */
  #inherit(variable: DimVar | RowVar, leaf: Leaf | undefined): void {
    if (leaf && !variable.leaf) this.#change(variable, 'leaf', leaf);
  }

  #change<T, K extends keyof T>(object: T, key: K, value: T[K]): void {
    const before = object[key];
    object[key] = value;
    this.#trail.push(() => {
      object[key] = before;
    });
  }

  #wait(watch: Watch): void {
    watch.places.forEach(place => place.watches.add(watch));
    this.#trail.push(() => watch.places.forEach(place => place.watches.delete(watch)));
  }

  /** Puts the constraints that waited at a variable back to work, and no longer waiting anywhere. */
  #wake({ watches }: DimVar | RowVar): void {
    for (const watch of [...watches]) {
      watch.places.forEach(place => place.watches.delete(watch));
      this.#trail.push(() => watch.places.forEach(place => place.watches.add(watch)));
      this.#queue.push(watch.constraint);
    }
  }
}

function fromStart(fixed: DimVar['fixed'], size: number): DimVar['fixed'] {
  return typeof fixed === 'number' && fixed < 0 ? size + fixed : fixed;
}

function inside({ lead, rest, trail }: Row, fromLead: number, fromTrail: number): Row {
  return { lead: lead.slice(fromLead), rest, trail: trail.slice(0, trail.length - fromTrail) };
}

function openDimsIn(rows: readonly Row[]): readonly DimVar[] {
  const dims = rows.flatMap(({ lead, trail }) => [...lead, ...trail]).map(resolveDim);
  return dims.filter(dim => dim.kind === 'dim-var');
}

function flanksOf({ lead, trail }: Row): number {
  return lead.length + trail.length;
}

function lastOf(dims: readonly Dim[], count: number): readonly Dim[] {
  return dims.slice(dims.length - count);
}
