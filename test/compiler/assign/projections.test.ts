import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  access,
  assign,
  type Assign,
  type Scalar,
  scalarApply,
} from '../../../compiler/assign/ir.ts';
import {
  inMemoryOrder,
  isInjective,
  isSurjective,
  loopOrder,
  type Projections,
  specOf,
  subscriptOf,
} from '../../../compiler/assign/projections.ts';
import { type Index, printIndex, valueOf } from '../../../compiler/core/index-expr.ts';
import type { StaticSymbol } from '../../../compiler/core/static-symbol.ts';
import { projections, type Space } from '../../support/assignments.ts';

const batch: StaticSymbol = { kind: 'static-symbol', name: 'batch', range: 3 };

/** `y[slot 0] =+ a[slot 1] * b[slot 2] …` */
function over(space: Space, ...slots: readonly string[]): Assign<string, Projections> {
  const [first, ...others] = slots.slice(1).map((_, i) => access('abc'.charAt(i), i + 1));
  const value = others.reduce<Scalar<string>>(
    (product, x) => scalarApply('mul', product, x),
    first ?? access('a', 0),
  );
  return assign(access('y', 0), { op: 'add' }, value, projections(space, ...slots));
}

const text = (subscript: readonly Index[]): string => subscript.map(ix => printIndex(ix)).join(' ');

test('memory order is batch, output, input', () => {
  expect(inMemoryOrder({ batch: [1, 2], input: [5, 6], output: [3, 4] })).toEqual([
    1, 2, 3, 4, 5, 6,
  ]);
  expect(text(subscriptOf(over({ axes: { b: 2, i: 3, o: 4 } }, 'b|i->o'), 0))).toBe('b o i');
});

test('a slot that is not there has no subscript', () => {
  expect(subscriptOf(over({ axes: { i: 3 } }, 'i'), 7)).toEqual([]);
});

describe('loops go as the target meets them, then as the operands do, then the rest', () => {
  test.each<[order: string, space: Space, slots: readonly string[]]>([
    ['b o i', { axes: { i: 2, o: 3, b: 4 } }, ['b|o', 'i->o', 'b|i']],
    ['i o b', { axes: { b: 2, i: 2, o: 3 } }, ['o->i', 'b|i']],
    ['j i', { axes: { i: 2, j: 2 } }, ['', 'ji']],
    ['i j', { axes: { i: 2, j: 2 } }, ['', 'ij', 'ji']],
    ['i n', { axes: { n: 9, i: 2 } }, ['i', 'i']],
    ['n m', { axes: { n: 9, m: 2 } }, ['', '']],
    ['j i', { axes: { i: 2, j: 2 } }, ['j + i', 'i']],
  ])('%s', (order, space, slots) => {
    const loops = loopOrder(over(space, ...slots)).map(axis => axis.loop);
    expect(loops.join(' ')).toBe(order);
  });

  test('of an adjoint: its own target comes first', () => {
    const { projections: space } = over({ axes: { b: 2, o: 2, i: 2 } }, 'b|o', 'i->o', 'b|i');
    const value = scalarApply('mul', access('y', 0), access('a', 2));
    const adjoint = assign(access('w', 1), { op: 'add' }, value, space);
    expect(
      loopOrder(adjoint)
        .map(axis => axis.loop)
        .join(' '),
    ).toBe('o i b');
  });
});

type Row = readonly [title: string, space: Space, target: string];

test.each<Row>([
  ['the whole array', { axes: { i: 3, j: 4 } }, 'ij'],
  ['the whole array, transposed', { axes: { i: 3, j: 4 } }, 'ji'],
  ['a diagonal', { axes: { i: 3 } }, 'ii'],
  ['a part', { axes: { i: 3 } }, 'i + 1, 0'],
  ['a stride', { axes: { i: 3 } }, '2*i + 1, 0'],
  ['a sum of loops of which one stands alone', { axes: { i: 3, j: 2 } }, 'i + j, j'],
  ['a chain of them', { axes: { i: 3, j: 2, k: 2 } }, 'i + j, j + k, k'],
  ['one run of a static index', { axes: { i: 3 }, symbols: [batch] }, 'batch, i'],
  ['a static index as an offset', { axes: { i: 3 }, symbols: [batch] }, 'i + 2*batch, 0'],
  ['a mixed radix', { axes: { i: 3, j: 2 } }, '2*i + j, 0'],
  ['one with gaps, backwards', { axes: { i: 3, j: 2 } }, '5*i + -2*j + 2, 0'],
  ['loops of one turn', { axes: { i: 3, k: 1 } }, 'i'],
  ['loops of no turn', { axes: { i: 3, k: 0 } }, 'i'],
  ['nothing at all', { axes: {} }, ''],
])('%s is written once', (_, space, target) => {
  expect(isInjective(over(space, target))).toBe(true);
});

