import { describe, expect, test } from 'vitest';
import {
  access,
  type Assign,
  type Code,
  type Scalar,
  scalarConst,
  sequence,
} from '../../../compiler/assign/ir.ts';
import { printAssign } from '../../../compiler/assign/print.ts';
import type { Projections } from '../../../compiler/assign/projections.ts';
import { setByParts } from '../../../compiler/assign/set-by-parts.ts';
import { visitAssigns } from '../../../compiler/assign/traverse.ts';
import { type TensorNode, tensorNode } from '../../../compiler/core/tensor-node.ts';
import { assignment, type Sign, type Space } from '../../support/assignments.ts';

const [y, m, a, b] = [
  tensorNode('y', 'f32', [5]),
  tensorNode('m', 'f32', [2, 4]),
  tensorNode('a', 'f32', [5]),
  tensorNode('b', 'f32', [5]),
];

type Row = Assign<TensorNode, Projections>;

function to(
  node: TensorNode,
  sign: Sign,
  axes: Space['axes'],
  target: string,
  value: Scalar<TensorNode> = access(a, 1),
): Row {
  return assignment(node, sign, value, { axes }, target, 'i');
}

const isSet = (code: Code<TensorNode, Projections>): boolean => {
  const ops: boolean[] = [];
  visitAssigns(setByParts(code), s => ops.push(s.op === 'set' && s.keeps && !s.reset));
  expect(new Set(ops).size).toBe(1);
  return ops[0] ?? false;
};

describe('are set', () => {
  test.each<[title: string, code: readonly Row[]]>([
    ['two ends', [to(y, '=:+', { i: 2 }, 'i'), to(y, '=+', { i: 3 }, 'i + 2')]],
    ['in any order', [to(y, '=:+', { i: 3 }, 'i + 2'), to(y, '=+', { i: 2 }, 'i')]],
    [
      'three parts',
      [to(y, '=:+', { i: 2 }, 'i'), to(y, '=+', { i: 2 }, 'i + 2'), to(y, '=+', { i: 1 }, '4')],
    ],
    ['even and odd', [to(y, '=:+', { i: 3 }, '2*i'), to(y, '=+', { i: 2 }, '2*i + 1')]],
    ['backwards', [to(y, '=:+', { i: 2 }, '-1*i + 1'), to(y, '=+', { i: 3 }, '-1*i + 4')]],
    ['rows', [to(m, '=:+', { i: 4 }, '0, i'), to(m, '=+', { i: 4 }, '1, i')]],
    [
      'columns, counted by two loops',
      [to(m, '=:+', { i: 2 }, 'i, 0'), to(m, '=+', { i: 2, j: 3 }, 'i, j + 1')],
    ],
    ['a constant part', [to(y, '=:+', { i: 4 }, 'i'), to(y, '=+', {}, '4', scalarConst(1))]],
  ])('%s', (_, code) => {
    expect(isSet(sequence(code))).toBe(true);
  });
});

describe('stay', () => {
  test.each<[title: string, code: readonly Row[]]>([
    ['parts that meet', [to(y, '=:+', { i: 3 }, 'i'), to(y, '=+', { i: 3 }, 'i + 2')]],
    ['parts that leave a cell out', [to(y, '=:+', { i: 2 }, 'i'), to(y, '=+', { i: 2 }, 'i + 2')]],
    ['strides that meet', [to(y, '=:+', { i: 3 }, '2*i'), to(y, '=+', { i: 2 }, '3*i + 1')]],
    ['sums', [to(y, '=:+', { i: 2, k: 2 }, 'i'), to(y, '=+', { i: 3 }, 'i + 2')]],
    ['diagonals', [to(m, '=:+', { i: 2 }, 'i, i'), to(m, '=+', { i: 2 }, 'i, i + 2')]],
    ['what adds to what was there', [to(y, '=+', { i: 2 }, 'i'), to(y, '=+', { i: 3 }, 'i + 2')]],
    ['maxima', [to(y, '=:@^', { i: 2 }, 'i'), to(y, '=@^', { i: 3 }, 'i + 2')]],
    [
      'a part that reads the array',
      [to(y, '=:+', { i: 2 }, 'i'), to(y, '=+', { i: 3 }, 'i + 2', access(y, 1))],
    ],
    [
      'something between',
      [to(y, '=:+', { i: 2 }, 'i'), to(b, '=+', { i: 5 }, 'i'), to(y, '=+', { i: 3 }, 'i + 2')],
    ],
    ['one that is all', [to(y, '=:+', { i: 5 }, 'i')]],
  ])('%s', (_, code) => {
    expect(isSet(sequence(code))).toBe(false);
  });
});

test('what follows the parts is left as it is', () => {
  const lines: string[] = [];
  const code = sequence([
    to(y, '=:+', { i: 2 }, 'i'),
    to(y, '=+', { i: 3 }, 'i + 2'),
    to(y, '=+', { i: 5 }, 'i'),
  ]);
  visitAssigns(setByParts(code), s => lines.push(printAssign(s)));
  expect(lines).toEqual([
    'y[i] =: a ~logic:"i => i"',
    'y[i + 2] =: a ~logic:"i => i + 2"',
    'y =+ a ~logic:"i => i"',
  ]);
});
