import {
  type LinkableRoutine,
  type RoutineSource,
  type SettleOptions,
  type Span,
  UserError,
} from '../../compiler/index.ts';
import type { CodeTree } from './code-tree.ts';
import type { SlotAssign } from './operation.ts';
import { settle } from './settle.ts';

/**
 * A piece of code, made by `cd`. It does nothing until it is compiled into a routine.
 *
 * Code that mentions slots (`v =: v1 + v2`) is about the operands of a future operation:
 * it can only be passed to `defineOp`.
 */
export class Code implements RoutineSource {
  readonly #tree: CodeTree | undefined;
  readonly #slots: readonly SlotAssign[];
  readonly #span: Span;

  private constructor(tree: CodeTree | undefined, slots: readonly SlotAssign[], span: Span) {
    this.#tree = tree;
    this.#slots = slots;
    this.#span = span;
  }

  static ofTree(tree: CodeTree, span: Span): Code {
    return new Code(tree, [], span);
  }

  static ofSlots(slots: readonly SlotAssign[], span: Span): Code {
    return new Code(undefined, slots, span);
  }

  get tree(): CodeTree {
    if (this.#tree) return this.#tree;
    throw new UserError({
      code: 'EINC0206',
      message: 'this code is about slots (`v`, `v1`, `g`, …), not about tensors',
      labels: [{ span: this.#span }],
      help: ['give it to `defineOp` as `forward` or `backward`, or put tensors in holes: ${x}'],
    });
  }

  /** Undefined for code about tensors. */
  get slots(): readonly SlotAssign[] | undefined {
    return this.#tree ? undefined : this.#slots;
  }

  settle(options: SettleOptions): LinkableRoutine {
    return settle(this.tree, options);
  }
}