test.each<Row>([
  ['a reduction', { axes: { i: 3, k: 2 } }, 'i'],
  ['a sum of everything', { axes: { i: 3 } }, ''],
  ['a sum of loops', { axes: { i: 3, j: 2 } }, 'i + j, 0'],
  ['two sums of loops that hide each other', { axes: { i: 3, j: 2 } }, 'i + j, i + j'],
  ['loops that meet', { axes: { i: 3, j: 3 } }, '2*i + j, 0'],
])('%s is perhaps written more than once', (_, space, target) => {
  expect(isInjective(over(space, target))).toBe(false);
});

test.each<[title: string, space: Space, target: string, dims: readonly number[]]>([
  ['a loop along each axis', { axes: { i: 3, j: 4 } }, 'ji', [4, 3]],
  ['further loops', { axes: { i: 3, k: 2 } }, 'i', [3]],
  ['the only cell of an axis', { axes: { i: 3 } }, 'i0', [3, 1]],
  ['a scalar', { axes: { k: 2 } }, '', []],
  ['a mixed radix', { axes: { i: 2, j: 2 } }, '2*i + j', [4]],
  ['one that meets itself', { axes: { i: 2, j: 3 } }, '2*i + j', [5]],
  ['a loop backwards', { axes: { i: 4 } }, '-1*i + 3', [4]],
  ['the only cell of an axis by a loop of one turn', { axes: { i: 1 } }, 'i', [1]],
])('%s reaches every cell', (_, space, target, dims) => {
  expect(isSurjective(over(space, target), dims)).toBe(true);
});

test.each<[title: string, space: Space, target: string, dims: readonly number[]]>([
  ['a loop that is too short', { axes: { i: 3 } }, 'i', [4]],
  ['an offset', { axes: { i: 3 } }, 'i + 1', [4]],
  ['a stride', { axes: { i: 2 } }, '2*i', [4]],
  ['one cell of several', { axes: { i: 3 } }, 'i0', [3, 2]],
  ['a diagonal', { axes: { i: 3 } }, 'ii', [3, 3]],
  ['a static index', { axes: { i: 3 }, symbols: [batch] }, 'batch, i', [3, 3]],
  ['an empty reduction', { axes: { i: 3, k: 0 } }, 'i', [3]],
  ['an empty sum of everything', { axes: { k: 0 } }, '', []],
  ['a mixed radix with a gap', { axes: { i: 2, j: 2 } }, '3*i + j', [5]],
  ['a mixed radix that is too short', { axes: { i: 2, j: 2 } }, '2*i + j', [5]],
  ['one loop on two axes', { axes: { i: 2, j: 2 } }, '2*i + j, j', [4, 2]],
])('%s perhaps leaves cells out', (_, space, target, dims) => {
  expect(isSurjective(over(space, target), dims)).toBe(false);
});

describe('what they promise holds', () => {
  const subscript = fc.constantFrom(
    'i',
    'j',
    'i + j',
    'i + 1',
    '2*i',
    'j + k',
    'k',
    '0',
    '2*k + j',
  );
  const spaces = fc.record({ i: extent(), j: extent(), k: extent() });

  test('injective projections reach no cell twice, surjective ones reach all', () => {
    fc.assert(
      fc.property(spaces, fc.tuple(subscript, subscript), (axes, target) => {
        const a = over({ axes }, target.join(', '));
        const cells = reached(a, axes);
        const dims = [3, 3];
        if (isInjective(a)) expect(new Set(cells).size).toBe(cells.length);
        if (isSurjective(a, dims)) expect(new Set(cells).size).toBe(9);
      }),
      { numRuns: 1000 },
    );
  });

  function extent(): fc.Arbitrary<number> {
    return fc.integer({ min: 0, max: 3 });
  }

  function reached(
    a: Assign<string, Projections>,
    axes: Readonly<Record<string, number>>,
  ): string[] {
    let points: ReadonlyMap<string, number>[] = [new Map()];
    for (const [loop, count] of Object.entries(axes)) {
      points = points.flatMap(p =>
        Array.from({ length: count }, (_, n) => new Map(p).set(loop, n)),
      );
    }
    return points.map(p =>
      subscriptOf(a, 0)
        .map(ix => valueOf(ix, loop => p.get(loop) ?? NaN))
        .join(),
    );
  }
});

test.each<[spec: string, space: Space, slots: readonly string[]]>([
  ['i->o; b|i => b|o', { axes: { b: 2, o: 3, i: 4 } }, ['b|o', 'i->o', 'b|i']],
  ['ij => ', { axes: { i: 2, j: 2 } }, ['', 'ij']],
  [' => i', { axes: { i: 2 } }, ['i', '']],
  ['ii => i0', { axes: { i: 2 } }, ['i0', 'ii']],
  ['2*i+1 => i'.replace('+', ' + '), { axes: { i: 2 } }, ['i', '2*i + 1']],
  ['rows, cols => cols, rows', { axes: { rows: 2, cols: 2 } }, ['cols, rows', 'rows, cols']],
])('specOf: %s', (spec, space, slots) => {
  const operands = slots.slice(1).map((_, n) => n + 1);
  expect(specOf(projections(space, ...slots), operands, 0)).toBe(spec);
});
