import { describe, expect, test } from 'vitest';
import { at, fixed, loopVar } from '../../../compiler/core/index-expr.ts';
import { tensorNode } from '../../../compiler/core/tensor-node.ts';
import {
  accumulate,
  apply,
  block,
  cast,
  comment,
  constant,
  forLoop,
  isEmpty,
  read,
  statementsOf,
  write,
} from '../../../compiler/loop/ir.ts';
import { InternalError } from '../../../compiler/support/errors.ts';

const i = loopVar('i');
const x = tensorNode('x', 'f32', [4]);
const [one, two, double] = [constant('f32', 1), constant('f32', 2), constant('f64', 2)];

describe('constructors refuse', () => {
  test.each<[complaint: string, construct: () => unknown]>([
    ['add takes 2 operands', () => apply('add', [one])],
    ['neg takes 1 operands', () => apply('neg', [one, two])],
    ['where takes 3 operands', () => apply('where', [one, two])],
    ['add of f32 and f64: insert a cast before lowering', () => apply('add', [one, double])],
    [
      'where of f32 and f64: insert a cast before lowering',
      () => apply('where', [constant('bool', 1), one, double]),
    ],
    ['where on a f32 condition', () => apply('where', [one, one, two])],
    ['x has 1 axes but is indexed with 0', () => read(x, [])],
    ['x has 1 axes but is indexed with 2', () => write(x, [at(i), at(i)], one)],
    ['x has 1 axes but is indexed with 2', () => accumulate('add', x, [at(i), at(i)], one)],
    ['f64 stored in f32 x', () => write(x, [at(i)], double)],
    ['f64 stored in f32 x', () => accumulate('add', x, [at(i)], double)],
    ['loop i has extent -1', () => forLoop(i, -1, block([]))],
    ['loop i has extent 1.5', () => forLoop(i, 1.5, block([]))],
    ['loop i has extent NaN', () => forLoop(i, NaN, block([]))],
    ['tensor name is not an identifier: 2x', () => tensorNode('2x', 'f32', [])],
    ['tensor name is not an identifier: a-b', () => tensorNode('a-b', 'f32', [])],
    ['tensor name is not an identifier: w.', () => tensorNode('w.', 'f32', [])],
    ['x has bad dims [4,-1]', () => tensorNode('x', 'f32', [4, -1])],
    ['x has bad dims [0.5]', () => tensorNode('x', 'f32', [0.5])],
  ])('%s', (complaint, construct) => {
    expect(construct).toThrow(new InternalError(complaint));
  });
});

test.each([
  ['an op of one dtype keeps it', apply('add', [double, double]), 'f64'],
  ['a comparison is a bool', apply('lt', [double, double]), 'bool'],
  ['a choice has the dtype of its arms', apply('where', [constant('bool', 1), one, two]), 'f32'],
])('%s', (_, e, dtype) => {
  expect(e.dtype).toBe(dtype);
});

test('a cast to the dtype a value already has is that value', () => {
  expect(cast('f32', one)).toBe(one);
  expect(cast('f64', one)).toMatchObject({ kind: 'cast', dtype: 'f64', value: one });
});

describe('blocks have one shape', () => {
  const [a, b, c] = [comment('a'), comment('b'), comment('c')];

  test('a block in a block is flattened', () => {
    expect(block([a, block([b, c])])).toEqual({ kind: 'block', body: [a, b, c] });
  });

  test('a block of one is that one', () => {
    expect(block([a])).toBe(a);
    expect(block([block([]), block([a])])).toBe(a);
  });

  test('a block of none is empty', () => {
    expect(isEmpty(block([block([])]))).toBe(true);
    expect(isEmpty(a)).toBe(false);
  });

  test('statementsOf asks no question', () => {
    expect(statementsOf(block([a, b]))).toEqual([a, b]);
    expect(statementsOf(a)).toEqual([a]);
  });
});

test('a loop that never runs is a loop', () => {
  expect(forLoop(i, 0, write(x, [fixed(0)], one)).extent).toBe(0);
});
