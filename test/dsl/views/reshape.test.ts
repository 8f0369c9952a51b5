/** `reshape`: the same cells in the same order, against plain JavaScript. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { op, tensor, type Tensor, UserError } from '../../../dsl/einc.ts';
import { valueOf } from '../../support/evaluate.ts';
import { gradientsOf } from '../../support/gradients.ts';
import { openShapesOf, shapesOf } from '../../support/shapes.ts';

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

function counted(dims: readonly number[], label = 'x'): Tensor {
  const values = Array.from({ length: product(dims) }, (_, i) => i + 1);
  return tensor(values, { label, output: [...dims] });
}

/** Flat cells as nested lists. */
function nested(cells: readonly number[], [first, ...others]: readonly number[]): unknown {
  if (first === undefined) return cells[0];
  const size = product(others);
  return Array.from({ length: first }, (_, i) =>
    nested(cells.slice(i * size, (i + 1) * size), others),
  );
}

/** Axes of one number of cells, in two ways. */
const pairs = fc
  .array(fc.constantFrom(2, 3, 5), { maxLength: 4 })
  .chain(factors => fc.tuple(axesOf(factors), axesOf(factors)));

function axesOf(factors: readonly number[]): fc.Arbitrary<readonly number[]> {
  return fc
    .tuple(fc.shuffledSubarray([...factors], { minLength: factors.length }), fc.array(fc.nat(3)))
    .map(([shuffled, groups]) => {
      const axes: number[] = [];
      for (const [i, factor] of shuffled.entries()) {
        if ((groups[i] ?? 0) > 1 && axes.length > 0) axes.push((axes.pop() ?? 1) * factor);
        else axes.push(factor, ...((groups[i] ?? 1) === 0 ? [1] : []));
      }
      return axes;
    });
}

describe('random axes', () => {
  test('hold the same cells in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async ([from, to]) => {
        const x = counted(from);
        const cells = Array.from({ length: product(from) }, (_, i) => i + 1);
        expect(await valueOf(op`reshape(${x}; o = [${[...to]}])`)).toEqual(nested(cells, to));
      }),
      { numRuns: 60 },
    );
  });

  test('pass each gradient to its cell', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async ([from, to]) => {
        const cells = product(from);
        const ones = Array.from({ length: cells }, () => 1);
        const w = op`{ w = ${ones}; o = [${[...from]}] }`;
        const weights = counted(to, 'weights');
        const loss = op`(reshape(${w}; o = [${[...to]}]) *. ${weights}) ++ "... => "`;
        const { w: gradient } = await gradientsOf(loss);
        expect(gradient).toEqual(Array.from({ length: cells }, (_, i) => i + 1));
      }),
      { numRuns: 60 },
    );
  });

  test('of another number of cells are refused', () => {
    const axes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 });
    fc.assert(
      fc.property(axes, axes, (from, to) => {
        const reshaped = (): Tensor => op`reshape(${counted(from)}; o = [${[...to]}])`;
        if (product(from) === product(to)) expect(reshaped).not.toThrow();
        else expect(reshaped).toThrow(UserError);
      }),
    );
  });
});

describe('rows', () => {
  const x = tensor(
    Array.from({ length: 24 }, (_, i) => i),
    { label: 'x', batch: [2], output: [3], input: [4] },
  );

  test('that are not named stay', async () => {
    const y = op`reshape(${x}; i = [2, 2])`;
    expect(await valueOf(op`${y}[1 | 1, 0 -> 2]`)).toBe(12 + 8 + 2);
  });

  test('that are named are read in the order of memory', async () => {
    const all = Array.from({ length: 24 }, (_, i) => i);
    expect(await valueOf(op`reshape(${x}; b = []; i = []; o = [_])`)).toEqual(all);
    expect(await valueOf(op`reshape(${x}; b = [6]; o = [])[3 | 1 ->]`)).toBe(13);
    expect(await valueOf(op`reshape(${x}; b = []; o = [3, 2])[3 -> 1, 0]`)).toBe(11);
  });

  test('flatten makes one axis of the output axes', async () => {
    expect(await valueOf(op`flatten(${counted([2, 2])})`)).toEqual([1, 2, 3, 4]);
    expect(await valueOf(op`flatten(${tensor(7, { label: 'scalar' })})`)).toEqual([7]);
  });
});

describe('shapes', () => {
  test.each([
    ['reshape(${4, 6}; o = [8, 3])', '8, 3'],
    ['reshape(${4, 6}; o = [8, _])', '8, 3'],
    ['reshape(${4, 6}; o = [_])', '24'],
    ['reshape(${5 | 4, 6}; o = [2, _, 3])', '5 | 2, 4, 3'],
    ['reshape(${5 | 3 -> 2}; b = []; i = []; o = [_])', '30'],
    ['reshape(${1, 1}; o = [])', 'scalar'],
    // What is known on one side says what is missing on the other.
    ['reshape({ w } + ${4, 6}; o = [8, _])', '8, 3; w 4, 6'],
  ])('%s infers %s', (text, shapes) => {
    expect(shapesOf(text)).toBe(shapes);
  });

  test('wait for what is not known yet', () => {
    expect(openShapesOf('reshape({ w } + { v }; o = [2, _])')).toBe(
      '… | … -> 2, ?; w … -> …; v … -> …',
    );
  });
});
