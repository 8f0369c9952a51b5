/** The stride of an access along a loop. */
import { withoutDigits } from '../core/digits.ts';
import { type Index, isLoop, loopsIn, type LoopVar } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';

/**
 * How many cells lie between an access and that of the next turn; undefined where that differs from
 * turn to turn.
 */
export function strideOf(
  node: Pick<TensorNode, 'dims'>,
  index: readonly Index[],
  loop: LoopVar,
): number | undefined {
  let stride = 0;
  for (const [axis, { terms }] of withoutDigits(index, node.dims).entries()) {
    stride *= node.dims[axis] ?? 1;
    for (const term of terms) {
      if (!isLoop(term) && loopsIn(term.digit.of).includes(loop)) return undefined;
      if (isLoop(term) && term.loop === loop) stride += term.coeff;
    }
  }
  return stride;
}

/** Whether all that is added to some loops to find a cell are multiples. */
export function areMultiples(
  node: Pick<TensorNode, 'dims'>,
  index: readonly Index[],
  but: readonly LoopVar[],
  of: number,
): boolean {
  let scale = 1;
  return index.toReversed().every(({ terms, offset }, i) => {
    const isMultiple = (n: number): boolean => (n * scale) % of === 0;
    const all =
      isMultiple(offset) &&
      terms.every(t => (isLoop(t) && but.includes(t.loop)) || isMultiple(t.coeff));
    scale *= node.dims[index.length - 1 - i] ?? 1;
    return all;
  });
}
