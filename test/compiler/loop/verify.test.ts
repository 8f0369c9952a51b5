import { describe, expect, test } from 'vitest';
import { at, digitOf, fixed, loopVar } from '../../../compiler/core/index-expr.ts';
import { tensorNode } from '../../../compiler/core/tensor-node.ts';
import {
  accumulate,
  block,
  cast,
  constant,
  declare,
  fill,
  forLoop,
  indexValue,
  type Program,
  read,
  type Stmt,
  type SymbolParam,
  write,
} from '../../../compiler/loop/ir.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { complaintsOf } from '../../support/complaints.ts';

const [i, j, step, batch] = [loopVar('i'), loopVar('j'), loopVar('step'), loopVar('batch')];
const x = tensorNode('x', 'f32', [4]);
const y = tensorNode('y', 'f32', [4]);
const t = tensorNode('t', 'f32', [4]);
const s = tensorNode('s', 'f32', []);
const one = constant('f32', 1);
const symbols: readonly SymbolParam[] = [
  { loop: step, range: undefined },
  { loop: batch, range: 4 },
];

function program(body: Stmt, others: Partial<Program> = {}): Program {
  return { name: 'p', symbols, params: [x, y], scratch: [], body, ...others };
}

const toX = (loop: typeof i, coeff = 1, offset = 0): Stmt =>
  write(x, [at(loop, coeff, offset)], one);

describe('rejects', () => {
  test.each<[complaint: string, title: string, program: Program]>([
    [
      'loop i is bound twice',
      'loops inside each other',
      program(forLoop(i, 4, forLoop(i, 4, toX(i)))),
    ],
    [
      'loop i is bound twice',
      'loops beside each other',
      program(block([forLoop(i, 4, toX(i)), forLoop(i, 4, toX(i))])),
    ],
    [
      'loop batch is bound twice',
      'a loop and a static index',
      program(forLoop(batch, 4, toX(batch))),
    ],
    ['x is declared twice', 'an array declared again', program(declare(x))],
    ['x is declared twice', 'two arrays of one name', program(declare(tensorNode('x', 'f64', [])))],
    [
      'y is declared twice',
      'a parameter that is scratch',
      program(toZero(), { scratch: [{ node: y, offset: 0 }] }),
    ],
    [
      'a and b share memory and are needed at once',
      'scratch in the place of another',
      withPlaces('0..15', 'zero_out a; zero_out b; y[0] := a[0];'),
    ],
    [
      'a and b share memory and are needed at once',
      'scratch that begins in another',
      withPlaces('64..79', 'zero_out a; for i < 4 { b[i] := a[i]; }'),
    ],
    [
      'a and b share memory and are needed at once',
      'scratch in the place of what the next turn reads',
      withPlaces('0..15', 'zero_out a; for i < 4 { y[i] := a[i]; zero_out b; }'),
    ],
    ['b lies at 8', 'scratch at no multiple of 64', withPlaces('8..23', 'zero_out b;')],
    ['b lies at -64', 'scratch outside', withPlaces('-64..-49', 'zero_out b;')],
    ['t is not declared here', 'a write', program(write(t, [fixed(0)], one))],
    ['t is not declared here', 'an accumulation', program(accumulate('add', t, [fixed(0)], one))],
    ['t is not declared here', 'a fill', program(fill(t, 0))],
    ['t is not declared here', 'a read', program(write(x, [fixed(0)], read(t, [fixed(0)])))],
    [
      't is not declared here',
      'a read deep in an expression',
      program(write(x, [fixed(0)], cast('f32', cast('f64', read(t, [fixed(0)]))))),
    ],
    [
      't is not declared here',
      'a use before the declaration',
      program(block([fill(t, 0), declare(t)])),
    ],
    [
      't is not declared here',
      'a use after the block that declares it',
      program(block([forLoop(i, 2, block([declare(t), fill(t, 0)])), fill(t, 0)])),
    ],
    ['x axis 0 uses unbound i', 'a write', program(toX(i))],
    [
      'x axis 0 uses unbound i',
      'a use after the loop',
      program(block([forLoop(i, 4, toX(i)), toX(i)])),
    ],
    [
      'x axis 0 uses unbound i, j',
      'two loops',
      program(write(x, [{ terms: [...at(i).terms, ...at(j).terms], offset: 0 }], one)),
    ],
    [
      'an index value uses unbound i',
      'the value of a loop',
      program(write(x, [fixed(0)], cast('f32', indexValue(at(i))))),
    ],
    ['x axis 0 uses step, which has no range', 'a static index', program(toX(step))],
    ['x[i] spans 0..4 of axis 0: 4', 'a loop too long', program(forLoop(i, 5, toX(i)))],
    ['x[i + 1] spans 1..4 of axis 0: 4', 'an offset', program(forLoop(i, 4, toX(i, 1, 1)))],
    [
      'x[i + -1] spans -1..2 of axis 0: 4',
      'a negative offset',
      program(forLoop(i, 4, toX(i, 1, -1))),
    ],
    ['x[2*i] spans 0..6 of axis 0: 4', 'a stride', program(forLoop(i, 4, toX(i, 2)))],
    ['x[-1*i] spans -3..0 of axis 0: 4', 'a negative stride', program(forLoop(i, 4, toX(i, -1)))],
    [
      'x[(i / 2)] spans 0..4 of axis 0: 4',
      'a quotient too large',
      program(forLoop(i, 9, write(x, [digitOf({ of: at(i), over: 2, below: undefined })], one))),
    ],
    [
      'x[(i % 5)] spans 0..4 of axis 0: 4',
      'a remainder too large',
      program(forLoop(i, 9, write(x, [digitOf({ of: at(i), over: 1, below: 5 })], one))),
    ],
    [
      '((i + -1) % 4) divides i + -1, which may be negative',
      'a digit of what may be negative',
      program(forLoop(i, 4, write(x, [digitOf({ of: at(i, 1, -1), over: 1, below: 4 })], one))),
    ],
    ['x[4] spans 4..4 of axis 0: 4', 'a fixed cell', program(write(x, [fixed(4)], one))],
    [
      'y[i] spans 0..4 of axis 0: 4',
      'a read',
      program(forLoop(i, 5, write(x, [fixed(0)], read(y, [at(i)])))),
    ],
    [
      'x[batch] spans 0..8 of axis 0: 4',
      'a static index with too large a range',
      program(toX(batch), { symbols: [{ loop: batch, range: 9 }] }),
    ],
  ])('%s: %s', (complaint, _, p) => {
    expect(complaintsOf(() => verify(p))).toEqual([complaint]);
  });

  test('everything at once, and shows the program', () => {
    const p = program(block([forLoop(i, 5, toX(i)), fill(t, 1), toX(j), forLoop(i, 4, toX(i))]), {
      symbols: [],
    });
    expect(() => verify(p)).toThrowErrorMatchingInlineSnapshot(`
      [InternalError: ill-formed loop IR
      - x[i] spans 0..4 of axis 0: 4
      - t is not declared here
      - x axis 0 uses unbound j
      - loop i is bound twice

      p():
        device x: f32[4], y: f32[4];
        for i < 5 {
          x[i] := 1;
        }
        fill t, 1;
        x[j] := 1;
        for i < 4 {
          x[i] := 1;
        }
      ]
    `);
  });
});

