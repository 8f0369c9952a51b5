import type { Digit, StaticSymbol } from '../../compiler/index.ts';

/**
 * One axis of one operand during the inference of an assignment's loops. Axes that must share a
 * loop are united (a union-find forest); each class becomes one loop.
 */
export interface Axis {
  readonly size: number;
  parent: Axis | undefined;
  /** A name from an einsum spec. */
  hint: string | undefined;
  /** Subscripted by this instead of a loop. */
  fixed: number | StaticSymbol | undefined;
  /** Or by this one of the access's positions, in the order in which it lists them. */
  position: number | undefined;
  /** Or by an expression over the loops of other axes. */
  made: MadeOf | undefined;
}

/** `Σ coeff·axis + offset`, or a mixed-radix digit of that. */
export interface MadeOf {
  readonly terms: readonly { readonly coeff: number; readonly axis: Axis }[];
  readonly offset: number;
  readonly digit?: Pick<Digit, 'over' | 'below'>;
}

export function newAxis(size: number): Axis {
  const known = { hint: undefined, fixed: undefined, position: undefined, made: undefined };
  return { size, parent: undefined, ...known };
}

export function rootOf(axis: Axis): Axis {
  let root = axis;
  while (root.parent) root = root.parent;
  return root;
}

export function unite(a: Axis, b: Axis): void {
  const [to, from] = [rootOf(a), rootOf(b)];
  if (to === from) return;
  from.parent = to;
  to.hint ??= from.hint;
  to.fixed ??= from.fixed;
  to.position ??= from.position;
  to.made ??= from.made;
}
