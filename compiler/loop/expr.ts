/** Expressions of the loop IR, built only by the constructors here. `ir.ts` says what they mean. */
import { computeDtype, type DType, type Value } from '../core/dtype.ts';
import type { Index } from '../core/index-expr.ts';
import { infoOf, type Op } from '../core/op.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { invariant } from '../support/errors.ts';
import { noOrigins, type Origins } from '../support/source.ts';

export type Expr = Const | Read | Gather | IndexValue | Cast | Apply;

/** A subscript along one axis: affine, or the value of an expression. */
export type Subscript = Index | Expr;

export interface Const {
  readonly kind: 'const';
  readonly dtype: DType;
  /** Not rounded to the dtype; readers do that. */
  readonly value: Value;
  readonly origins: Origins;
}

export interface Read {
  readonly kind: 'read';
  readonly dtype: DType;
  readonly node: TensorNode;
  readonly index: readonly Index[];
  readonly origins: Origins;
}

/**
 * A read with at least one subscript that is computed. Kept apart from `read`, so that what is said
 * about the subscripts of a `read` can be decided.
 */
export interface Gather {
  readonly kind: 'gather';
  readonly dtype: DType;
  readonly node: TensorNode;
  readonly index: readonly Subscript[];
  readonly origins: Origins;
}

/** The value of loops and static indices as a number. */
export interface IndexValue {
  readonly kind: 'index';
  readonly dtype: 'i32';
  readonly index: Index;
  readonly origins: Origins;
}

/**
 * The value as another dtype: to a float the nearest one, to even between two; to an integer without
 * its fraction, wrapped, and 0 for NaN and infinity; to bool it asks "is it not zero?".
 */
export interface Cast {
  readonly kind: 'cast';
  readonly dtype: DType;
  readonly value: Expr;
  readonly origins: Origins;
}

export interface Apply {
  readonly kind: 'apply';
  readonly dtype: DType;
  readonly op: Op;
  readonly args: readonly Expr[];
  readonly origins: Origins;
}

export function constant(dtype: DType, value: Value, origins = noOrigins): Const {
  return { kind: 'const', dtype, value, origins };
}

export function read(node: TensorNode, index: readonly Index[], origins = noOrigins): Read {
  checkRank(node, index);
  return { kind: 'read', dtype: node.dtype, node, index, origins };
}

export function isComputed(subscript: Subscript): subscript is Expr {
  return 'kind' in subscript;
}

export function isAffine(index: readonly Subscript[]): index is readonly Index[] {
  return !index.some(isComputed);
}

export function gather(node: TensorNode, index: readonly Subscript[], origins = noOrigins): Gather {
  checkRank(node, index);
  checkComputed(node, index);
  return { kind: 'gather', dtype: node.dtype, node, index, origins };
}

export function indexValue(index: Index, origins = noOrigins): IndexValue {
  return { kind: 'index', dtype: 'i32', index, origins };
}

/** A cast to the dtype a value already has is that value. */
export function cast(dtype: DType, value: Expr, origins = noOrigins): Expr {
  return value.dtype === dtype ? value : { kind: 'cast', dtype, value, origins };
}

export function apply(op: Op, args: readonly Expr[], origins = noOrigins): Apply {
  const info = infoOf(op);
  invariant(args.length === info.arity, () => `${op} takes ${info.arity} operands`);
  const values = info.result === 'where' ? args.slice(1) : args;
  const dtype = values[0]?.dtype ?? 'f32';
  invariant(
    values.every(a => a.dtype === dtype),
    () => `${op} of ${values.map(a => a.dtype).join(' and ')}: insert a cast before lowering`,
  );
  checkComputes(op, dtype);
  if (info.result === 'where') {
    invariant(args[0]?.dtype === 'bool', () => `where on a ${args[0]?.dtype} condition`);
  }
  return { kind: 'apply', dtype: info.result === 'bool' ? 'bool' : dtype, op, args, origins };
}

export function checkComputes(what: Op | 'a subscript', dtype: DType): void {
  invariant(computeDtype(dtype) === dtype, () => `${what} of ${dtype}, which is only stored`);
}

export function checkRank(node: TensorNode, index: readonly Subscript[]): void {
  invariant(
    index.length === node.dims.length,
    () => `${node.name} has ${node.dims.length} axes but is indexed with ${index.length}`,
  );
}

export function checkComputed(node: TensorNode, index: readonly Subscript[]): void {
  invariant(!isAffine(index), () => `no subscript of ${node.name} is computed`);
  index.filter(isComputed).forEach(({ dtype }) => checkComputes('a subscript', dtype));
}
