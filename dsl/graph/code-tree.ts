import type { StaticSymbol } from '../../compiler/index.ts';
import type { OpenAssign, OpenCode, Tensor } from './tensor.ts';

/** Code as it was composed, before it is known which parts a routine has to run. */
export type CodeTree =
  | { readonly kind: 'sequence'; readonly body: readonly CodeTree[] }
  | { readonly kind: 'section'; readonly title: string; readonly body: CodeTree }
  | { readonly kind: 'repeat'; readonly symbol: StaticSymbol; readonly body: CodeTree }
  /** `needs`: tensors whose values it reads; they are computed first, unless they already are. */
  | { readonly kind: 'assign'; readonly assign: OpenAssign; readonly needs: readonly Tensor[] }
  | { readonly kind: 'forward'; readonly tensor: Tensor }
  | { readonly kind: 'backprop'; readonly tensor: Tensor }
  | { readonly kind: 'zero-grads'; readonly tensor: Tensor }
  /** Code that was expanded before: nothing is added or removed. */
  | { readonly kind: 'stage'; readonly title: string; readonly code: OpenCode }
  /** The parameters of `tensor`, or the tensor itself if it is one. */
  | { readonly kind: 'init-params'; readonly tensor: Tensor };

export function sequenceOf(body: readonly CodeTree[]): CodeTree {
  return { kind: 'sequence', body };
}

/** Visits a tree and everything in it, in source order. */
export function visitTree(tree: CodeTree, visit: (t: CodeTree) => void): void {
  visit(tree);
  if (tree.kind === 'sequence') tree.body.forEach(child => visitTree(child, visit));
  if (tree.kind === 'section' || tree.kind === 'repeat') visitTree(tree.body, visit);
}
