/**
 * Where the value of a tensor comes from. Written for any `T` that stands for tensors, so that these
 * types know nothing of `Tensor`, which is made from them.
 */
import { type Initial, type StaticSymbol, unreachable } from '../../compiler/index.ts';
import type { Dim, Row, Shape } from '../shape/row.ts';
import type { Turns } from '../shape/turns.ts';
import type { OpenProjections } from './open-projections.ts';
import type { Operation } from './operation.ts';

/** Where a tensor's value comes from. */
export type SourceOf<T> =
  /** Learned: has an initial value and a gradient. `from` is what computes the initial value. */
  | { readonly kind: 'param'; readonly initial: Initial; readonly from?: T | undefined }
  /** Given by the host. */
  | { readonly kind: 'data'; readonly initial: Initial }
  /** Introduced by `cd` code that assigns it; keeps its value from run to run if it is read first. */
  | { readonly kind: 'state' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'symbol'; readonly symbol: StaticSymbol }
  /** The size of an axis, or of all axes of a row, of some shapes; settled when code is compiled. */
  | { readonly kind: 'dim'; readonly axis: Dim | Row; readonly shapes: readonly Shape[] }
  | { readonly kind: 'computed'; readonly by: ComputationOf<T> }
  /** The turns of a scan. It has no value of its own: its results have. */
  | { readonly kind: 'scan'; readonly scan: ScanOf<T> }
  /** A result of a scan, written by its turns. `isHidden`: only where something reads it. */
  | { readonly kind: 'scanned'; readonly run: T; readonly isHidden: boolean }
  /** The carry or a slice, as the step of a scan sees it. */
  | { readonly kind: 'stand-in' };

/** An operation applied to operands: how a tensor is computed. */
export interface ComputationOf<T> {
  readonly operation: Operation;
  readonly operands: readonly T[];
  readonly projections: OpenProjections;
}

/**
 * A step taken once for each cell of an axis: from the carry and the slices of that turn, the carry
 * of the next turn and more results. What the turns compute stands in `inner`; it has no value
 * outside of them.
 */
export interface ScanOf<T> {
  readonly turns: Turns;
  readonly carries: readonly ScanCarryOf<T>[];
  readonly slices: readonly ScanSliceOf<T>[];
  /** Results with one value a turn, side by side along the axis. */
  readonly stacks: readonly ScanResultOf<T>[];
  /** Results that add up over the turns. */
  readonly sums: readonly ScanResultOf<T>[];
  /** What is computed in each turn, operands first. */
  readonly inner: readonly T[];
  /** Those from outside that the step reads: parameters, and whatever is the same in all turns. */
  readonly closed: readonly T[];
  /** All that is from outside: where carries start, what slices are of, what the step reads. */
  readonly operands: readonly T[];
}

/** What one turn hands to the next. All but `saved` have one shape. */
export interface ScanCarryOf<T> {
  readonly place: T;
  readonly start: T;
  readonly next: T;
  readonly last: T;
  /** What `place` held in each turn, for the derivatives. */
  readonly saved: ScanResultOf<T>;
}

export interface ScanSliceOf<T> {
  readonly place: T;
  readonly whole: T;
}

/** What a turn computes, and what the turns make of it. */
export interface ScanResultOf<T> {
  readonly each: T;
  readonly whole: T;
}

/** What it is computed from directly. */
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

/** What the array of its value holds at first. */
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
