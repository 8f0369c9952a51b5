/** The axes with a basis that a program names: `hidden` in `{ b1; o = [hidden:512] }`. */
import {
  type DividedAxes,
  type DType,
  type LinkableRoutine,
  type Span,
  suggest,
  type TensorNode,
  UserError,
} from '../../compiler/index.ts';
import { wrong } from '../arguments.ts';
import { Tensor } from '../graph/tensor.ts';
import { axesOf } from '../shape/resolve.ts';
import type { Dim, Shape } from '../shape/row.ts';

export interface AxisWanted {
  /** The basis of the axis. */
  readonly name: string;
  /** How many devices it is to be divided among. */
  readonly parts: number;
  readonly dtype: DType;
  readonly span: Span;
}

/**
 * Axes of tensor values that outlive a run. Throws a `UserError` if there are none, and
 * for sizes that are not multiples of the number of devices.
 */
export function annotatedAxes(linkable: LinkableRoutine, wanted: AxisWanted): DividedAxes {
  const { routine, arrays, tensors } = linkable;
  const axes = new Map<TensorNode, number>();
  const names = new Set<string>();
  for (const tensor of tensors) {
    if (!(tensor instanceof Tensor)) continue;
    const node = routine.device[arrays.indexOf(tensor.deviceArray(wanted.dtype))];
    if (!node) continue;
    const bases = basesOf(tensor.shape);
    for (const basis of bases) if (basis !== undefined) names.add(basis);
    const axis = bases.indexOf(wanted.name);
    if (axis < 0) continue;
    if (bases.lastIndexOf(wanted.name) !== axis) throw twice(tensor, wanted);
    checkSize(tensor, node.dims[axis] ?? 0, wanted);
    axes.set(node, axis);
  }
  if (axes.size > 0) return axes;
  throw unknownAxis(wanted, [...names]);
}

/** In memory order. */
function basesOf({ batch, input, output }: Shape): readonly (string | undefined)[] {
  const dims = [batch, output, input].flatMap((row): readonly Dim[] => axesOf(row) ?? []);
  return dims.map(dim => (dim.kind === 'size' ? dim.basis : undefined));
}

function checkSize(tensor: Tensor, size: number, { name, parts, span }: AxisWanted): void {
  if (size % parts === 0) return;
  const declared = tensor.span ? [{ span: tensor.span, text: 'it has this axis' }] : [];
  throw new UserError({
    code: 'EINC0542',
    message: `the axis \`${name}\` of \`${tensor.label ?? tensor.hint}\` has ${size} cells, which ${parts} devices cannot share evenly`,
    labels: [{ span }, ...declared],
    help: [`give it a multiple of ${parts} cells, or take another number of devices`],
  });
}

function twice(tensor: Tensor, { name }: AxisWanted): UserError {
  return new UserError({
    code: 'EINC0543',
    message: `two axes of \`${tensor.label ?? tensor.hint}\` are \`${name}\`, and a device would have a part of each`,
    labels: tensor.span ? [{ span: tensor.span }] : [],
    help: ['measure one of the two in something else: every second hidden axis is divided'],
  });
}

function unknownAxis({ name, span }: AxisWanted, known: readonly string[]): UserError {
  const message = `no parameter and no data of this code has an axis \`${name}\``;
  const similar = suggest(name, known);
  if (similar !== undefined)
    return wrong('EINC0541', message, span, [`did you mean \`${similar}\`?`]);
  const shown = known.map(basis => `\`${basis}\``).join(', ');
  const others = shown === '' ? [] : [`its axes are ${shown}`];
  return wrong('EINC0541', message, span, [
    ...others,
    `say which axis it is where a parameter is made: { b; o = [${name}:512] }`,
  ]);
}
