/**
 * Every scalar function that the languages know: its gradient beside central differences of its
 * value, and its second derivatives beside those of its gradient. A new row is tested by being there.
 */
import { describe, expect, test } from 'vitest';
import type { Scalar } from '../../../compiler/index.ts';
import { evaluate } from '../../../compiler/core/op.ts';
import { applyOperation } from '../../../dsl/graph/apply.ts';
import { callSite } from '../../../dsl/language/call-site.ts';
import { grad, op, type Tensor } from '../../../dsl/einc.ts';
import { functions } from '../../../dsl/ops/operations.ts';
import { type ScalarFunction, scalarFunctions } from '../../../dsl/ops/scalar-functions.ts';
import { Solver } from '../../../dsl/shape/solve.ts';
import { access, scalarConst } from '../../../compiler/assign/ir.ts';
import { tuples } from '../../support/edge-values.ts';
import { valueOf } from '../../support/evaluate.ts';
import { expectSlopes, total } from '../../support/gradients.ts';

/** Numbers of no particular kind: no step, tie or corner of a function is near them. */
const generic = [-2.37, -0.71, 0.29, 0.63, 1.73, 4.19];
const letters = ['a', 'b', 'c'];

function inDoubles({ arity, of }: ScalarFunction, at: readonly number[]): number {
  const operands = at.slice(0, arity).map((_, i) => access(i, i + 1));
  return valueIn(of<number>(...operands), at);
}

function valueIn(scalar: Scalar<number>, at: readonly number[]): number {
  if (scalar.kind === 'const') return scalar.value;
  if (scalar.kind === 'access') return at[scalar.node] ?? NaN;
  if (scalar.kind === 'symbol' || scalar.kind === 'position') return NaN;
  const [a = NaN, b, c] = scalar.args.map(arg => valueIn(arg, at));
  return evaluate(scalar.op, 'f64', a, b, c);
}

/** Up to a dozen points around which the function is defined, spread over all combinations. */
function pointsOf(f: ScalarFunction): readonly (readonly number[])[] {
  const all = tuples(generic, f.arity).map(at => at.map((x, i) => x + 0.137 * i));
  const defined = all.filter(at =>
    [0, 1e-3, -1e-3].every(step =>
      Number.isFinite(
        inDoubles(
          f,
          at.map(x => x + step),
        ),
      ),
    ),
  );
  return defined.filter((_, i) => i % Math.ceil(defined.length / 12) === 0);
}

/** The function of one parameter for each operand, whose cells are the points. */
function applied(name: string): Tensor {
  const operation = functions.get(name);
  const f = scalarFunctions.get(name);
  if (!operation || !f) throw new Error(name);
  const points = pointsOf(f);
  const span = callSite(applied);
  const operands = letters.slice(0, f.arity).map((letter, i) => {
    const values = points.map(at => at[i] ?? NaN);
    return parameter(letter, values);
  });
  const written = { span, operator: span, operands: [] };
  return Solver.transaction(solver =>
    applyOperation(operation, operands, written, { solver, label: undefined }),
  );
}

function parameter(letter: string, values: readonly number[]): Tensor {
  if (letter === 'a') return op`{ a = ${values} }`;
  return letter === 'b' ? op`{ b = ${values} }` : op`{ c = ${values} }`;
}

/** Random bits are integers: `test/dsl/random` is about those. */
const names = [...scalarFunctions.keys()].filter(
  name => name !== 'stop_gradient' && !name.startsWith('threefry'),
);

describe.each(names)('%s', name => {
  const f = scalarFunctions.get(name) ?? { arity: 1, of: () => scalarConst(NaN) };

  test('is defined somewhere', () => {
    expect(pointsOf(f).length).toBeGreaterThan(1);
  });

  test('its gradients are its slopes', async () => {
    const y = applied(name);
    await expectSlopes(op`${total(y)} + 0 *. ${everything(y)}`);
  });

  test("its gradients' gradients are the slopes of those", async () => {
    const y = applied(name);
    const params = Object.values(y.params);
    const slopes = grad(total(op`${y} + 0 *. ${everything(y)}`), params);
    const sum = slopes.reduce((s, slope, i) => op`${s} + ${slope} *. ${i + 1}`);
    await expectSlopes(total(op`${sum} + 0 *. ${everything(y)}`));
  });
});

/** Uses every parameter, also those that nothing flows to. */
function everything(y: Tensor): Tensor {
  return total(Object.values(y.params).reduce((sum, param) => op`${sum} + ${param}`));
}

/** What the functions that are written with others are to be, in plain JavaScript. */
const composites: Readonly<Record<string, (a: number, b: number, c: number) => number>> = {
  id: a => a,
  fst: a => a,
  snd: (_, b) => b,
  gt: (a, b) => Number(a > b),
  ge: (a, b) => Number(a >= b),
  mul3: (a, b, c) => a * b * c,
  recip: a => 1 / a,
  rsqrt: a => 1 / Math.sqrt(a),
  recip_sqrt: a => a ** -0.5,
  silu: a => a / (1 + Math.exp(-a)),
  mish: a => a * Math.tanh(Math.log(1 + Math.exp(a))),
  gelu: a => (a * (1 + evaluate('erf', 'f64', a / Math.SQRT2))) / 2,
  gelu_tanh: a => 0.5 * a * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (a + 0.044715 * a ** 3))),
  log_sigmoid: a => -Math.log(1 + Math.exp(-a)),
};

test('every one that is not an op is below', () => {
  const named = [...scalarFunctions].flatMap(([name, f]) => {
    const value = f.of(access(0, 1), access(1, 2), access(2, 3));
    return value.kind === 'apply' && value.op === name ? [] : [name];
  });
  expect(named.toSorted()).toEqual(Object.keys(composites).toSorted());
});

test.each(Object.entries(composites))('%s has the value of its formula', async (name, formula) => {
  const f = scalarFunctions.get(name);
  const values = (await valueOf(applied(name))) as readonly number[];
  const points = f ? pointsOf(f) : [];
  expect(values).toHaveLength(points.length);
  points.forEach(([a = NaN, b = NaN, c = NaN], i) => {
    expect(values[i]).toBeCloseTo(formula(a, b, c), 12);
  });
});
