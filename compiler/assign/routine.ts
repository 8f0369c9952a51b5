import type { StaticSymbol } from '../core/static-symbol.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import type { Code } from './ir.ts';
import type { Projections } from './projections.ts';

/** The input of the compiler: code with settled shapes, ready to be lowered. */
export interface Routine {
  readonly name: string;
  /** The static symbols given with each run, in argument order. */
  readonly symbols: readonly StaticSymbol[];
  /** The arrays that outlive a run, in argument order; all others are local to it. */
  readonly device: readonly TensorNode[];
  readonly body: Code<TensorNode, Projections>;
}
