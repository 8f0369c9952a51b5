/** The length of slices, and the indices of their cells. */
import { newAxis } from './axis.ts';
import { backwardSlice, sliceMismatch, sliceTooLong } from './explain-derived.ts';
import { type DimSlice, type DimVar, type Size, type Slice, sizeOf } from './row.ts';
import { resolveDim } from './resolve.ts';

/** `perCell·size + constant`, where `size` is that of the axis. */
interface Linear {
  readonly perCell: number;
  readonly constant: number;
}

/** The first cell a slice takes, and where it has passed its last one. */
function endsOf({ start, stop, step }: Slice): { readonly first: Linear; readonly end: Linear } {
  const whole = step > 0 ? { perCell: 1, constant: 0 } : { perCell: 0, constant: -1 };
  return {
    first: placeOf(start ?? (step > 0 ? 0 : -1)),
    end: stop === undefined ? whole : placeOf(stop),
  };
}

function placeOf(index: number): Linear {
  return { perCell: index < 0 ? 1 : 0, constant: index };
}

/** From the first cell to the end, in the direction of the slice. */
function spanOf(slice: Slice): Linear {
  const { first, end } = endsOf(slice);
  const sign = Math.sign(slice.step);
  return {
    perCell: sign * (end.perCell - first.perCell),
    constant: sign * (end.constant - first.constant),
  };
}

function valueAt({ perCell, constant }: Linear, size: number): number {
  return perCell * size + constant;
}

/** Undefined if the slice stops before it starts. */
function countAt(slice: Slice, size: number): number | undefined {
  const span = valueAt(spanOf(slice), size);
  return span < 0 ? undefined : Math.ceil(span / Math.abs(slice.step));
}

/** The unknown size, if the other one determines it. */
export function sliceLeft(
  constraint: DimSlice,
): { readonly unknown: DimVar; readonly size: Size } | undefined {
  const { slice } = constraint;
  const [whole, part] = [resolveDim(constraint.whole), resolveDim(constraint.part)];
  const { perCell } = spanOf(slice);
  if (whole.kind === 'size') checkSlice(constraint, whole);
  if (part.kind === 'dim-var') {
    if (whole.kind === 'dim-var' && perCell !== 0) return undefined;
    const count = countAt(slice, whole.kind === 'size' ? whole.size : 0);
    if (count === undefined) throw backwardSlice(constraint);
    // The part may be met before the axis it is of, and before that of the result: they are united.
    return { unknown: part, size: { ...sized(constraint, count), axis: newAxis(count) } };
  }
  const size = whole.kind === 'size' ? undefined : wholeFor(constraint, part);
  return whole.kind === 'dim-var' && size ? { unknown: whole, size } : undefined;
}

/** The axis of which a slice takes so many cells, if there is only one. */
export function wholeFor(constraint: DimSlice, part: Size): Size | undefined {
  const { perCell, constant } = spanOf(constraint.slice);
  if (perCell === 0 || Math.abs(constraint.slice.step) > 1) return undefined;
  return sized(constraint, (part.size - constant) / perCell);
}

function sized({ slice, why }: DimSlice, size: number): Size {
  return sizeOf(size, { text: `\`${slice.text}\` makes it so`, span: why.use.span });
}

function checkSlice(constraint: DimSlice, whole: Size): void {
  const { slice } = constraint;
  const { first, end } = endsOf(slice);
  const [from, to] = [valueAt(first, whole.size), valueAt(end, whole.size)];
  const [least, beyond] = slice.step > 0 ? [from, to] : [to + 1, from + 1];
  if (least < 0 || beyond > whole.size) throw sliceTooLong(constraint, whole);
  if (least > beyond) throw backwardSlice(constraint, whole);
}

/** Both sizes are known: checks them, and during projection inference maps subscripts. */
export function placeSlice(constraint: DimSlice): void {
  const [whole, part] = [resolveDim(constraint.whole), resolveDim(constraint.part)];
  if (whole.kind !== 'size' || part.kind !== 'size') return;
  const { slice } = constraint;
  checkSlice(constraint, whole);
  const count = countAt(slice, whole.size) ?? 0;
  if (count !== part.size) throw sliceMismatch(constraint, count, part);
  if (!whole.axis || !part.axis) return;
  const offset = valueAt(endsOf(slice).first, whole.size);
  whole.axis.made ??= { terms: [{ coeff: slice.step, axis: part.axis }], offset };
}
