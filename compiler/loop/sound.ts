/**
 * Nests that `verify` found nothing wrong with. Statements do not change, and a pass leaves most nests of a long program
 * as they are: of these it looks again only at what depends on others, which are the names they bind and the
 * arrays there are.
 */
import type { LoopVar } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { declaredIn, loopsBoundIn, remembered, usedIn } from './facts.ts';
import type { For, Program, Stmt } from './ir.ts';
import { visitStmts } from './traverse.ts';

/** Statements already verified, with the static indices whose ranges bounded their subscripts. */
const sound = new WeakMap<Stmt, Program['symbols']>();

export function isSound(s: Stmt, { symbols }: Program): s is For {
  return s.kind === 'for' && sound.get(s) === symbols;
}

/** Records that the statements of a correct program are sound. */
export function areSound(statements: readonly Stmt[], { symbols }: Program): void {
  for (const s of statements) if (s.kind === 'for') sound.set(s, symbols);
}

/** Facts about a nest that must agree with the rest of its program. */
export interface Shared {
  readonly loops: readonly LoopVar[];
  readonly declared: readonly TensorNode[];
  /** The arrays of others. */
  readonly used: readonly TensorNode[];
}

export const sharedBy = remembered((nest: For): Shared => {
  const own = declaredIn(nest);
  const used = new Set(usedIn(nest));
  visitStmts(nest, s => {
    if (s.kind === 'prefetch') used.add(s.node);
  });
  const others = [...used].filter(node => !own.has(node));
  return { loops: loopsBoundIn(nest), declared: [...own], used: others };
});
