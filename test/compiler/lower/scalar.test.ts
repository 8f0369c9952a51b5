import { describe, expect, test } from 'vitest';
import { access, type Scalar, scalarApply, scalarConst } from '../../../compiler/assign/ir.ts';
import { type DType } from '../../../compiler/core/dtype.ts';
import { type TensorNode, tensorNode } from '../../../compiler/core/tensor-node.ts';
import { lower } from '../../../compiler/lower/lower.ts';
import { assignment, routineOf, staticSymbol } from '../../support/assignments.ts';
import { bodyOf } from '../../support/loop-text.ts';

const step = staticSymbol('step');
const scalarOf = (name: string, dtype: DType): Scalar<TensorNode> =>
  access(tensorNode(name, dtype, []), 1);
const [f, d, n, c] = [
  scalarOf('f', 'f32'),
  scalarOf('d', 'f64'),
  scalarOf('n', 'i32'),
  scalarOf('c', 'bool'),
];
const half = scalarConst(0.5);
const isLess = (a: Scalar<TensorNode>, b: Scalar<TensorNode>): Scalar<TensorNode> =>
  scalarApply('lt', a, b);

function value(scalar: Scalar<TensorNode>, dtype: DType = 'f32'): string {
  const target = tensorNode('y', dtype, []);
  const program = lower(routineOf(assignment(target, '=+', scalar, { axes: {} }, '', ''), [step]));
  return bodyOf(program).replace(/^y \+= (.*);$/, '$1');
}

describe('everything is computed in the dtype of the target', () => {
  test.each<[title: string, scalar: Scalar<TensorNode>, dtype: DType, text: string]>([
    ['a number', half, 'f64', '0.5'],
    ['an array of it', f, 'f32', 'f'],
    ['an array of another', d, 'f32', 'f32(d)'],
    ['a wider target', f, 'f64', 'f64(f)'],
    ['an array of integers', n, 'f32', 'f32(n)'],
    ['each operand for itself', scalarApply('mul', d, f), 'f32', 'f32(d) * f'],
    ['numbers beside them', scalarApply('mul', d, half), 'f32', 'f32(d) * 0.5'],
    ['the value of a symbol', { kind: 'symbol', symbol: step }, 'f32', 'f32(step)'],
    ['the value of a symbol, as an integer', { kind: 'symbol', symbol: step }, 'i32', 'step'],
    ['the result of a comparison', isLess(f, f), 'f32', 'f32(f < f)'],
    ['a comparison for a bool', isLess(c, c), 'bool', 'c < c'],
  ])('%s', (_, scalar, dtype, text) => {
    expect(value(scalar, dtype)).toBe(text);
  });
});

test.each<[title: string, scalar: Scalar<TensorNode>, text: string]>([
  ['two dtypes, as the one that has the values of both', isLess(d, f), 'd < f64(f)'],
  ['integers, as integers', isLess(n, scalarConst(2)), 'n < 2'],
  ['truth, as it is', isLess(isLess(f, half), isLess(n, n)), 'f < 0.5 < (n < n)'],
  [
    'truth in a sum, as a number',
    isLess(scalarApply('sub', isLess(f, half), scalarConst(1)), scalarConst(0)),
    'f32(f < 0.5) - 1 < 0',
  ],
  ['truth with a number, as a number', isLess(scalarConst(-1), isLess(f, f)), '-1 < f32(f < f)'],
  ['sums, as their operands', isLess(scalarApply('add', d, half), half), 'd + 0.5 < 0.5'],
])('a comparison compares %s', (_, scalar, text) => {
  expect(value(scalar)).toBe(`f32(${text})`);
});

describe('a condition', () => {
  const where = (condition: Scalar<TensorNode>): Scalar<TensorNode> =>
    scalarApply('where', condition, f, half);

  test.each<[title: string, condition: Scalar<TensorNode>, text: string]>([
    ['is a comparison as it is', isLess(f, half), 'f < 0.5'],
    ['is an array of bools as it is', c, 'c'],
    ['asks of a number whether it differs from zero', f, 'bool(f)'],
    ['asks it of a sum', scalarApply('add', f, f), 'bool(f + f)'],
    ['asks it of a constant', half, 'bool(0.5:f32)'],
    ['may itself be a choice', where(isLess(f, half)), 'bool(where(f < 0.5, f, 0.5))'],
  ])('%s', (_, condition, text) => {
    expect(value(where(condition))).toBe(`where(${text}, f, 0.5)`);
  });
});
