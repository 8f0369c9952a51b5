import type { Scalar } from '../assign/ir.ts';
import { computeDtype, type DType } from '../core/dtype.ts';
import type { Index } from '../core/index-expr.ts';
import { infoOf } from '../core/op.ts';
import type { StaticSymbol } from '../core/static-symbol.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { apply, cast, constant, type Expr, indexValue, read } from '../loop/ir.ts';
import { invariant, unreachable } from '../support/errors.ts';
import type { Origins } from '../support/source.ts';

/** What each static symbol is here: a static index, or the loop over it. */
export type SymbolScope = ReadonlyMap<StaticSymbol, Index>;

export interface ScalarScope {
  readonly scope: SymbolScope;
  /** The subscript of a slot, over the loops of the nest. */
  readonly subscript: (slot: number) => readonly Index[];
  readonly origins: Origins;
}

/** What an assignment to cells of `dtype` gives each of them. */
export function lowerValue(scalar: Scalar<TensorNode>, dtype: DType, at: ScalarScope): Expr {
  // A copy converts, so it rounds once; arithmetic is in the dtype that the target computes in.
  const computed = scalar.kind === 'access' ? dtype : computeDtype(dtype);
  return cast(dtype, lowerScalar(scalar, computed, at), at.origins);
}

/** The value of a scalar as `dtype`: conversions are put in where an array or symbol has another. */
export function lowerScalar(scalar: Scalar<TensorNode>, dtype: DType, at: ScalarScope): Expr {
  switch (scalar.kind) {
    case 'const':
      return constant(dtype, scalar.value, at.origins);
    case 'symbol': {
      const index = at.scope.get(scalar.symbol);
      invariant(index, () => `static symbol ${scalar.symbol.name} is not bound`);
      return cast(dtype, indexValue(index, at.origins), at.origins);
    }
    case 'access':
      return cast(dtype, read(scalar.node, at.subscript(scalar.slot), at.origins), at.origins);
    case 'apply':
      break;
    default:
      return unreachable(scalar);
  }
  const [operand] = scalar.args;
  if (scalar.op === 'stop_gradient' && operand) return lowerScalar(operand, dtype, at);
  const { result, ofConditions = false } = infoOf(scalar.op);
  if (result === 'bool' && !ofConditions) {
    const common = scalar.args.every(isTruth) ? 'bool' : commonDtype(scalar.args);
    const compared = common ?? (dtype === 'bool' ? 'f32' : dtype);
    const args = scalar.args.map(arg => lowerScalar(arg, compared, at));
    return cast(dtype, apply(scalar.op, args, at.origins), at.origins);
  }
  const args = scalar.args.map((arg, i) =>
    ofConditions || (result === 'where' && i === 0)
      ? condition(arg, dtype, at)
      : lowerScalar(arg, dtype, at),
  );
  return cast(dtype, apply(scalar.op, args, at.origins), at.origins);
}

/** A comparison as it is; any other number asks whether it differs from zero. */
function condition(scalar: Scalar<TensorNode>, dtype: DType, at: ScalarScope): Expr {
  const value = lowerScalar(scalar, commonDtype([scalar]) ?? dtype, at);
  if (value.kind === 'cast' && value.value.dtype === 'bool') return value.value;
  return cast('bool', value, at.origins);
}

/**
 * The dtype to compute these in together: of the arrays among them, the one that has the others'
 * values, or most of them; undefined where no array says any.
 */
function commonDtype(scalars: readonly Scalar<TensorNode>[]): DType | undefined {
  const found = scalars.flatMap(dtypesOf);
  return widest.find(dtype => found.includes(dtype));
}

const widest: readonly DType[] = [
  ...(['f64', 'f32', 'i64', 'u64', 'i32', 'u32', 'i16', 'u16', 'i8', 'u8', 'bool'] as const),
];

function isTruth(scalar: Scalar<TensorNode>): boolean {
  return scalar.kind === 'apply' && infoOf(scalar.op).result === 'bool';
}

function dtypesOf(scalar: Scalar<TensorNode>): readonly DType[] {
  if (scalar.kind === 'access') return [computeDtype(scalar.node.dtype)];
  if (scalar.kind !== 'apply') return [];
  // Truth counts as the number 0 or 1: computed with others it is of their dtype.
  if (isTruth(scalar)) return [];
  const { result } = infoOf(scalar.op);
  return (result === 'where' ? scalar.args.slice(1) : scalar.args).flatMap(dtypesOf);
}
