/**
 * The bindings of variables, and the queue of constraints to process. Every change is
 * recorded on a trail, so that everything since a mark can be undone.
 */
import { indexTooLarge } from './explain.ts';
import type { Constraint, Dim, DimVar, Leaf, Row, RowVar, Watch, Why } from './row.ts';
import { lastVariable, resolveDim, resolveRow } from './resolve.ts';

export class Bindings {
  readonly #trail: (() => void)[] = [];
  readonly #queue: Constraint[] = [];

  /** Runs a part of a construction; if it throws, undoes its changes and rethrows. */
  attempt<T>(part: () => T): T {
    const mark = this.#trail.length;
    try {
      return part();
    } catch (error) {
      this.#undo(mark);
      throw error;
    }
  }

  /** Registers the undo of another change that a construction makes. */
  onUndo(undo: () => void): void {
    this.#trail.push(undo);
  }

  #undo(mark: number): void {
    while (this.#trail.length > mark) this.#trail.pop()?.();
    this.#queue.length = 0;
  }

  /** Appends constraints to the queue. */
  queue(...constraints: readonly Constraint[]): void {
    this.#queue.push(...constraints);
  }

  /** Takes the next constraint off the queue. */
  next(): Constraint | undefined {
    return this.#queue.shift();
  }

  /** `via` is what resolves to `dim`: a variable bound to it, which may still receive a basis. */
  bindDim(variable: DimVar, dim: Dim, why?: Why, via = dim): void {
    const { atLeast } = variable;
    if (dim.kind === 'dim-var') {
      if (dim.atLeast < atLeast) this.change(dim, 'atLeast', atLeast);
      if (variable.hides) this.change(dim, 'hides', true);
      this.#inherit(dim, variable.leaf);
    } else {
      if (dim.size < atLeast) throw indexTooLarge(dim, variable, why);
      if (dim.axis) dim.axis.hint ??= variable.label;
      if (dim.axis) dim.axis.fixed ??= fromStart(variable.fixed, dim.size);
      if (dim.axis) dim.axis.position ??= variable.position;
    }
    this.change(variable, 'binding', lastVariable(via) ?? dim);
    this.#wake(variable);
  }

  bindRow(variable: RowVar, row: Row): void {
    const { lead, rest, trail } = resolveRow(row);
    const leaf = variable.leaf && { ...variable.leaf, given: lead.length + trail.length > 0 };
    if (rest) this.#inherit(rest, leaf);
    for (const dim of [...lead, ...trail].map(resolveDim)) {
      if (dim.kind === 'dim-var') this.#inherit(dim, leaf);
    }
    this.change(variable, 'binding', row);
    this.#wake(variable);
  }

  /** A variable that another one is bound to then also belongs to that one's tensors. */
  #inherit(variable: DimVar | RowVar, leaf: Leaf | undefined): void {
    if (leaf && !variable.leaf) this.change(variable, 'leaf', leaf);
  }

  change<T, K extends keyof T>(object: T, key: K, value: T[K]): void {
    const before = object[key];
    object[key] = value;
    this.#trail.push(() => {
      object[key] = before;
    });
  }

  wait(watch: Watch): void {
    watch.places.forEach(place => place.watches.add(watch));
    this.#trail.push(() => watch.places.forEach(place => place.watches.delete(watch)));
  }

  /** Requeues the constraints that waited at a variable, and removes them from all other variables. */
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
