import type { Digit, StaticSymbol } from '../../compiler/index.ts';

/**
 * One axis of one operand while the loops of an assignment are worked out. Axes that must run
 * together are united (a union-find forest); each class becomes one loop.
 */
export interface Axis {
  readonly size: number;
  parent: Axis | undefined;
  /** A name from an einsum spec. */
  hint: string | undefined;
  /** Subscripted by this instead of a loop. */
  fixed: number | StaticSymbol | undefined;
  /** Or by this one of the positions of the access, in the order in which it gives them. */
  position: number | undefined;
  /** Or by what the loops of other axes come to. */
  made: MadeOf | undefined;
}

/** `Σ coeff·axis + offset`, or a digit of that. */
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
