/**
 * Splits concatenations into blocks: an assignment over `a; b => a^b` is one block for each consistent choice of one
 * part from every concatenation.
 */
import type { AxisConcat, AxisLabel, AxisSpec, ShapeSpec, Spec } from '../language/ast-einsum.ts';
import { rowKinds } from './row.ts';

/** The operands that a block reads, and its part of each concatenation among them. */
export interface Block {
  readonly operands: readonly number[];
  readonly parts: ReadonlyMap<AxisConcat, number>;
}

/** All blocks of the result with these operands. */
export function blocksOf(spec: Spec, operands: readonly number[]): readonly Block[] {
  const read = operands.flatMap(i => spec.operands[i] ?? []).flatMap(axesIn);
  const axes = [...read, ...axesIn(spec.result)];
  const concats = axes.filter(axis => axis.kind === 'concat');
  return choicesOf(concats)
    .filter(parts => meets(parts, axes, read))
    .map(parts => ({ operands, parts }));
}

export function axesIn(shape: ShapeSpec): readonly AxisSpec[] {
  return rowKinds.flatMap(row => [...shape[row].lead, ...shape[row].trail]);
}

export function labelsIn(axis: AxisSpec): readonly AxisLabel[] {
  switch (axis.kind) {
    case 'label':
      return [axis];
    case 'affine':
      return axis.kernel ? [axis.over, axis.kernel] : [axis.over];
    case 'concat':
      return axis.parts.flatMap(part => (part.kind === 'label' ? [part] : []));
    case 'fixed':
    case 'any':
      return [];
  }
}

type Choice = ReadonlyMap<AxisConcat, number>;

function choicesOf([first, ...others]: readonly AxisConcat[]): readonly Choice[] {
  if (!first) return [new Map()];
  return choicesOf(others).flatMap(choice =>
    first.parts.map((_, part) => new Map(choice).set(first, part)),
  );
}

/**
 * A choice is consistent if a label chosen in one concatenation is chosen in all that contain it, one that also occurs alone
 * is chosen wherever it is a part, and every label of the result occurs in some operand.
 */
function meets(choice: Choice, axes: readonly AxisSpec[], read: readonly AxisSpec[]): boolean {
  const concats = [...choice.keys()];
  const namesOf = (some: readonly AxisSpec[]): ReadonlySet<string> =>
    new Set(some.flatMap(axis => chosenIn(axis, choice)).map(label => label.name));
  const [present, readable] = [namesOf(axes), namesOf(read)];
  const isPresentEverywhere = concats.every(concat => {
    const chosen = concat.parts[choice.get(concat) ?? 0];
    return labelsIn(concat).every(label => label === chosen || !present.has(label.name));
  });
  return isPresentEverywhere && concats.every(c => read.includes(c) || isRead(c, choice, readable));
}

function isRead(concat: AxisConcat, choice: Choice, readable: ReadonlySet<string>): boolean {
  return chosenIn(concat, choice).some(label => readable.has(label.name));
}

/** The labels of an axis that are loops of the block. */
function chosenIn(axis: AxisSpec, choice: Choice): readonly AxisLabel[] {
  if (axis.kind !== 'concat') return labelsIn(axis);
  const part = axis.parts[choice.get(axis) ?? 0];
  return part?.kind === 'label' ? [part] : [];
}
