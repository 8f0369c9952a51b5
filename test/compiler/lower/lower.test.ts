import { describe, expect, test } from 'vitest';
import { access, type Code, scalarConst } from '../../../compiler/assign/ir.ts';
import type { Projections } from '../../../compiler/assign/projections.ts';
import { type TensorNode, tensorNode } from '../../../compiler/core/tensor-node.ts';
import { lower } from '../../../compiler/lower/lower.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import {
  assignment,
  keeping,
  routineOf,
  type Sign,
  staticSymbol,
} from '../../support/assignments.ts';
import { bodyOf } from '../../support/loop-text.ts';

type Body = Code<TensorNode, Projections>;

const [batch, step] = [staticSymbol('batch', 3), staticSymbol('step')];
const node = (name: string, ...dims: readonly number[]): TensorNode =>
  tensorNode(name, 'f32', dims);
const [x, y, s, m] = [node('x', 4), node('y', 4), node('s'), node('m', 3, 4)];
const x1 = access(x, 1);
const none = node('none', 0);
const four = { axes: { i: 4 } };
const reduced = { axes: { j: 3, i: 4 } };

function lowered(body: Body): string {
  const program = lower(routineOf(body, [batch, step]));
  verify(program);
  return bodyOf(program);
}

describe('an assignment', () => {
  test.each<[title: string, code: Body, loops: string]>([
    [
      'is a nest over its product space, in the order of the target',
      assignment(m, '=:', access(m, 1), { axes: { i: 4, j: 3 } }, 'ji', 'ji'),
      `for j < 3 {
         for i < 4 {
           m[j, i] := m[j, i];
         }
       }`,
    ],
    [
      'without axes is one statement',
      assignment(s, '=+', scalarConst(1), { axes: {} }, ''),
      's += 1;',
    ],
    [
      'that keeps the cells it does not reach fills nothing',
      keeping(assignment(y, '=:', x1, { axes: { i: 2 } }, 'i + 1', 'i')),
      `for i < 2 {
         y[i + 1] := x[i];
       }`,
    ],
    [
      'that resets fills first, and reduces innermost',
      assignment(y, '=:+', access(m, 1), reduced, 'i', 'ji'),
      `zero_out y;
       for i < 4 {
         for j < 3 {
           y[i] += m[j, i];
         }
       }`,
    ],
    [
      'that does not reset adds to what is there',
      assignment(y, '=+', access(m, 1), reduced, 'i', 'ji'),
      `for i < 4 {
         for j < 3 {
           y[i] += m[j, i];
         }
       }`,
    ],
    [
      'that resets and reaches each cell once writes it',
      assignment(y, '=:+', x1, four, 'i', 'i'),
      'for i < 4 {\n  y[i] := x[i];\n}',
    ],
    [
      'that adds to each cell once adds',
      assignment(y, '=+', x1, four, 'i', 'i'),
      'for i < 4 {\n  y[i] += x[i];\n}',
    ],
    [
      'that reaches a part once fills, then writes it',
      assignment(y, '=:@^', x1, { axes: { i: 2 } }, 'i + 1', 'i'),
      `fill y, -Infinity;
       for i < 2 {
         y[i + 1] := x[i];
       }`,
    ],
    [
      'that sets a part sets the rest to 0',
      assignment(m, '=:', x1, { axes: { i: 3 } }, 'ii', 'i'),
      `zero_out m;
       for i < 3 {
         m[i, i] := x[i];
       }`,
    ],
    [
      'that reaches each cell once, digit by digit, writes it',
      assignment(y, '=:+', x1, { axes: { i: 2, j: 2 } }, '2*i + j', 'i'),
      `for i < 2 {
         for j < 2 {
           y[2*i + j] := x[i];
         }
       }`,
    ],
    [
      'that cannot tell that it reaches each cell once adds from 0',
      assignment(m, '=:+', x1, { axes: { i: 2, j: 2 } }, 'i + j, i + j', 'i'),
      `zero_out m;
       for i < 2 {
         for j < 2 {
           m[i + j, i + j] += x[i];
         }
       }`,
    ],
    [
      'that resets over an empty space only fills',
      assignment(y, '=:+', x1, { axes: { i: 4, k: 0 } }, 'i', 'i'),
      'zero_out y;',
    ],
    [
      'that adds up over an empty space does nothing',
      assignment(y, '=+', x1, { axes: { i: 4, k: 0 } }, 'i', 'i'),
      '',
    ],
    [
      'that starts elsewhere starts there over an empty space',
      assignment(y, '=:@^', x1, { axes: { i: 4, k: 0 } }, 'i', 'i'),
      'fill y, -Infinity;',
    ],
    [
      'of an array without cells is nothing',
      assignment(none, '=:', access(none, 1), { axes: { i: 0 } }, 'i', 'i'),
      '',
    ],
    [
      'that sets all cells to a number is a fill',
      assignment(y, '=:', scalarConst(0.5), four, 'i'),
      'fill y, 0.5;',
    ],
    [
      'that adds a number is none',
      assignment(y, '=+', scalarConst(0.5), four, 'i'),
      'for i < 4 {\n  y[i] += 0.5;\n}',
    ],
    [
      'that sets some cells to a number is none',
      assignment(y, '=:', scalarConst(0.5), { axes: { i: 3 } }, 'i'),
      'zero_out y;\nfor i < 3 {\n  y[i] := 0.5;\n}',
    ],
  ])('%s', (_, code, loops) => {
    expect(lowered(code)).toBe(loops.replaceAll('\n       ', '\n'));
  });

  test.each<[sign: Sign, fill: string, statement: string, single: string]>([
    ['=:+', 'zero_out y', 'y[i] += m[j, i]', 'x[i]'],
    ['=:-', 'zero_out y', 'y[i] -= m[j, i]', 'neg(x[i])'],
    ['=:*', 'fill y, 1', 'y[i] *= m[j, i]', 'x[i]'],
    ['=:/', 'fill y, 1', 'y[i] /= m[j, i]', '1 / x[i]'],
    ['=:@^', 'fill y, -Infinity', 'y[i] max= m[j, i]', 'x[i]'],
    ['=:@-', 'fill y, Infinity', 'y[i] min= m[j, i]', 'x[i]'],
  ])('y %s starts from its neutral element; one value is %s', (sign, fill, statement, single) => {
    const several = lowered(assignment(y, sign, access(m, 1), reduced, 'i', 'ji'));
    expect(several).toBe(`${fill};\nfor i < 4 {\n  for j < 3 {\n    ${statement};\n  }\n}`);
    const one = lowered(assignment(y, sign, x1, four, 'i', 'i'));
    expect(one).toBe(`for i < 4 {\n  y[i] := ${single};\n}`);
  });
});
