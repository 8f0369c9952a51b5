import { expect, test } from 'vitest';
import { at, fixed, loopVar } from '../../../compiler/core/index-expr.ts';
import { tensorNode } from '../../../compiler/core/tensor-node.ts';
import {
  block,
  constant,
  declare,
  fill,
  forLoop,
  prefetch,
  type Program,
  read,
  type Stmt,
  type SymbolParam,
  write,
} from '../../../compiler/loop/ir.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { complaintsOf } from '../../support/complaints.ts';

const [i, j, batch] = [loopVar('i'), loopVar('j'), loopVar('batch')];
const x = tensorNode('x', 'f32', [4]);
const y = tensorNode('y', 'f32', [4]);
const t = tensorNode('t', 'f32', [4]);
const one = constant('f32', 1);
const symbols: readonly SymbolParam[] = [{ loop: batch, range: 4 }];

const fromY = forLoop(i, 4, write(x, [at(i)], read(y, [at(i)])));
const ofBatch = forLoop(i, 4, write(x, [at(batch)], one));
const asking = forLoop(i, 4, block([prefetch('read', y, [at(i)]), write(x, [at(i)], one)]));
const withOwn = forLoop(i, 4, block([declare(t), fill(t, 0), write(x, [at(i)], one)]));
const other = forLoop(j, 4, write(x, [at(j)], one));

function program(body: Stmt, others: Partial<Program> = {}): Program {
  return { name: 'p', symbols, params: [x, y], scratch: [], body, ...others };
}

test.each<[complaint: string, title: string, nest: Stmt, elsewhere: (nest: Stmt) => Program]>([
  ['y is not declared here', 'without an array', fromY, nest => program(nest, { params: [x] })],
  [
    'y is not declared here',
    'without an array it asks for',
    asking,
    nest => program(nest, { params: [x] }),
  ],
  [
    'y is not declared here',
    'before an array is declared',
    fromY,
    nest => program(block([nest, declare(y)]), { params: [x] }),
  ],
  ['loop i is bound twice', 'beside itself', fromY, nest => program(block([nest, nest]))],
  [
    'loop i is bound twice',
    'beside a new nest over the same loop',
    fromY,
    nest => program(block([nest, forLoop(i, 2, write(x, [at(i)], one))])),
  ],
  [
    't is declared twice',
    'beside an array called like its own',
    withOwn,
    nest => program(block([declare(tensorNode('t', 'f64', [])), nest])),
  ],
  [
    'x[batch] spans 0..8 of axis 0: 4',
    'with a static index that is larger',
    ofBatch,
    nest => program(nest, { symbols: [{ loop: batch, range: 9 }] }),
  ],
  [
    'loop i is bound twice',
    'in a loop of its own name',
    fromY,
    nest => program(forLoop(i, 4, nest)),
  ],
])('a nest that was sound is not: %s, %s', (complaint, _, nest, elsewhere) => {
  verify(program(nest));
  expect(complaintsOf(() => verify(elsewhere(nest)))).toEqual([complaint]);
});

test('a nest is sound again beside others', () => {
  verify(program(fromY));
  expect(complaintsOf(() => verify(program(block([fromY, other]))))).toEqual([]);
});

test('a nest of a program that is wrong is not taken for sound', () => {
  const wrong = forLoop(i, 5, write(x, [at(i)], one));
  const complaints = () => complaintsOf(() => verify(program(block([wrong, other]))));
  expect(complaints()).toEqual(['x[i] spans 0..4 of axis 0: 4']);
  expect(complaints()).toEqual(['x[i] spans 0..4 of axis 0: 4']);
  expect(complaintsOf(() => verify(program(write(x, [fixed(0)], one))))).toEqual([]);
});
