/** Sums of products that tensor cores can compute: the factors, and their format. */
import { sameIndices } from '../core/index-expr.ts';
import type { Accumulate, Expr, Read, Stmt, Write } from './ir.ts';

/** The types in which factors are multiplied, with the number of terms of one instruction. */
export const factorKinds = { f16: 16, bf16: 16, tf32: 8 } as const;
export type FactorKind = keyof typeof factorKinds;

export interface Factors {
  readonly leaf: Accumulate | Write;
  readonly kind: FactorKind;
  readonly factors: readonly [Read, Read];
}

/** `s += a * b`, or `s := fma(a, b, s)` by when products are fused into sums. */
export function factorsOf(s: Stmt): Factors | undefined {
  if ((s.kind !== 'accumulate' && s.kind !== 'write') || s.node.dtype !== 'f32') return undefined;
  const found = s.kind === 'accumulate' ? addedIn(s) : fusedIn(s);
  return found && { leaf: s, ...found };
}

function addedIn({ op, value }: Accumulate): Omit<Factors, 'leaf'> | undefined {
  return op === 'add' ? factorsIn(value) : undefined;
}

function fusedIn({ node, index, value }: Write): Omit<Factors, 'leaf'> | undefined {
  if (value.kind !== 'apply' || value.op !== 'fma') return undefined;
  const [a, b, sum] = value.args;
  const isSame = sum?.kind === 'read' && sum.node === node && sameIndices(sum.index, index);
  return a && b && isSame ? pairOf(a, b) : undefined;
}

/** The factors of a product that tensor cores can compute. */
export function factorsIn(value: Expr): Omit<Factors, 'leaf'> | undefined {
  if (value.kind !== 'apply' || value.op !== 'mul') return undefined;
  const [a, b] = value.args;
  return a && b && pairOf(a, b);
}

function pairOf(a: Expr, b: Expr): Omit<Factors, 'leaf'> | undefined {
  const [x, y] = [factorIn(a), factorIn(b)];
  return x && y && x.kind === y.kind ? { kind: x.kind, factors: [x.read, y.read] } : undefined;
}

function factorIn(e: Expr): { readonly kind: FactorKind; readonly read: Read } | undefined {
  if (e.dtype !== 'f32') return undefined;
  if (e.kind === 'read') return { kind: 'tf32', read: e };
  if (e.kind !== 'cast' || e.value.kind !== 'read') return undefined;
  const { dtype } = e.value;
  return dtype === 'f16' || dtype === 'bf16' ? { kind: dtype, read: e.value } : undefined;
}
