/** Operands that are nearly as fast in place as copied: pixels of a picture, a few hundred bytes each, one after the other. */
import { bytesOf } from '../../core/dtype.ts';
import type { Index } from '../../core/index-expr.ts';
import type { TensorNode } from '../../core/tensor-node.ts';
import type { For } from '../../loop/ir.ts';
import { strideOf } from '../../loop/stride.ts';
import { mappedBytes } from '../target.ts';

interface Operand {
  readonly node: TensorNode;
  readonly index: readonly Index[];
  /** The loops over terms on which it depends. */
  readonly loops: readonly For[];
}

/** What stays in the second-level cache. */
const mostBytes = 512 * 1024;

/**
 * Whether an operand stays in the second-level cache where it is, and the TLB covers many successive terms, as
 * with the pixels of a picture: then misses are rare, and prefetchers follow.
 */
export function isDense({ node, index, loops }: Operand, covered = mappedBytes): boolean {
  const bytesOfTurn = ({ loop }: For): number =>
    (strideOf(node, index, loop) ?? Infinity) * bytesOf[node.dtype];
  const innermost = loops.at(-1);
  return (
    innermost !== undefined &&
    bytesOfTurn(innermost) * manyTerms < covered &&
    loops.every(l => bytesOfTurn(l) * l.extent <= mostBytes)
  );
}

/** Eight on each of 64 pages. */
const manyTerms = 512;
