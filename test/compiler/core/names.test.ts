import { expect, test } from 'vitest';
import { Names } from '../../../compiler/core/names.ts';

test.each([
  ['a hint that is free is the name', [], ['relu'], ['relu']],
  ['a hint asked for again is counted', [], ['relu', 'relu', 'relu'], ['relu', 'relu2', 'relu3']],
  ['a hint that ends in a digit is set apart', [], ['w1', 'w1'], ['w1', 'w1_2']],
  ['a taken name is passed over', ['relu', 'relu2'], ['relu', 'relu'], ['relu3', 'relu4']],
  ['a given name is passed over', [], ['b2', 'b', 'b'], ['b2', 'b', 'b3']],
  ['hints count by themselves', [], ['a', 'b', 'a', 'b'], ['a', 'b', 'a2', 'b2']],
])('%s', (_, taken, hints, names) => {
  const supply = new Names(taken);
  expect(hints.map(hint => supply.fresh(hint))).toEqual(names);
});

test('no name comes twice', () => {
  const supply = new Names(['x', 'x3']);
  const hints = ['x', 'x2', 'x', 'x2_2', 'x2', 'x_2', 'x', 'x3'];
  const names = [...hints, ...hints].map(hint => supply.fresh(hint));
  expect(new Set(names).size).toBe(names.length);
});

test('taken are those that a rule says are, too', () => {
  const supply = new Names(['a'], name => name === 'a2' || name === 'b');
  expect(['a', 'b', 'a'].map(hint => supply.fresh(hint))).toEqual(['a3', 'b2', 'a4']);
});

test('a supply knows nothing of another', () => {
  new Names().fresh('x');
  expect(new Names().fresh('x')).toBe('x');
});
