/**
 * Fuses a product into the sum that takes it, rounding once instead of twice.
 *
 *   before   sum += w[o, i] * x[b, i];          y[i] := a[i] * b[i] + c[i];
 *   after    sum := fma(w[o, i], x[b, i], sum); y[i] := fma(a[i], b[i], c[i]);
 *
 * Not exact: results move by the rounding of the product, so that `a * a - a * a` need not be 0. It
 * stands last, because an accumulation is easier to move than a write; gcc is told to fuse nothing by
 * itself, so what is fused is decided here alone. A scatter stays as it is.
 */
import { type Apply, apply, type Expr, read, type Stmt, write } from '../loop/ir.ts';
import { rewriteExprsIn, rewriteStmts } from '../loop/traverse.ts';
import { type Pass, withBody } from './pipeline.ts';

export const contractFma: Pass = {
  name: 'contract-fma',
  run: program => {
    const body = rewriteExprsIn(program.body, fuseSum);
    return withBody(program, rewriteStmts(body, fuseAccumulation));
  },
};

function fuseSum(e: Expr): Expr | undefined {
  if (e.kind !== 'apply' || (e.dtype !== 'f32' && e.dtype !== 'f64')) return undefined;
  const [left, right] = e.args;
  if (!left || !right) return undefined;
  const [leftProduct, rightProduct] = [asProduct(left), asProduct(right)];
  if (e.op === 'add') {
    if (leftProduct) return fma(leftProduct, right, e);
    return rightProduct && fma(rightProduct, left, e);
  }
  if (e.op !== 'sub') return undefined;
  if (rightProduct) return fma(negateFirst(rightProduct), left, e);
  return leftProduct && fma(leftProduct, apply('neg', [right], e.origins), e);
}

function fuseAccumulation(s: Stmt): Stmt | undefined {
  if (s.kind !== 'accumulate' || s.op !== 'add') return undefined;
  if (s.node.dtype !== 'f32' && s.node.dtype !== 'f64') return undefined;
  const product = asProduct(s.value);
  if (!product) return undefined;
  const sum = read(s.node, s.index, s.origins);
  return write(s.node, s.index, fma(product, sum, s), s.origins);
}

type Product = readonly [Expr, Expr];

function asProduct(e: Expr): Product | undefined {
  if (e.kind !== 'apply' || e.op !== 'mul') return undefined;
  const [a, b] = e.args;
  return a && b && [a, b];
}

function negateFirst([a, b]: Product): Product {
  return a.kind === 'const' ? [{ ...a, value: -a.value }, b] : [apply('neg', [a], a.origins), b];
}

function fma([a, b]: Product, c: Expr, { origins }: Pick<Apply, 'origins'>): Expr {
  return apply('fma', [a, b, c], origins);
}
