/** The rows or the columns of a tile that a block of threads computes. */
import type { LoopVar } from '../core/index-expr.ts';
import { type For, forLoop, type LoopMode, type Stmt } from '../loop/ir.ts';

/** Which loop it is, how it is cut. */
export interface Side {
  readonly loop: For;
  readonly tile: number;
  /** The tile that a block has. */
  readonly block: LoopVar;
}

/** Whether the last tile has cells that are none. */
export function isUneven({ loop, tile }: Side): boolean {
  return loop.extent % tile !== 0;
}

/** Loops in one mode around a statement, the outermost first. */
export function nested(
  loops: readonly Pick<For, 'loop' | 'extent'>[],
  mode: LoopMode,
  body: Stmt,
): Stmt {
  return loops.reduceRight((inner, { loop, extent }) => forLoop(loop, extent, inner, mode), body);
}
