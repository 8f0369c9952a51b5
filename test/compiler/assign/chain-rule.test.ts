import { describe, expect, test } from 'vitest';
import { adjointOf } from '../../../compiler/assign/adjoint.ts';
import { isSingular } from '../../../compiler/assign/chain-rule.ts';
import { partials } from '../../../compiler/assign/derivative.ts';
import { access, type Scalar, scalarApply, scalarConst } from '../../../compiler/assign/ir.ts';
import { printAssign } from '../../../compiler/assign/print.ts';
import { evaluate, infoOf, type Op, ops } from '../../../compiler/core/op.ts';
import { type TensorNode, tensorNode } from '../../../compiler/core/tensor-node.ts';
import { assignment, type Sign } from '../../support/assignments.ts';
import { edgeValues, tuples } from '../../support/edge-values.ts';

type Name = 'out' | 'a' | 'b' | 'c';
const operands = (['out', 'a', 'b', 'c'] as const).map(name => access<Name>(name, 0));
const [out, a, b, c] = operands as [Scalar<Name>, Scalar<Name>, Scalar<Name>, Scalar<Name>];

function valueOf(scalar: Scalar<Name>, values: Readonly<Record<Name, number>>): number {
  if (scalar.kind === 'const') return scalar.value;
  if (scalar.kind === 'access') return values[scalar.node];
  if (scalar.kind !== 'apply') throw new Error('no symbols and positions here');
  const [x = NaN, y = NaN, z = NaN] = scalar.args.map(arg => valueOf(arg, values));
  return evaluate(scalar.op, 'f64', x, y, z);
}

const numbers = edgeValues('f64').filter(x => !Number.isNaN(x));

/** Whether some slope is infinite or NaN at some numbers. */
function hasPole(op: Op): boolean {
  const slopes = partials[op]<Name>(out, a, b, c).flatMap(slope => slope ?? []);
  return tuples(numbers, infoOf(op).arity).some(([x = 0, y = 0, z = 0]) => {
    const values = { out: evaluate(op, 'f64', x, y, z), a: x, b: y, c: z };
    return slopes.some(slope => !Number.isFinite(valueOf(slope, values)));
  });
}

const names = (Object.keys(ops) as Op[]).filter(op => !infoOf(op).fromBits);

test.each(names.filter(op => op !== 'mul' && op !== 'fma'))(
  '%s is singular exactly when it has a slope that is infinite or NaN',
  op => {
    expect(isSingular(op, [a, b, c])).toBe(hasPole(op));
  },
);

test.each<[op: Op, by: number, singular: boolean]>([
  ['div', 10, false],
  ['div', 0, true],
  ['mod', 3, false],
  ['pow', 3, false],
  ['pow', 0.5, true],
  ['pow', -1, true],
  ['pow', 0, true],
])('%s by %d', (op, by, singular) => {
  expect(isSingular(op, [a, scalarConst(by)])).toBe(singular);
});

describe('the slope of a product', () => {
  const node = (name: string): TensorNode => tensorNode(name, 'f64', [3]);
  const [x, y, z] = [node('x'), node('y'), node('z')];
  const grads = new Map([x, y, z].map(n => [n, node(`${n.name}.grad`)]));
  const adjoint = (value: Scalar<TensorNode>, sign: Sign, infinite: TensorNode): string[] =>
    adjointOf(
      assignment(z, sign, value, { axes: { i: 3 }, logic: '.' }, 'i', 'i', 'i'),
      n => grads.get(n),
      () => z,
      n => n === infinite,
    ).map(row => printAssign(row));
  const [xi, yi] = [access(x, 1), access(y, 2)];
  const product = scalarApply('mul', xi, yi);

  test('is guarded on both sides where an operand may be infinite', () => {
    expect(adjoint(product, '=:', y)).toEqual([
      'x.grad =+ mul_no_nan(z.grad, y)',
      'y.grad =+ mul_no_nan(z.grad, x)',
    ]);
  });

  test('is plain where none is', () => {
    expect(adjoint(product, '=:', z)).toEqual(['x.grad =+ z.grad *. y', 'y.grad =+ z.grad *. x']);
  });

  test('is plain in a sum of products', () => {
    expect(adjoint(product, '=:+', y)).toEqual(['x.grad =+ z.grad *. y', 'y.grad =+ z.grad *. x']);
  });

  test('is guarded in what is summed', () => {
    const twice = scalarApply('neg', product);
    expect(adjoint(twice, '=:+', y)[0]).toBe('x.grad =+ mul_no_nan(neg(z.grad), y)');
  });
});
