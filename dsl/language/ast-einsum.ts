/** What an einsum specification says. */
import type { Ident, Located } from './ast.ts';

/** `rhs; rhs => result` */
export interface Spec extends Located {
  readonly operands: readonly ShapeSpec[];
  readonly result: ShapeSpec;
}

/** `batch | input -> output`; a row that is not written has no axes. */
export interface ShapeSpec extends Located {
  readonly batch: RowSpec;
  readonly input: RowSpec;
  readonly output: RowSpec;
}

/** Axes around at most one row variable; without one the row has just these axes. */
export interface RowSpec {
  readonly lead: readonly AxisSpec[];
  /** `...` is named after its kind of row, `..r..` is named `r`. */
  readonly rowVar: Ident | undefined;
  readonly trail: readonly AxisSpec[];
}

export type AxisSpec = AxisLabel | AxisFixed | AxisAny | AxisAffine | AxisConcat;

/** `i`, or with its size, `k:3`. */
export interface AxisLabel extends Located {
  readonly kind: 'label';
  readonly name: string;
  readonly size: number | undefined;
}

/** An integer: this slice of the axis. */
export interface AxisFixed extends Located {
  readonly kind: 'fixed';
  readonly index: number;
}

/** `_`: some axis, never the same one twice. */
export interface AxisAny extends Located {
  readonly kind: 'any';
}

/**
 * `stride*over + dilation*kernel + offset`: where one loop steps, and another runs within each step.
 * With a kernel the steps are those at which all of it fits (`o<+k`), or as many as without one,
 * the axis being padded (`o=+k`).
 */
export interface AxisAffine extends Located {
  readonly kind: 'affine';
  readonly over: AxisLabel;
  readonly stride: number;
  readonly kernel: AxisLabel | undefined;
  readonly dilation: number;
  readonly offset: number;
  readonly isPadded: boolean;
}

/** `a^b`, `3^a`: axes end to end. A number is an axis of that size without a name. */
export interface AxisConcat extends Located {
  readonly kind: 'concat';
  readonly parts: readonly (AxisLabel | AxisFixed)[];
}
