import { describe, expect, test } from 'vitest';
import { access, type Code, sequence } from '../../../compiler/assign/ir.ts';
import type { Projections } from '../../../compiler/assign/projections.ts';
import { verifyRoutine } from '../../../compiler/assign/verify.ts';
import { type TensorNode, tensorNode } from '../../../compiler/core/tensor-node.ts';
import { assignment, routineOf, staticSymbol } from '../../support/assignments.ts';
import { complaintsOf } from '../../support/complaints.ts';

type Body = Code<TensorNode, Projections>;

const [batch, step] = [staticSymbol('batch', 3), staticSymbol('step')];
const [x, y, m] = [
  tensorNode('x', 'f32', [4]),
  tensorNode('y', 'f32', [4]),
  tensorNode('m', 'f32', [3, 4]),
];
const [x1, m1] = [access(x, 1), access(m, 1)];

/** One a line; none for a routine that passes. */
function complaintsAbout(body: Body): readonly string[] {
  return complaintsOf(() => verifyRoutine(routineOf(body, [batch, step])));
}

describe('rejects', () => {
  test.each<[complaint: string, title: string, code: Body]>([
    [
      'x has 1 axes, its projection 2: x =: y ~logic:"i => i0"',
      'a target with too many subscripts',
      assignment(x, '=:', access(y, 1), { axes: { i: 4 } }, 'i0', 'i'),
    ],
    [
      'm has 2 axes, its projection 1: y =: m ~logic:"i => i"',
      'an operand with too few',
      assignment(y, '=:', m1, { axes: { i: 4 } }, 'i', 'i'),
    ],
    [
      'x has 1 axes, its projection 0: y =: x ~logic:" => i"',
      'a slot that is not there',
      assignment(y, '=:', x1, { axes: { i: 4 } }, 'i'),
    ],
    [
      'x[i] leaves axis 0: 4',
      'a loop too long',
      assignment(x, '=:', access(m, 1), { axes: { i: 5 } }, 'i', '0, 0'),
    ],
    [
      'm[i] leaves axis 0: 3',
      'an operand whose axis is shorter',
      assignment(y, '=:', m1, { axes: { i: 4 } }, 'i', 'i, i'),
    ],
    [
      'x[i + 1] leaves axis 0: 4',
      'an offset',
      assignment(y, '=:', x1, { axes: { i: 4 } }, 'i', 'i + 1'),
    ],
    [
      'x[-1*i] leaves axis 0: 4',
      'a loop downwards from 0',
      assignment(y, '=:', x1, { axes: { i: 4 } }, 'i', '-1*i'),
    ],
    [
      'x[i + k] leaves axis 0: 4',
      'loops that are together too long',
      assignment(y, '=:+', x1, { axes: { i: 4, k: 2 } }, 'i', 'i + k'),
    ],
    ['x[4] leaves axis 0: 4', 'a fixed cell', assignment(x, '=+', x1, { axes: {} }, '4', '0')],
    [
      'm[2*batch] leaves axis 0: 3',
      'a static symbol of too large a range',
      assignment(y, '=:', m1, { axes: { i: 4 }, symbols: [batch] }, 'i', '2*batch, i'),
    ],
    [
      'x =: m ~logic:"ji => i" sets cells more than once',
      'a set over a reduction',
      assignment(x, '=:', m1, { axes: { i: 4, j: 3 } }, 'i', 'ji'),
    ],
  ])('%s: %s', (complaint, _, code) => {
    expect(complaintsAbout(code)).toEqual([complaint]);
  });

  test('everything at once, wherever it stands, and shows the routine', () => {
    const tooLong = assignment(x, '=:', access(y, 1), { axes: { i: 5 } }, 'i', 'i');
    const body: Body = sequence([
      { kind: 'section', title: 'a title', body: tooLong },
      {
        kind: 'repeat',
        symbol: batch,
        body: assignment(x, '=:', m1, { axes: { i: 4, j: 3 } }, 'i', 'ji'),
      },
    ]);
    expect(() => verifyRoutine(routineOf(body, [step]))).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: ill-formed assignments
      - x[i] leaves axis 0: 4
      - y[i] leaves axis 0: 4
      - x =: m ~logic:"ji => i" sets cells more than once

      p(step):
        # "a title";
        x =: y ~logic:"i => i";
        for batch < 3 (
          x =: m ~logic:"ji => i";
        );
      ]
    `);
  });
});

test.each<[title: string, code: Body]>([
  ['nothing', sequence([])],
  ['a reduction that adds', assignment(x, '=:+', m1, { axes: { i: 4, j: 3 } }, 'i', 'ji')],
  ['a set of a diagonal', assignment(m, '=:', x1, { axes: { i: 3 } }, 'ii', 'i')],
  ['a loop downwards', assignment(y, '=:', x1, { axes: { i: 4 } }, 'i', '-1*i + 3')],
  [
    'a static symbol within its range',
    assignment(y, '=:', m1, { axes: { i: 4 }, symbols: [batch] }, 'i', 'batch, i'),
  ],
  [
    'bounds broken over an empty space, where nothing is touched',
    assignment(y, '=:+', x1, { axes: { i: 9, k: 0 } }, 'i', 'i + 7'),
  ],
])('accepts %s', (_, code) => {
  expect(complaintsAbout(code)).toEqual([]);
});
