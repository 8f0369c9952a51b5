/** The syntax tree of einsum specifications. */
import type { Ident, Located } from './ast.ts';

/** `rhs; rhs => result` */
export interface Spec extends Located {
  readonly operands: readonly ShapeSpec[];
  readonly result: ShapeSpec;
}

/** `batch | input -> output`; an omitted row has no axes. */
export interface ShapeSpec extends Located {
  readonly batch: RowSpec;
  readonly input: RowSpec;
  readonly output: RowSpec;
}

/** Axes around at most one row variable; without one the row has exactly these axes. */
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

/** An integer: selects this index of the axis. */
export interface AxisFixed extends Located {
  readonly kind: 'fixed';
  readonly index: number;
}

/** `_`: an anonymous axis; each is distinct. */
export interface AxisAny extends Located {
  readonly kind: 'any';
}

/**
 * `stride*over + dilation*kernel + offset`: a strided loop, and a window loop within each step.
 * With a kernel, the steps are those at which all of it fits (`o<+k`), or as many as without one,
 * with the axis padded (`o=+k`).
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

/** `a^b`, `3^a`: concatenated axes. A number is an axis of that size without a name. */
export interface AxisConcat extends Located {
  readonly kind: 'concat';
  readonly parts: readonly (AxisLabel | AxisFixed)[];
}
