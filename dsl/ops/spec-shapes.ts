/** Shapes for the specs of operations that are not written as specs. */
import type { Span } from '../../compiler/index.ts';
import type { AxisLabel, AxisSpec, RowSpec, ShapeSpec } from '../language/ast-einsum.ts';
import { type RowKind, rowKinds } from '../shape/row.ts';

/** Any axes, but the same ones in all uses. */
export function anyShape(span: Span): ShapeSpec {
  const row = (text: RowKind): RowSpec => ({ lead: [], rowVar: { span, text }, trail: [] });
  const [batch, input, output] = rowKinds.map(row) as [RowSpec, RowSpec, RowSpec];
  return { span, batch, input, output };
}

/** The same with one explicit output axis, counted from the last if `at` is negative. */
export function shapeWithAxis(span: Span, at: number, axis: AxisSpec): ShapeSpec {
  const any = anyShape(span);
  const others = (count: number): AxisLabel[] =>
    Array.from({ length: count }, (_, i) => label(span, `other${i}`));
  const lead = at < 0 ? [] : [...others(at), axis];
  const trail = at < 0 ? [axis, ...others(-at - 1)] : [];
  return { ...any, output: { ...any.output, lead, trail } };
}

export function label(span: Span, name: string, size?: number): AxisLabel {
  return { kind: 'label', span, name, size };
}
