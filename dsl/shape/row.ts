/**
 * Dims, rows and shapes, with variables for what is not known yet.
 *
 * A shape has three rows: batch | input -> output. A row is a list of dims, or, while it may still
 * get more axes, a list with a row variable in it. Only the solver binds variables.
 */
import type { Span, StaticSymbol } from '../../compiler/index.ts';
import type { Axis } from './axis.ts';

export type RowKind = 'batch' | 'input' | 'output';
export const rowKinds: readonly RowKind[] = ['batch', 'input', 'output'];

export type Shape = Readonly<Record<RowKind, Row>>;

/** `lead … trail`; without `rest` there are exactly these axes. */
export interface Row {
  readonly lead: readonly Dim[];
  readonly rest: RowVar | undefined;
  readonly trail: readonly Dim[];
  /** Why there are no more axes, if that was assumed. */
  readonly because?: Because | undefined;
}

export type Dim = Size | DimVar;

export interface Size {
  readonly kind: 'size';
  readonly size: number;
  /** A size of 1 chosen by default: broadcasts to any size. A 1 that the user wrote does not. */
  readonly broadcasts: boolean;
  /** The basis, `rgb` in `rgb:3`; an axis without a basis is compatible with any. */
  readonly basis: string | undefined;
  readonly because: Because;
  /** Set during projection inference: which axis of which operand this is. */
  readonly axis?: Axis;
}

/** Why a dim has its size, for errors and for `explain`. */
export interface Because {
  readonly text: string;
  readonly span?: Span | undefined;
  /** Several combined reasons. */
  readonly of?: readonly Because[];
}

export interface DimVar {
  readonly kind: 'dim-var';
  /** The axis label of an einsum spec. */
  readonly label: string | undefined;
  /** Subscripted by this integer or symbol instead of a loop. */
  readonly fixed: number | StaticSymbol | undefined;
  /** Subscripted by this one of the access's positions. */
  readonly position: number | undefined;
  /** The smallest size that its subscripts need. */
  atLeast: number;
  /** Named in an einsum spec, so only its own size determines the range of the sum. */
  hides: boolean;
  /** A part of a concatenation that nothing else determines: it may be empty. */
  readonly isRest: boolean;
  binding: Dim | undefined;
  leaf: Leaf | undefined;
  readonly watches: Set<Watch>;
}

export interface RowVar {
  readonly kind: 'row-var';
  /** How many axes inference has added around it, to detect unbounded growth. */
  readonly grown: number;
  binding: Row | undefined;
  leaf: Leaf | undefined;
  readonly watches: Set<Watch>;
}

/** A constraint that determines nothing yet, attached to the variables it waits for. */
export interface Watch {
  readonly constraint: Constraint;
  readonly places: readonly (DimVar | RowVar)[];
}

/** A variable of a leaf, a tensor that nothing computes: a parameter, or an array that `cd` introduces. */
export interface Leaf {
  readonly tensor: string;
  readonly row: RowKind;
  readonly span: Span | undefined;
  readonly isParam: boolean;
  /** Some axes of the row are known, so that there are no more needs no explanation. */
  readonly given: boolean;
}

export function sizeOf(size: number, because: Because, broadcasts = false): Size {
  return { kind: 'size', size, broadcasts, basis: undefined, because };
}

export function basedSize(size: number, basis: string | undefined, because: Because): Size {
  return { ...sizeOf(size, because), basis };
}

export function dimVar(
  options: Partial<Pick<DimVar, 'label' | 'fixed' | 'position' | 'hides' | 'isRest' | 'leaf'>> = {},
): DimVar {
  const { label, fixed, position, hides = false, isRest = false, leaf } = options;
  const atLeast = typeof fixed === 'number' ? roomFor(fixed) : (fixed?.range ?? 0);
  const watches = new Set<Watch>();
  const open = { leaf, binding: undefined, watches };
  return { kind: 'dim-var', label, fixed, position, atLeast, hides, isRest, ...open };
}

/** The size an axis needs for an index, which counts from the end if negative. */
function roomFor(index: number): number {
  return index < 0 ? -index : index + 1;
}

export function rowVar(leaf?: Leaf, grown = 0): RowVar {
  return { kind: 'row-var', grown, binding: undefined, leaf, watches: new Set() };
}

