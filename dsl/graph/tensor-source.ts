/**
 * How the value of a tensor is produced. Generic over the type `T` of tensors, so that these
 * types do not depend on `Tensor`, which is built on them.
 */
import { type Initial, type StaticSymbol, unreachable } from '../../compiler/index.ts';
import type { Dim, Row, Shape } from '../shape/row.ts';
import type { Turns } from '../shape/turns.ts';
import type { OpenProjections } from './open-projections.ts';
import type { Operation } from './operation.ts';

/** How a tensor's value is produced. */
export type SourceOf<T> =
  /** Learned: has an initial value and a gradient. `from` computes the initial value. */
  | { readonly kind: 'param'; readonly initial: Initial; readonly from?: T | undefined }
  /** Data of the host. */
  | { readonly kind: 'data'; readonly initial: Initial }
  /** Introduced by `cd` code that assigns it; keeps its value between runs if it is read first. */
  | { readonly kind: 'state' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'symbol'; readonly symbol: StaticSymbol }
  /** The size of an axis, or of all axes of a row, of some shapes; settled when code is compiled. */
  | { readonly kind: 'dim'; readonly axis: Dim | Row; readonly shapes: readonly Shape[] }
  | { readonly kind: 'computed'; readonly by: ComputationOf<T> }
  /** The iterations of a scan. It has no value of its own: its results have. */
  | { readonly kind: 'scan'; readonly scan: ScanOf<T> }
  /** A result of a scan, written by its iterations. `isHidden`: removed unless something reads it. */
  | { readonly kind: 'scanned'; readonly run: T; readonly isHidden: boolean }
  /** The carry or a slice, as the step of a scan sees it. */
  | { readonly kind: 'stand-in' };

/** An operation applied to operands. */
export interface ComputationOf<T> {
  readonly operation: Operation;
  readonly operands: readonly T[];
  readonly projections: OpenProjections;
}

/**
 * A step executed once for each index of an axis: from the carry and the slices of that iteration it computes the next
 * carry and further results. The values of an iteration are in `inner`; they do not exist
 * outside it.
 */
export interface ScanOf<T> {
  readonly turns: Turns;
  readonly carries: readonly ScanCarryOf<T>[];
  readonly slices: readonly ScanSliceOf<T>[];
  /** Results with one value per iteration, stacked along the axis. */
  readonly stacks: readonly ScanResultOf<T>[];
  /** Results that accumulate over the iterations. */
  readonly sums: readonly ScanResultOf<T>[];
  /** What is computed in each iteration, operands first. */
  readonly inner: readonly T[];
  /** The outside tensors that the step reads: parameters, and whatever is the same in all iterations. */
  readonly closed: readonly T[];
  /** All outside tensors: initial carries, arrays to be sliced, and what the step reads. */
  readonly operands: readonly T[];
}

/** A value passed from one iteration to the next. All but `saved` have the same shape. */
export interface ScanCarryOf<T> {
  readonly place: T;
  readonly start: T;
  readonly next: T;
  readonly last: T;
  /** The value of `place` in each iteration, for the derivatives. */
  readonly saved: ScanResultOf<T>;
}

export interface ScanSliceOf<T> {
  readonly place: T;
  readonly whole: T;
}

/** A value computed in an iteration, and the result that the iterations make of it. */
export interface ScanResultOf<T> {
  readonly each: T;
  readonly whole: T;
}

/** The tensors that it is computed from directly. */
export function operandsOf<T>(source: SourceOf<T>): readonly T[] {
  switch (source.kind) {
    case 'computed':
      return source.by.operands;
    case 'scan':
      return source.scan.operands;
    case 'scanned':
      return [source.run];
    case 'param':
    case 'data':
    case 'state':
    case 'constant':
    case 'symbol':
    case 'dim':
    case 'stand-in':
      return [];
    default:
      return unreachable(source);
  }
}

/** In words, for `tensor.explain()`. */
export function whatIs(source: SourceOf<unknown>): string {
  switch (source.kind) {
    case 'param':
      return 'a parameter';
    case 'data':
      return 'values of the host';
    case 'state':
      return 'an array that code assigns';
    case 'constant':
      return 'a number';
    case 'symbol':
      return `the value of the static symbol \`${source.symbol.name}\``;
    case 'dim':
      return 'the size of axes';
    case 'computed':
      return `computed by \`${source.by.operation.operator}\``;
    case 'scan':
      return 'the turns of a scan';
    case 'scanned':
      return 'made by the turns of a scan';
    case 'stand-in':
      return 'what the step of a scan is given';
    default:
      return unreachable(source);
  }
}

/** The initial contents of its value array. */
export function startOf(source: SourceOf<unknown>): Initial {
  switch (source.kind) {
    case 'param':
    case 'data':
      return source.initial;
    case 'state':
      return { kind: 'fill', value: 0 };
    case 'constant':
      return { kind: 'fill', value: source.value };
    case 'symbol':
    case 'dim':
    case 'computed':
    case 'scan':
    case 'scanned':
    case 'stand-in':
      return { kind: 'none' };
    default:
      return unreachable(source);
  }
}