test.each<[title: string, program: Program]>([
  ['a body of nothing', program(block([]))],
  ['a static index with a range, as a subscript', program(toX(batch))],
  [
    'a static index without a range, as a value',
    program(write(x, [fixed(0)], cast('f32', indexValue(at(step))))),
  ],
  ['a loop backwards', program(forLoop(i, 4, toX(i, -1, 3)))],
  ['a loop that never runs may say anything', program(forLoop(i, 0, block([toX(i, 9), toX(j)])))],
  [
    'an array in the block that declares it',
    program(block([declare(t), forLoop(i, 4, fill(t, 0))])),
  ],
  [
    'an array in the loop that declares it',
    program(forLoop(i, 4, block([declare(s), fill(s, 0), write(x, [at(i)], read(s, []))]))),
  ],
  ['an array of scratch', program(fill(t, 0), { scratch: [{ node: t, offset: 0 }] })],
  [
    'scratch in the place of another that is not needed any more',
    withPlaces('0..15', 'zero_out a; y[0] := a[0]; zero_out b; y[0] := b[0];'),
  ],
  [
    'scratch beside another',
    withPlaces('128..143', 'zero_out a; zero_out b; y[0] := a[0] + b[0];'),
  ],
])('accepts %s', (_, p) => {
  expect(complaintsOf(() => verify(p))).toEqual([]);
});

/** `a` fills the first 128 bytes of the arena. */
function withPlaces(b: string, body: string): Program {
  const scratch = `scratch a: f32[32] in 0..127, b: f32[4] in ${b};`;
  return parseProgram(`p(): device y: f32[4]; ${scratch} ${body}`);
}

function toZero(): Stmt {
  return write(x, [fixed(0)], one);
}