/** Exactly these axes, aligned at the right when broadcast. */
export function closedRow(dims: readonly Dim[], because?: Because): Row {
  return { lead: [], rest: undefined, trail: dims, because };
}

export function openRow(leaf?: Leaf): Row {
  return { lead: [], rest: rowVar(leaf), trail: [] };
}

export function openShape(): Shape {
  return { batch: openRow(), input: openRow(), output: openRow() };
}

export const scalarShape: Shape = {
  batch: closedRow([]),
  input: closedRow([]),
  output: closedRow([]),
};

// ── Constraints ────────────────────────────────────────────────────────────────────────────────────

/**
 * The constraints of shape inference. `le` is "result ⊑ operand": the result has at least the axes of the
 * operand, and each has the operand's size unless that broadcasts. `dim-sum` is an axis that an
 * einsum spec derives from others: `2*o<+k`, `a^b`.
 */
export type Constraint =
  | { readonly kind: 'dim-eq'; readonly a: Dim; readonly b: Dim; readonly why: Why }
  | { readonly kind: 'row-eq'; readonly a: Row; readonly b: Row; readonly why: Why }
  | { readonly kind: 'dim-le'; readonly result: Dim; readonly operand: Dim; readonly why: Why }
  | { readonly kind: 'row-le'; readonly result: Row; readonly operand: Row; readonly why: Why }
  | DimSum
  | DimSlice
  | SameCells;

/** `whole = constant + Σ coeff·dim`. */
export interface DimSum {
  readonly kind: 'dim-sum';
  readonly whole: Dim;
  readonly constant: number;
  readonly terms: readonly DimTerm[];
  /** In a convolution or pooling, the axis of cells taken together: the `k` of `2*o<+k`. */
  readonly window?: Dim;
  /** Where in the axis the loops are; undefined if not needed. */
  readonly place: Place | undefined;
  /** The axis as written in the spec. */
  readonly text: string;
  readonly why: Why;
}

/** `part` are the cells of `whole` that a slice selects. */
export interface DimSlice {
  readonly kind: 'dim-slice';
  readonly whole: Dim;
  readonly part: Dim;
  readonly slice: Slice;
  readonly why: Why;
}

/** Every `step`-th cell from `start` to before `stop`; negative ends count from the end. */
export interface Slice {
  readonly start: number | undefined;
  readonly stop: number | undefined;
  readonly step: number;
  /** As written. */
  readonly text: string;
}

/** Two lists of rows with the same cells in the same order, but different axes. */
export interface SameCells {
  readonly kind: 'same-cells';
  /** Outermost first. */
  readonly from: readonly Row[];
  readonly to: readonly Row[];
  readonly why: Why;
}

export interface DimTerm {
  readonly coeff: number;
  readonly dim: Dim;
}

/** A subscript: `Σ coeff·loop + offset`, after all of some other axes. */
export interface Place {
  readonly loops: readonly DimTerm[];
  readonly offset: number;
  readonly behind: readonly Dim[];
}

/** The origin of a constraint: what an error about it has to show. */
export interface Why {
  readonly use: Use;
  /** The two that must agree: indices of operands, -1 for the result. */
  readonly left: number;
  readonly right: number;
  /** Which row of each. */
  readonly rows: readonly [RowKind, RowKind];
  /** Another operand with this row, to name in place of an unnamed result. */
  readonly peer: number | undefined;
  /** A product has hidden dimensions here: one that nothing determines is an error. */
  readonly hides: boolean;
}

/** The index of the result, before those of the operands. */
export const RESULT = -1;

/** The result's row meets an operand's. */
export function ofResult(use: Use, right: number, row: RowKind, peer?: number): Why {
  return { use, left: RESULT, right, rows: [row, row], peer, hides: false };
}

/** An operation as written in a template. */
export interface Use {
  /** `*`, `relu`, `=:` */
  readonly operator: string;
  readonly span: Span | undefined;
  readonly operands: readonly Operand[];
  readonly result: Operand;
  /** The text of the spec that relates the axes, if one is written. */
  readonly spec?: string;
}

export interface Operand {
  readonly span: Span | undefined;
  /** As the user wrote it, if that is short. */
  readonly text: string | undefined;
  readonly shape: Shape;
}
