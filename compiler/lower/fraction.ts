import type { DType } from '../core/dtype.ts';
import type { Op } from '../core/op.ts';
import { apply, cast, constant, type Expr } from '../loop/ir.ts';
import type { Origins } from '../support/source.ts';

/** Fraction bits of a number in [1, 2): with no more random bits than these, none rounds up to 1. */
const fractionBits: Partial<Readonly<Record<DType, number>>> = {
  ...{ f64: 52, f32: 23, f16: 10, bf16: 7, f8e4m3: 3, f8e5m2: 2 },
};

interface Fraction {
  readonly op: Op;
  /** 64 of them, an expression of u64. */
  readonly bits: Expr;
  /** The dtype in which the number is stored. */
  readonly stored: DType;
  /** The dtype in which it is computed. */
  readonly dtype: DType;
  readonly origins: Origins;
}

/**
 * `unit`: random bits as a number in [0, 1), a multiple of 2^-52 for f64, of 2^-23 for f32, and of
 * what narrower floats have room for. As in JAX, f64 has the high bits of all 64; the others those of
 * the exclusive or of the two words. `signed_unit` is in (-1, 1), from 2^-53 or 2^-24 above -1, in
 * steps twice as large.
 */
export function lowerFraction({ op, bits, stored, dtype, origins }: Fraction): Expr {
  const u64 = (value: bigint): Expr => constant('u64', value, origins);
  const shifted = (value: Expr, by: number): Expr =>
    apply('shift_right', [value, u64(BigInt(by))], origins);
  const word = (): Expr => {
    const both = apply('bit_xor', [bits, shifted(bits, 32)], origins);
    return apply('bit_and', [both, u64(0xffffffffn)], origins);
  };
  const count = fractionBits[stored] ?? 23;
  const kept = cast(dtype, stored === 'f64' ? shifted(bits, 12) : shifted(word(), 32 - count));
  const scaled = (by: number): Expr => apply('mul', [kept, constant(dtype, by, origins)], origins);
  if (op === 'unit') return scaled(2 ** -count);
  const lowest = constant(dtype, 2 ** -(count + 1) - 1, origins);
  return apply('add', [scaled(2 ** (1 - count)), lowest], origins);
}
