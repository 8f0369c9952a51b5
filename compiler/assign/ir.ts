/**
 * Assignments: whole arrays, one accumulating assignment at a time.
 *
 *   w1.grad =:+ add.grad * moons_input ~logic:"b|o; b|i => i->o"
 *
 * An assignment runs its scalar right-hand side once for each point of its projections' product
 * space, and `slot` says which of the projections' subscripts an access uses. So the adjoint of an
 * assignment is again an assignment over the same projections, with the slots exchanged.
 *
 *   - With `reset`, each cell of the target starts from the op's neutral element; cells the
 *     projections never reach keep it. A target cell reached just once gets the value itself.
 *   - `set` gives each cell one value: its projections must not reach a cell twice. Cells they never
 *     reach become 0.
 *   - With `keeps`, a set or a reset leaves the cells they never reach as they are: the assignment is
 *     of a part of its target.
 *   - Where the projections leave an axis of an access to positions, `at` says the number at each
 *     point. A number that is none of 0, 1, … below the size of the axis names no cell: such a read is
 *     0, and such a write is left out. So `y =: table[ids]` is the sum over k of `table[k]` where
 *     `ids = k`, for all ids, and its adjoint `table.grad[ids] =+ y.grad` is the sum of the same terms.
 *     A target with positions is never taken to be reached just once.
 *
 * The types are generic: `N` is what names an array and `P` what gives subscripts. The language
 * builds code whose shapes are still open; the compiler takes `Code<TensorNode, Projections>`.
 */
import type { AccumulateOp, Op } from '../core/op.ts';
import type { StaticSymbol } from '../core/static-symbol.ts';
import { noOrigins, type Origins } from '../support/source.ts';

export type Code<N, P> = Sequence<N, P> | Section<N, P> | Repeat<N, P> | Assign<N, P>;

export interface Sequence<N, P> {
  readonly kind: 'sequence';
  readonly body: readonly Code<N, P>[];
}

/** Code under a title: `~~("scalar_loss gradient"; …)`. */
export interface Section<N, P> {
  readonly kind: 'section';
  readonly title: string;
  readonly body: Code<N, P>;
}

/** The body once for each value of a static symbol. */
export interface Repeat<N, P> {
  readonly kind: 'repeat';
  readonly symbol: StaticSymbol;
  readonly body: Code<N, P>;
}

export interface Assign<N, P> {
  readonly kind: 'assign';
  readonly target: Access<N>;
  readonly op: 'set' | AccumulateOp;
  readonly reset: boolean;
  /** Whether other cells keep their values; only for sets and resets. */
  readonly keeps: boolean;
  readonly value: Scalar<N>;
  readonly projections: P;
  readonly origins: Origins;
}

// ── Scalars ─────────────────────────────────────────────────────────────────────────────────────

/** The formula at one point of the product space. */
export type Scalar<N> = ScalarConst | SymbolValue | Position | Access<N> | ScalarApply<N>;

export interface ScalarConst {
  readonly kind: 'const';
  readonly value: number;
}

/** The value of a static symbol, as a number. */
export interface SymbolValue {
  readonly kind: 'symbol';
  readonly symbol: StaticSymbol;
}

/**
 * Where the point is in the array of `slot`, as a number: along one axis of a row (-1 is the last), or,
 * without an axis, how many cells of the array lie before it.
 */
export interface Position {
  readonly kind: 'position';
  readonly slot: number;
  readonly axis: AxisPlace | undefined;
}

export interface AxisPlace {
  readonly row: 'batch' | 'input' | 'output';
  readonly at: number;
}

/** A cell of `node`, at the subscript the projections give for `slot`. */
export interface Access<N> {
  readonly kind: 'access';
  readonly node: N;
  readonly slot: number;
  /** The positions that its subscript leaves to the run, by their number in `dynamics`. */
  readonly at: readonly Scalar<N>[];
}

export interface ScalarApply<N> {
  readonly kind: 'apply';
  readonly op: Op;
  readonly args: readonly Scalar<N>[];
}

export function scalarConst(value: number): ScalarConst {
  return { kind: 'const', value };
}

export function access<N>(node: N, slot: number, at: readonly Scalar<N>[] = []): Access<N> {
  return { kind: 'access', node, slot, at };
}

export function position(slot: number, axis?: AxisPlace): Position {
  return { kind: 'position', slot, axis };
}

export function scalarApply<N>(op: Op, ...args: readonly Scalar<N>[]): ScalarApply<N> {
  return { kind: 'apply', op, args };
}

export function sequence<N, P>(body: readonly Code<N, P>[]): Code<N, P> {
  const flat = body.flatMap(c => (c.kind === 'sequence' ? c.body : [c]));
  const [only] = flat;
  return flat.length === 1 && only ? only : { kind: 'sequence', body: flat };
}

export function assign<N, P>(
  target: Access<N>,
  {
    op,
    reset = false,
    keeps = false,
  }: { readonly op: Assign<N, P>['op']; readonly reset?: boolean; readonly keeps?: boolean },
  value: Scalar<N>,
  projections: P,
  origins: Origins = noOrigins,
): Assign<N, P> {
  return { kind: 'assign', target, op, reset, keeps, value, projections, origins };
}
