import { InternalError, product } from '../../compiler/index.ts';
import { closeShapes } from './close.ts';
import { axesOf, resolveDim } from './resolve.ts';
import type { Dim, Row, Shape } from './row.ts';

/** How many cells there are along an axis, or along all axes of a row. Closes the shapes. */
export function sizeSettled(axis: Dim | Row, shapes: readonly Shape[]): number {
  closeShapes(shapes);
  const dims = 'kind' in axis ? [resolveDim(axis)] : axesOf(axis);
  if (!dims) throw new InternalError('the size of a row that is still open');
  return product(dims.map(dim => (dim.kind === 'size' ? dim.size : 1)));
}
