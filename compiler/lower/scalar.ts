import type { Access, Scalar, ScalarApply } from '../assign/ir.ts';
import { dynamicOf, subscriptOf } from '../assign/projections.ts';
import { computeDtype, type DType } from '../core/dtype.ts';
import { fixed, substitute } from '../core/index-expr.ts';
import { infoOf } from '../core/op.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import {
  apply,
  cast,
  constant,
  type Expr,
  gather,
  indexValue,
  isAffine,
  isComputed,
  read,
  type Subscript,
} from '../loop/ir.ts';
import { unreachable } from '../support/errors.ts';
import { lowerFraction } from './fraction.ts';
import { indexOf, placeOf, type Point } from './point.ts';

/** The value that an assignment gives to a cell of `dtype`. */
export function lowerValue(scalar: Scalar<TensorNode>, dtype: DType, point: Point): Expr {
  // A copy converts, so it rounds once; arithmetic is in the dtype that the target computes in.
  const computed = scalar.kind === 'access' ? dtype : computeDtype(dtype);
  return cast(dtype, lowerScalar(scalar, computed, point), point.assign.origins);
}

/** The value of a scalar as `dtype`: conversions are put in where an array or symbol has another. */
export function lowerScalar(scalar: Scalar<TensorNode>, dtype: DType, point: Point): Expr {
  const { origins } = point.assign;
  switch (scalar.kind) {
    case 'const':
      return constant(dtype, scalar.value, origins);
    case 'symbol':
      return cast(dtype, indexValue(indexOf(scalar.symbol, point), origins), origins);
    case 'position':
      return cast(dtype, indexValue(placeOf(scalar, point), origins), origins);
    case 'access':
      return cast(dtype, lowerAccess(scalar, point), origins);
    case 'apply':
      return lowerApply(scalar, dtype, point);
    default:
      return unreachable(scalar);
  }
}

function lowerApply(scalar: ScalarApply<TensorNode>, dtype: DType, point: Point): Expr {
  const { origins } = point.assign;
  const [operand] = scalar.args;
  if (scalar.op === 'stop_gradient' && operand) return lowerScalar(operand, dtype, point);
  const { result, operands, fromBits = false, ofConditions = false } = infoOf(scalar.op);
  if (fromBits && operand) {
    const bits = lowerScalar(operand, 'u64', point);
    const stored = point.assign.target.node.dtype;
    return lowerFraction({ op: scalar.op, bits, stored, dtype, origins });
  }
  if (operands) {
    const args = scalar.args.map(arg => lowerScalar(arg, operands, point));
    return cast(dtype, apply(scalar.op, args, origins), origins);
  }
  if (result === 'bool' && !ofConditions) {
    const common = scalar.args.every(isTruth) ? 'bool' : commonDtype(scalar.args);
    const compared = common ?? (dtype === 'bool' ? 'f32' : dtype);
    const args = scalar.args.map(arg => lowerScalar(arg, compared, point));
    return cast(dtype, apply(scalar.op, args, origins), origins);
  }
  const args = scalar.args.map((arg, i) =>
    ofConditions || (result === 'where' && i === 0)
      ? condition(arg, dtype, point)
      : lowerScalar(arg, dtype, point),
  );
  return cast(dtype, apply(scalar.op, args, origins), origins);
}

function lowerAccess(access: Access<TensorNode>, point: Point): Expr {
  const { origins } = point.assign;
  const index = subscriptsOf(access, point);
  return isAffine(index) ? read(access.node, index, origins) : gather(access.node, index, origins);
}

/** The subscripts of an access over the loops of the nest. */
export function subscriptsOf(access: Access<TensorNode>, point: Point): readonly Subscript[] {
  const { assign, binding } = point;
  return subscriptOf(assign, access.slot).map((ix, axis) => {
    const order = dynamicOf(assign.projections, ix);
    const position = order === undefined ? undefined : access.at[order];
    if (position === undefined) return substitute(ix, binding);
    const lowered = lowerPosition(position, access.node.dims[axis] ?? 0, point);
    return isComputed(lowered) ? computedIn(lowered) : lowered;
  });
}

/** Floats that are only stored are positions as what they are computed in. */
function computedIn(position: Expr): Expr {
  return cast(computeDtype(position.dtype), position, position.origins);
}

/** A position in its own dtype; if it is certainly inside the axis, an affine subscript. */
function lowerPosition(position: Scalar<TensorNode>, dim: number, point: Point): Subscript {
  const { dtype } = point.assign.target.node;
  switch (position.kind) {
    case 'const': {
      const { value } = position;
      const isInside = Number.isInteger(value) && value >= 0 && value < dim;
      return isInside ? fixed(value) : constant('f64', value, point.assign.origins);
    }
    case 'symbol': {
      const index = indexOf(position.symbol, point);
      const isInside = (position.symbol.range ?? Infinity) <= dim;
      return isInside ? index : indexValue(index, point.assign.origins);
    }
    case 'access':
      return lowerAccess(position, point);
    case 'position':
      return indexValue(placeOf(position, point), point.assign.origins);
    case 'apply':
      return lowerScalar(position, commonDtype([position]) ?? computeDtype(dtype), point);
    default:
      return unreachable(position);
  }
}

/** A comparison unchanged; any other value becomes a comparison with zero. */
function condition(scalar: Scalar<TensorNode>, dtype: DType, point: Point): Expr {
  const value = lowerScalar(scalar, commonDtype([scalar]) ?? dtype, point);
  if (value.kind === 'cast' && value.value.dtype === 'bool') return value.value;
  return cast('bool', value, point.assign.origins);
}

/**
 * The dtype to compute these in together: of the arrays among them, the one that has the others'
 * values, or most of them; undefined where no array says any.
 */
function commonDtype(scalars: readonly Scalar<TensorNode>[]): DType | undefined {
  const found = scalars.flatMap(dtypesOf);
  const common = widest.find(dtype => found.includes(dtype));
  // With a number, a bool counts as a number.
  return common === 'bool' && found.includes('number') ? undefined : common;
}

const widest: readonly DType[] = [
  ...(['f64', 'f32', 'i64', 'u64', 'i32', 'u32', 'i16', 'u16', 'i8', 'u8', 'bool'] as const),
];

function isTruth(scalar: Scalar<TensorNode>): boolean {
  return scalar.kind === 'apply' && infoOf(scalar.op).result === 'bool';
}

function dtypesOf(scalar: Scalar<TensorNode>): readonly (DType | 'number')[] {
  if (scalar.kind === 'access') return [computeDtype(scalar.node.dtype)];
  if (scalar.kind !== 'apply') return ['number'];
  // Truth counts as the number 0 or 1: computed with others it is of their dtype.
  if (isTruth(scalar)) return [];
  const { result, operands, fromBits = false } = infoOf(scalar.op);
  if (operands) return [operands];
  if (fromBits) return ['number'];
  return (result === 'where' ? scalar.args.slice(1) : scalar.args).flatMap(dtypesOf);
}
