/** Where the products of warpgroups are, and the shared arrays that they read: those are swizzled. */
import type { TensorNode } from '../core/tensor-node.ts';
import { type GroupProduct, groupProductAt, isOfGroup } from './group-product.ts';
import type { Stmt } from './ir.ts';
import { type Chain, chainAt } from './kernel.ts';

/** The warpgroup products in thread loops. */
export function groupProductsIn(s: Stmt, threads?: Chain): readonly GroupProduct[] {
  if (s.kind === 'block') return s.body.flatMap(part => groupProductsIn(part, threads));
  if (s.kind !== 'for') return [];
  const chain = chainAt(s);
  if (s.mode === 'thread') return groupProductsIn(chain.body, chain);
  if (s.mode !== 'matrix' || !threads || !isOfGroup(s)) return groupProductsIn(s.body, threads);
  const product = groupProductAt(s, threads);
  return typeof product === 'string' ? [] : [product];
}

/** The shared arrays that they read, which are swizzled: PTX ISA, Shared Memory Matrix Layout of `wgmma`. */
export function swizzledIn(s: Stmt): ReadonlySet<TensorNode> {
  return new Set(groupProductsIn(s).flatMap(({ left, right }) => [left.node, right.node]));
}
