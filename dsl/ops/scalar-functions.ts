/** The scalar functions that both languages know by name: the ops, and functions composed of them. */
import {
  infoOf,
  invariant,
  type Op,
  ops,
  type Scalar,
  scalarApply,
  scalarConst,
} from '../../compiler/index.ts';

export interface ScalarFunction {
  readonly arity: 1 | 2 | 3;
  /** Its value on `arity` operands. */
  readonly of: <N>(...operands: readonly Scalar<N>[]) => Scalar<N>;
}

/** Derivatives follow from those of the ops. At infinities a product may be NaN, as in `silu(-Infinity)`. */
const composites: Readonly<Record<string, ScalarFunction>> = {
  id: unary(a => a),
  fst: binary(a => a),
  snd: binary((_, b) => b),
  gt: binary((a, b) => scalarApply('lt', b, a)),
  ge: binary((a, b) => scalarApply('le', b, a)),
  mul3: {
    arity: 3,
    of: (a, b, c) => scalarApply('mul', scalarApply('mul', given(a), given(b)), given(c)),
  },
  recip: unary(recip),
  rsqrt: unary(rsqrt),
  /** OCANNL's name. */
  recip_sqrt: unary(rsqrt),
  silu: unary(a => scalarApply('mul', a, scalarApply('sigmoid', a))),
  mish: unary(a => scalarApply('mul', a, scalarApply('tanh', scalarApply('softplus', a)))),
  gelu: unary(a => gate(a, scalarApply('erf', scaled(a, Math.SQRT1_2)))),
  gelu_tanh: unary(a => gate(a, scalarApply('tanh', cubic(a)))),
  log_sigmoid: unary(a => negated(scalarApply('softplus', negated(a)))),
};

/** Left out: ops whose result depends on the dtype of the target, which only `random.ts` knows. */
const named = (Object.keys(ops) as Op[]).filter(op => !infoOf(op).fromBits);

/** By name. */
export const scalarFunctions: ReadonlyMap<string, ScalarFunction> = new Map([
  ...named.map(op => [op, opFunction(op)] as const),
  ...Object.entries(composites),
]);

/** A function that is known to exist. */
export function scalarFunction(name: string): ScalarFunction {
  const found = scalarFunctions.get(name);
  invariant(found, () => `no scalar function ${name}`);
  return found;
}

function opFunction(op: Op): ScalarFunction {
  return { arity: infoOf(op).arity, of: (...operands) => scalarApply(op, ...operands) };
}

function unary(of: <N>(a: Scalar<N>) => Scalar<N>): ScalarFunction {
  return { arity: 1, of: a => of(given(a)) };
}

function binary(of: <N>(a: Scalar<N>, b: Scalar<N>) => Scalar<N>): ScalarFunction {
  return { arity: 2, of: (a, b) => of(given(a), given(b)) };
}

/** Callers have checked the number of operands; this convinces the type checker. */
function given<N>(operand: Scalar<N> | undefined): Scalar<N> {
  return operand ?? scalarConst(NaN);
}

function recip<N>(a: Scalar<N>): Scalar<N> {
  return scalarApply('div', scalarConst(1), a);
}

function rsqrt<N>(a: Scalar<N>): Scalar<N> {
  return recip(scalarApply('sqrt', a));
}

function negated<N>(a: Scalar<N>): Scalar<N> {
  return scalarApply('neg', a);
}

function scaled<N>(a: Scalar<N>, by: number): Scalar<N> {
  return scalarApply('mul', a, scalarConst(by));
}

/** `a * (1 + x) / 2` */
function gate<N>(a: Scalar<N>, x: Scalar<N>): Scalar<N> {
  return scalarApply('mul', scaled(a, 0.5), scalarApply('add', scalarConst(1), x));
}

/** `sqrt(2 / pi) * (a + 0.044715 * a ** 3)`, of Hendrycks and Gimpel, https://arxiv.org/abs/1606.08415 */
function cubic<N>(a: Scalar<N>): Scalar<N> {
  const factor = scalarApply('mul', a, scaled(a, 0.044715));
  const sum = scalarApply('mul', a, scalarApply('add', scalarConst(1), factor));
  return scaled(sum, Math.sqrt(2 / Math.PI));
}
