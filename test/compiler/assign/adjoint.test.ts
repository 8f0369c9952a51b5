import { describe, expect, test } from 'vitest';
import type { TallyOf } from '../../../compiler/assign/accumulation.ts';
import { adjointOf } from '../../../compiler/assign/adjoint.ts';
import {
  access,
  type Assign,
  type Scalar,
  scalarApply,
  scalarConst,
} from '../../../compiler/assign/ir.ts';
import { printAssign } from '../../../compiler/assign/print.ts';
import type { Projections } from '../../../compiler/assign/projections.ts';
import type { TensorNode } from '../../../compiler/core/tensor-node.ts';
import type { Span } from '../../../compiler/support/source.ts';
import { assignment, type Sign } from '../../support/assignments.ts';
import { affine, all, batch, each, node, s, x, xb, y, yb } from '../../support/adjoint-setting.ts';

type Row = Assign<TensorNode, Projections>;

const tally: TallyOf<TensorNode> = (n, what) => node(`${n.name}.${what}`, ...n.dims);

const lines = (rows: readonly Row[]): readonly string[] => rows.map(row => printAssign(row));

describe('the adjoint passes the gradient on to each operand', () => {
  const unary = (value: Scalar<TensorNode>, sign: Sign = '=:'): Row =>
    assignment(y, sign, value, { ...each, logic: '.' }, 'i', 'i', 'i');
  const xi = access(x, 1);

  test.each<[title: string, forward: Row, adjoint: readonly string[]]>([
    [
      'of a product, over the same space with the slots exchanged',
      affine,
      [
        'w.grad =+ yb.grad * xb ~logic:"b|o; b|i => i->o"',
        'xb.grad =+ yb.grad * w ~logic:"b|o; i->o => b|i"',
      ],
    ],
    ['of a copy', unary(xi), ['x.grad =+ y.grad']],
    ['of a sum that stays', unary(xi, '=+'), ['x.grad =+ y.grad']],
    ['of a difference', unary(xi, '=-'), ['x.grad =+ neg(y.grad)']],
    [
      'by the result, when the target holds it',
      unary(scalarApply('exp', xi)),
      ['x.grad =+ mul_no_nan(y.grad, y)'],
    ],
    [
      'by the value, when the target holds a sum',
      unary(scalarApply('exp', xi), '=+'),
      ['x.grad =+ mul_no_nan(y.grad, exp(x))'],
    ],
    [
      'to an operand that stands twice, twice',
      unary(scalarApply('mul', xi, access(x, 2))),
      ['x.grad =+ y.grad *. x', 'x.grad =+ y.grad *. x'],
    ],
    [
      'through nested operations',
      unary(scalarApply('sin', scalarApply('mul', scalarConst(2), xi))),
      ['x.grad =+ mul_no_nan(y.grad, cos(2 *. x)) *. 2'],
    ],
    [
      'by the value of what stands inside',
      unary(scalarApply('sin', scalarApply('exp', xi))),
      ['x.grad =+ mul_no_nan(mul_no_nan(y.grad, cos(exp(x))), exp(x))'],
    ],
    [
      'past constants, symbols and comparisons',
      unary(
        scalarApply(
          'where',
          scalarApply('lt', xi, scalarConst(0)),
          scalarConst(1),
          scalarApply('add', xi, { kind: 'symbol', symbol: batch }),
        ),
      ),
      ['x.grad =+ where(x < 0, 0, y.grad)'],
    ],
    ['of a constant: to nobody', unary(scalarConst(1)), []],
  ])('%s', (_, forward, adjoint) => {
    expect(lines(adjointOf(forward, all, tally))).toEqual(adjoint);
  });

  test('through a choice: evenly to those that were chosen', () => {
    const forward = assignment(s, '=:@^', access(x, 1), each, '', 'i');
    expect(lines(adjointOf(forward, all, tally))).toEqual([
      's.ties =:+ where(x == s, 1, 0) ~logic:"i;  => "',
      'x.grad =+ where(x == s, s.grad / s.ties, 0) ~logic:"i; ; ;  => i"',
    ]);
  });

  test('through a product: to each factor the product of the others', () => {
    const forward = assignment(s, '=:*', access(x, 1), each, '', 'i');
    const zerosOfOthers = 's.zeros - where(x == 0, 1 + x, 0)';
    const product = `where(${zerosOfOthers} == 0, 1, where(${zerosOfOthers} == 1, ${zerosOfOthers} - 1, 0))`;
    const others = `mul_no_nan(${product}, s.rest / where(x == 0, 1, x))`;
    expect(lines(adjointOf(forward, all, tally))).toEqual([
      's.zeros =:+ where(x == 0, 1 + x, 0) ~logic:"i; i => "',
      's.rest =:* where(x == 0, 1, x) ~logic:"i; i => "',
      `x.grad =+ mul_no_nan(s.grad, ${others}) ~logic:"; ; i; i; ; i; i; ; i; i; ; i; i => i"`,
    ]);
  });

  test('but not to one that wants none', () => {
    const only = adjointOf(affine, n => (n === xb ? undefined : all(n)), tally);
    expect(lines(only)).toEqual(['w.grad =+ yb.grad * xb ~logic:"b|o; b|i => i->o"']);
  });

  test('and to nobody when the target has none', () => {
    expect(adjointOf(affine, n => (n === yb ? undefined : all(n)), tally)).toEqual([]);
  });

  test('with the places of the forward code', () => {
    const span: Span = { source: { locate: never }, start: 1, end: 2 };
    const [first] = adjointOf({ ...affine, origins: [span] }, all, tally);
    expect(first?.origins).toEqual([span]);
  });
});

describe('an accumulation without a derivative', () => {
  test.each<[Sign, string]>([
    ['=*', 'mul'],
    ['=/', 'div'],
    ['=:/', 'div'],
    ['=@^', 'max'],
    ['=@-', 'min'],
    ['=**', 'pow'],
    ['=:**', 'pow'],
    ['=&&', 'and'],
    ['=:&&', 'and'],
    ['=||', 'or'],
    ['=:||', 'or'],
    ['=?/', 'relu_gate'],
    ['=:?/', 'relu_gate'],
    ['=?^', 'sat01_gate'],
    ['=:?^', 'sat01_gate'],
  ])('%s is the user’s error', (sign, op) => {
    const source = {
      locate: () => ({ file: 'a.ts', line: 3, column: 5, text: 'cd`y =* x`;' }),
    };
    const forward = assignment(y, sign, access(x, 1), each, 'i', 'i');
    expect(() =>
      adjointOf({ ...forward, origins: [{ source, start: 0, end: 6 }] }, all, tally),
    ).toThrow(
      expect.objectContaining({
        name: 'UserError',
        message: [
          `error[EINC0401]: an accumulation with \`${op}\` has no derivative here`,
          ' --> a.ts:3:5',
          '  |',
          '3 | cd`y =* x`;',
          '  |     ^',
          '  |',
          '  = help: accumulate with `=+` or `=-`, or give the op its own `backward` code',
        ].join('\n'),
      }),
    );
  });

  test('is none of his when nobody wants a gradient of it', () => {
    const forward = assignment(y, '=:@^', access(x, 1), each, 'i', 'i');
    expect(adjointOf(forward, n => (n === x ? undefined : all(n)), tally)).toEqual([]);
  });
});

function never(): never {
  throw new Error('nothing is located here');
}
