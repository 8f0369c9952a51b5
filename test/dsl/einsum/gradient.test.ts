/** Gradients of einsums, against central differences in f64. */
import { describe, test } from 'vitest';
import { op, type Tensor } from '../../../dsl/einc.ts';
import { expectSlopes } from '../../support/gradients.ts';

/** Ties, zeros and a negative among them. */
const values = [0.5, -1.25, 2, 0.75, 1.5, -0.5];

/** A scalar in which every cell of `y` counts differently: squares, weighted by a parameter. */
const lossOf = (y: Tensor): Tensor => op`((${y} *. ${y}) *. { c = 0.7 }) ++ "...|...->... => "`;

describe('one operand', () => {
  test.each([
    '++ "2*i => i"',
    '++ "2*i+1 => i"',
    '++ "i => 2*i+1"',
    '++ "2*i+k:2 => i, k"',
    '++ "o<+k:3 => o"',
    '++ "2*o=+k:3 => o"',
    '++ "o<+2*k:2 => k"',
    '++ "a:2^b => b^a"',
    '++ "2^a => a"',
    '++ "a => 1^a^2"',
    '++ "a:2^b => 0"',
    '@^^ "i => 0"',
    '@-- "i => 0"',
    '@** "i => 0"',
    '@^^ "o<+k:2 => o"',
    '@^^ "o=+k:3 => o"',
    '@** "2*i+k:2 => i"',
  ])('x %s', async rest => {
    const [operator = '', spec = ''] = rest.split(/ "|"/);
    const x = op`{ x = ${values} }`;
    await expectSlopes(lossOf(reduced(x, operator, spec)));
  });
});

function reduced(x: Tensor, operator: string, spec: string): Tensor {
  switch (operator) {
    case '++':
      return op`${x} ++ "${spec}"`;
    case '@^^':
      return op`${x} @^^ "${spec}"`;
    case '@--':
      return op`${x} @-- "${spec}"`;
    default:
      return op`${x} @** "${spec}"`;
  }
}

describe('products around zeros', () => {
  test.each([[[0, 2, 3]], [[0, 0, 3]], [[2, 2, 2]]])('%j', async factors => {
    await expectSlopes(op`{ x = ${factors} } @** "i => "`);
  });
});

describe('several operands', () => {
  const [x, w] = [() => op`{ x = ${values} }`, () => op`{ w = ${[2, -1, 0.5]} }`];
  test.each<[what: string, y: () => Tensor]>([
    ['a valid convolution', () => op`${x()} +* ${w()} "o<+k; k => o"`],
    ['a padded one', () => op`${x()} +* ${w()} "o=+k; k => o"`],
    ['with a stride', () => op`${x()} +* ${w()} "2*o=+k; k => o"`],
    ['its transpose', () => op`${x()} +* ${w()} "o; k => 2*o<+k"`],
    ['a concatenation', () => op`(${x()}, ${w()}, ${x()}) ++^ "a; b; c => a^b^c"`],
    ['an outer sum', () => op`${x()} +++ ${w()} "i; j => i, j"`],
    ['max-plus', () => op`${x()} @^+ ${w()} "i; j => i"`],
    ['min-plus, over both', () => op`${x()} @-+ ${w()} "i; j => "`],
    ['three factors', () => op`(${x()}, ${w()}, ${w()}) +* "i; j; j => i"`],
  ])('%s', async (_, y) => {
    await expectSlopes(lossOf(y()));
  });
});
