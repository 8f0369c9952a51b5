/** One tensor, or several by name, as `scan` takes and returns them. */
import { type Span, UserError } from '../../compiler/index.ts';
import { constantTensor } from '../graph/make.ts';
import { Tensor } from '../graph/tensor.ts';
import { describe } from './hole.ts';

/** One tensor, or several by name. */
export type Tensors = Tensor | Readonly<Record<string, Tensor>>;

/** A tree as a list. A single tensor has no key. */
export interface Leaves {
  readonly keys: readonly string[] | undefined;
  readonly tensors: readonly Tensor[];
}

/** `what` names the tree in the error about a value that is no tensor. */
export function leavesOf(tree: unknown, what: string, span: Span): Leaves {
  if (isLeaf(tree)) return { keys: undefined, tensors: [tensorAt(tree, what, span)] };
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    throw notTensors(what, tree, span);
  }
  const entries = Object.entries(tree);
  return {
    keys: entries.map(([key]) => key),
    tensors: entries.map(([key, value]) => tensorAt(value, `${what}.${key}`, span)),
  };
}

/** The inverse: a tree of the same form with other tensors. */
export function treeOf(tensors: readonly Tensor[], keys: readonly string[] | undefined): Tensors {
  const [only] = tensors;
  if (keys === undefined && only) return only;
  const entries = (keys ?? []).flatMap((key, i) => {
    const tensor = tensors[i];
    return tensor ? [[key, tensor] as const] : [];
  });
  return Object.fromEntries(entries);
}

function isLeaf(value: unknown): boolean {
  return value instanceof Tensor || typeof value === 'number';
}

function tensorAt(value: unknown, what: string, span: Span): Tensor {
  if (value instanceof Tensor) return value;
  if (typeof value === 'number') return constantTensor(value, [span]);
  throw notTensors(what, value, span);
}

function notTensors(what: string, value: unknown, span: Span): UserError {
  return new UserError({
    code: 'EINC0312',
    message: `\`${what}\` must be a tensor, or an object of tensors, not ${describe(value)}`,
    labels: [{ span }],
  });
}
