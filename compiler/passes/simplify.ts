/**
 * Replaces arithmetic on constants by its result and drops operations that change nothing.
 *
 *   before   y[i] := relu(1 * x[i]) * (2 / 4) + -0;
 *   after    y[i] := relu(x[i]) * 0.5;
 *
 * Exact in IEEE arithmetic: a folded constant is what the device would have computed, rounding
 * included, and no rule holds only for finite numbers. So `x + 0` stays (it turns -0 into 0), and so
 * do `x - x`, `0 * x` and any regrouping.
 */
import { roundTo } from '../core/dtype.ts';
import { evaluate, infoOf, type Op } from '../core/op.ts';
import { remembered } from '../loop/facts.ts';
import { type Apply, apply, constant, type Expr, type Stmt } from '../loop/ir.ts';
import { mapParts, rewriteExprsIn } from '../loop/traverse.ts';
import { type Pass, withBody } from './pipeline.ts';

export const simplify: Pass = {
  name: 'simplify',
  run: program => withBody(program, simplified(program.body)),
};

/** Of a program that is simplified several times, few statements are new. */
const simplified = remembered((s: Stmt): Stmt =>
  s.kind === 'block'
    ? mapParts(s, { expr: e => e, stmt: simplified })
    : rewriteExprsIn(s, simplifyExpr),
);

/** The first rule that applies wins; what it gives is simplified in turn. */
function simplifyExpr(e: Expr): Expr | undefined {
  const simpler = simplifyOnce(e);
  return simpler && (simplifyExpr(simpler) ?? simpler);
}

function simplifyOnce(e: Expr): Expr | undefined {
  if (e.kind === 'cast' && e.value.kind === 'const') {
    const value = roundTo(e.value.dtype, e.value.value);
    return constant(e.dtype, roundTo(e.dtype, value), e.origins);
  }
  if (e.kind !== 'apply') return undefined;
  return foldConstants(e) ?? dropIdentity(e) ?? chooseArm(e) ?? applyRule(e);
}

function foldConstants(e: Apply): Expr | undefined {
  const values = e.args.map(a => (a.kind === 'const' ? roundTo(a.dtype, a.value) : undefined));
  if (values.includes(undefined)) return undefined;
  const [a = NaN, b, c] = values;
  return constant(e.dtype, evaluate(e.op, e.dtype, a, b, c), e.origins);
}

/** `x op identity` is `x`; `identity op x` too, for an op that commutes. */
function dropIdentity({ op, args }: Apply): Expr | undefined {
  const { identity, commutes = false } = infoOf(op);
  const [left, right] = args;
  const isIdentity = (e: Expr | undefined): boolean =>
    e?.kind === 'const' && Object.is(roundTo(e.dtype, e.value), identity);
  if (isIdentity(right)) return left;
  return commutes && isIdentity(left) ? right : undefined;
}

/** `where(true, x, y)` is `x`. */
function chooseArm({ op, args: [c, x, y] }: Apply): Expr | undefined {
  return op === 'where' && c?.kind === 'const' ? (Number(c.value) === 0 ? y : x) : undefined;
}

/** The rules are of IEEE arithmetic: integers wrap and bools saturate. */
function applyRule(e: Apply): Expr | undefined {
  return e.dtype === 'f32' || e.dtype === 'f64' ? rules[e.op]?.(e) : undefined;
}

type RewriteRule = (e: Apply) => Expr | undefined;

/** One thought each. Negation is exact, so it moves freely between the signs of a sum. */
const rules: Partial<Record<Op, RewriteRule>> = {
  // x + -y is x - y
  add: ({ args: [x, y], origins }) => {
    const negated = y && negatedBy(y);
    return x && negated && apply('sub', [x, negated], origins);
  },
  // x - -y is x + y
  sub: ({ args: [x, y], origins }) => {
    const negated = y && negatedBy(y);
    return x && negated && apply('add', [x, negated], origins);
  },
  // --x is x
  neg: ({ args: [x] }) => x && negatedBy(x),
  // mul_no_nan(2, x) is 2 * x: it differs only where a factor is 0
  mul_no_nan: ({ args, origins }) => {
    const isPlain = args.some(e => {
      const value = e.kind === 'const' ? Number(roundTo(e.dtype, e.value)) : 0;
      return value !== 0 && Number.isFinite(value);
    });
    return isPlain ? apply('mul', args, origins) : undefined;
  },
  // x / 4 is x * 0.25: exact when the reciprocal is
  div: ({ args: [x, y], dtype, origins }) => {
    const by = y?.kind === 'const' ? Number(y.value) : NaN;
    if (!isPowerOfTwo(by) || !x || !y) return undefined;
    return apply('mul', [x, constant(dtype, 1 / by, y.origins)], origins);
  },
  // x ** 2 is x * x: both round the exact square once
  pow: ({ args: [x, y], origins }) =>
    x && y?.kind === 'const' && y.value === 2 ? apply('mul', [x, x], origins) : undefined,
};

function negatedBy(e: Expr): Expr | undefined {
  return e.kind === 'apply' && e.op === 'neg' ? e.args[0] : undefined;
}

/** Within the exponents whose reciprocal is a normal f32, hence of every float dtype. */
function isPowerOfTwo(value: number): boolean {
  // Rounded, because the logarithm of a neighbour of a power may itself round to an integer.
  const exponent = Math.round(Math.log2(Math.abs(value)));
  return Math.abs(exponent) <= 125 && Math.abs(value) === 2 ** exponent;
}
