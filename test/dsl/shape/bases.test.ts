/** Bases: what an axis is measured in, as far as anyone says. */
import { expect, test } from 'vitest';
import { op, type Tensor, tensor } from '../../../dsl/index.ts';
import { printShape } from '../../../dsl/shape/print.ts';
import { valueOf } from '../../support/evaluate.ts';

const colour = tensor([1, 2, 3], { label: 'colour', output: ['rgb:3'] });
const bare = tensor([1, 2, 3], { label: 'bare' });
const matrix = tensor([1, 2, 3, 4, 5, 6], { label: 'm', output: ['rgb:3'], input: ['xy:2'] });
const shapeOf = (t: Tensor) => printShape(t.shape).replaceAll(/…( \| | -> |, )/g, '');

test.each([
  ['of data', () => colour, 'rgb:3'],
  ['of a literal', () => op`([1, 2, 3] : rgb)`, 'rgb:3'],
  ['of literals in a literal', () => op`([([1, 2] : xy), ([3, 4] : xy)] : pair)`, 'pair:2, xy:2'],
  ['of a batch axis', () => op`([| 1, 2 |] : sample)`, 'sample:2 | scalar'],
  ['of an input axis', () => op`((1, 2) : feat)`, 'feat:2 -> scalar'],
  ['of a parameter', () => op`{ w; o = [rgb:3, ${2}]; i = [xy:${2}]; b = [] }`, 'xy:2 -> rgb:3, 2'],
  ['through a function', () => op`relu(${colour})`, 'rgb:3'],
  ['from the left', () => op`${colour} + ${bare}`, 'rgb:3'],
  ['from the right', () => op`${bare} + ${colour}`, 'rgb:3'],
  ['from a broadcast operand', () => op`${colour} *. 2 + [[1, 1, 1], [2, 2, 2]]`, '2, rgb:3'],
  ['through a product', () => op`${matrix} * ([1, 2] : xy)`, 'rgb:3'],
  ['through labels of a spec', () => op`${matrix} ++ "i->o => o->i"`, 'rgb:3 -> xy:2'],
  ['twice through a label', () => op`${colour} ++ "i => ii"`, 'rgb:3, rgb:3'],
  [
    'through rows of a spec',
    () => op`${matrix} ++ "..i.. -> ..o.. => ..i.. | ..o.."`,
    'xy:2 | rgb:3',
  ],
  ['through brackets', () => op`${matrix}[:, _]`, 'xy:2 -> rgb:3, 1'],
  ['that a reshape gives', () => op`reshape(${matrix}; o = [_, rgb:3]; i = [])`, '2, rgb:3'],
  ['through a stack', () => op`[${colour}; ${bare}]`, '2, rgb:3'],
])('%s', (_, make, shape) => {
  expect(shapeOf(make())).toBe(shape);
});

test('values are none of their business', async () => {
  expect(await valueOf(op`${colour} *. ${bare}`)).toEqual([1, 4, 9]);
});

test('a size of 1 that einc chose meets any', () => {
  expect(shapeOf(op`${colour} /. (${colour} ++ "i => 0")`)).toBe('rgb:3');
});

test('a parameter takes the basis of what it is used with', () => {
  const w = op`{ w }`;
  const used = [op`${w} + ${colour} ++ "i => "`, op`${w} +* "i; i => i" ${colour}`];
  expect(used.map(shapeOf)).toEqual(['scalar', 'rgb:3']);
  expect(shapeOf(w)).toBe('rgb:3');
});

test('the order of uses does not matter', () => {
  const xyz = tensor([1, 2, 3], { label: 'p', output: ['xyz:3'] });
  const uses = (w: Tensor) => [bare, colour, xyz].map(t => () => op`${w} +* "i; i => i" ${t}`);
  for (const order of [
    [0, 1, 2],
    [1, 0, 2],
    [1, 2, 0],
    [2, 1, 0],
    [0, 2, 1],
    [2, 0, 1],
  ]) {
    const all = uses(op`{ w }`);
    expect(() => order.map(i => all[i]?.()), order.join()).toThrow(
      /`(rgb|xyz)` and `(rgb|xyz)` differ/,
    );
  }
});

test('a failure leaves no basis behind', () => {
  const w = op`{ w; o = [3] }`;
  expect(() => op`(${w} +* "i; i => i" ${colour}) + ([1, 2, 3] : xyz)`).toThrow('EINC0224');
  const free = op`{ v }`;
  expect(() => op`(${free} +* "i; i => i" ${colour}) + ([1, 2, 3] : xyz)`).toThrow('EINC0224');
  expect(shapeOf(op`${free} +* "i; i => i" ([1, 2, 3] : xyz)`)).toBe('xyz:3');
});
