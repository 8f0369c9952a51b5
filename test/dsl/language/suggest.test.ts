import { expect, test } from 'vitest';
import { suggest } from '../../../dsl/language/suggest.ts';

test.each([
  ['weigths', ['weights', 'bias'], 'weights'],
  ['rleu', ['relu', 'exp'], 'relu'],
  ['xy', ['yx'], 'yx'],
  ['ca', ['abc'], undefined],
  ['gard', ['value', 'grad', 'forward'], 'grad'],
  ['reluu', ['relu', 'exp'], 'relu'],
  ['Relu', ['relu'], 'relu'],
  ['reLU', ['relu', 'rely'], 'relu'],
  ['x', ['y', 'w'], undefined],
  ['w1', ['w2', 'w11'], 'w2'],
  ['moons_inputs', ['moon_input', 'moons_input'], 'moons_input'],
  ['anything', [], undefined],
])('%s among %j: %s', (name, candidates, expected) => {
  expect(suggest(name, candidates)).toBe(expected);
});
