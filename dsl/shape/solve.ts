/**
 * The solver: takes constraints one at a time, binds the variables that they determine, and attaches the rest
 * to the variables that they wait for. The table of its rules is in `README.md`.
 *
 * Every change is recorded on a trail, so a construction that fails leaves all shapes unchanged.
 */
import { unite } from './axis.ts';
import { cellsLeft, placeCells } from './cells.ts';
import { Bindings } from './bindings.ts';
import { basisMismatch, sizeMismatch } from './explain.ts';
import { sumMismatch } from './explain-derived.ts';
import { lastVariable, openDimsIn, resolveDim, resolveRow } from './resolve.ts';
import type {
  Constraint,
  Dim,
  DimSlice,
  DimSum,
  DimVar,
  Row,
  RowVar,
  SameCells,
  Size,
  Why,
} from './row.ts';
import { placeSlice, sliceLeft } from './slice.ts';
import { equalRows, rowBelow } from './solve-rows.ts';
import { placeLoops, sizeLeft, weigh } from './sum.ts';

export class Solver {
  readonly #bindings = new Bindings();

  /** Runs `construct`; if it throws, undoes all its changes to shapes and rethrows. */
  static transaction<T>(construct: (solver: Solver) => T): T {
    const solver = new Solver();
    return solver.attempt(() => construct(solver));
  }

  /** Runs a part of a transaction; if it throws, undoes its changes and rethrows. */
  attempt<T>(part: () => T): T {
    return this.#bindings.attempt(part);
  }

  /** Adds constraints and propagates them. */
  post(constraints: Iterable<Constraint>): void {
    const bindings = this.#bindings;
    bindings.queue(...constraints);
    for (let next = bindings.next(); next; next = bindings.next()) this.#solve(next);
  }

  /** Binds a variable from outside; the constraints that waited for it are propagated. */
  decideDim(variable: DimVar, dim: Dim): void {
    this.#bindings.bindDim(variable, dim);
    this.post([]);
  }

  decideRow(variable: RowVar, row: Row): void {
    this.#bindings.bindRow(variable, row);
    this.post([]);
  }

  /** Registers the undo of another change that the construction makes. */
  onUndo(undo: () => void): void {
    this.#bindings.onUndo(undo);
  }

  #solve(constraint: Constraint): void {
    const { why } = constraint;
    switch (constraint.kind) {
      case 'dim-eq':
        return this.#equalDims(constraint.a, constraint.b, why);
      case 'row-eq':
        return equalRows(this.#bindings, resolveRow(constraint.a), resolveRow(constraint.b), why);
      case 'dim-le':
        return this.#dimBelow(constraint.result, constraint.operand, why);
      case 'row-le':
        return rowBelow(
          this.#bindings,
          resolveRow(constraint.result),
          resolveRow(constraint.operand),
          why,
        );
      case 'dim-sum':
        return this.#sum(constraint);
      case 'dim-slice':
        return this.#slice(constraint);
      case 'same-cells':
        return this.#sameCells(constraint);
    }
  }

  #equalDims(left: Dim, right: Dim, why: Why): void {
    const [a, b] = [resolveDim(left), resolveDim(right)];
    if (a === b) return;
    if (a.kind === 'dim-var') this.#bindings.bindDim(a, b, why, right);
    else if (b.kind === 'dim-var') this.#bindings.bindDim(b, a, why, left);
    else if (a.size !== b.size) throw sizeMismatch(a, b, why);
    else if (a.axis && b.axis) unite(a.axis, b.axis);
    else this.#shareBasis([left, a], [right, b], why);
  }

  /**
   * A variable bound to a size without a basis takes the basis of dims it is equated with, so whether two
   * named bases clash does not depend on their order.
   */
  #shareBasis([left, a]: readonly [Dim, Size], [right, b]: readonly [Dim, Size], why: Why): void {
    if (a.basis === b.basis) return;
    if (a.basis !== undefined && b.basis !== undefined) throw basisMismatch(a, b, why);
    const [bare, size, based] = a.basis === undefined ? [left, a, b] : [right, b, a];
    const { basis, because } = based;
    const variable = lastVariable(bare);
    if (variable) this.#bindings.change(variable, 'binding', { ...size, basis, because });
  }

  #dimBelow(result: Dim, operand: Dim, why: Why): void {
    const [r, o] = [resolveDim(result), resolveDim(operand)];
    if (r === o) return;
    if (o.kind === 'size') {
      const meetsAny = o.broadcasts && !(r.kind === 'size' && r.size === 1);
      if (!meetsAny) this.#equalDims(result, operand, why);
    } else if (r.kind === 'size' && r.broadcasts) {
      this.#bindings.bindDim(o, r, why);
    } else {
      const places = r.kind === 'size' ? [o] : [r, o];
      this.#bindings.wait({ constraint: { kind: 'dim-le', result: r, operand: o, why }, places });
    }
  }

  /** One unknown is determined by the others; with more unknowns it waits. */
  #sum(constraint: DimSum): void {
    const { unknowns, balance, coeffOf } = weigh(constraint);
    const [unknown, another] = unknowns;
    if (another) return this.#bindings.wait({ constraint, places: unknowns });
    if (unknown) {
      const size = sizeLeft(constraint, balance / coeffOf(unknown), unknown);
      this.#bindings.bindDim(unknown, size);
    } else if (balance !== 0) throw sumMismatch(constraint);
    placeLoops(constraint);
  }

  /** The length of a slice follows from that of its axis, and vice versa if possible. */
  #slice(constraint: DimSlice): void {
    const found = sliceLeft(constraint);
    if (found) this.#bindings.bindDim(found.unknown, found.size);
    const open = [constraint.whole, constraint.part].map(resolveDim);
    const places = open.filter(dim => dim.kind === 'dim-var');
    if (places.length > 0) this.#bindings.wait({ constraint, places });
    else placeSlice(constraint);
  }

  /** Once all rows are closed, one unknown size is determined by the others. */
  #sameCells(constraint: SameCells): void {
    const rows = [...constraint.from, ...constraint.to].map(resolveRow);
    const unknowns = [...new Set(openDimsIn(rows))];
    const rests = rows.flatMap(({ rest }) => rest ?? []);
    const places = [...rests, ...unknowns];
    if (rests.length > 0) return this.#bindings.wait({ constraint, places });
    const [unknown, another] = unknowns;
    const size = another ? undefined : unknown && cellsLeft(constraint);
    if (unknown && !size) return this.#bindings.wait({ constraint, places: unknowns });
    if (unknown && size) this.#bindings.bindDim(unknown, size);
    placeCells(constraint);
  }
}
