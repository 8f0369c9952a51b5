import { describe, expect, test } from 'vitest';
import { cLiteral } from '../../../backends/clike/literal.ts';
import { bodyInC } from '../../support/c-text.ts';

describe('a literal has exactly the value', () => {
  test.each([
    ['f32', 0, '0.0f'],
    ['f32', -0, '-0.0f'],
    ['f32', 1, '1.0f'],
    ['f32', 0.1, '0.1f'],
    ['f32', -2.5, '-2.5f'],
    ['f32', 1e-45, '1e-45f'],
    ['f32', 2 ** -149, '1e-45f'],
    ['f32', 2 ** -150, '0.0f'],
    ['f32', -(2 ** -126), '-1.1754944e-38f'],
    ['f32', 3.4028234663852886e38, '3.4028235e+38f'],
    ['f32', 3.5e38, '__builtin_inff()'],
    ['f32', -Infinity, '-__builtin_inff()'],
    ['f32', NaN, '__builtin_nanf("")'],
    ['f32', 16777217, '16777216.0f'],
    ['f32', 1e21, '1e+21f'],
    ['f64', 0, '0.0'],
    ['f64', -0, '-0.0'],
    ['f64', 0.1, '0.1'],
    ['f64', 5e-324, '5e-324'],
    ['f64', Number.MAX_VALUE, '1.7976931348623157e+308'],
    ['f64', 2 ** 53, '9007199254740992.0'],
    ['f64', Infinity, '__builtin_inf()'],
    ['f64', -Infinity, '-__builtin_inf()'],
    ['f64', NaN, '__builtin_nan("")'],
    ['i32', 0, '0'],
    ['i32', -0, '0'],
    ['i32', -7, '-7'],
    ['i32', 2 ** 31 - 1, '2147483647'],
    ['i32', -(2 ** 31), '(-2147483647 - 1)'],
    ['i32', 2 ** 31, '(-2147483647 - 1)'],
    ['i32', 2 ** 32 + 5, '5'],
    ['i32', 2.9, '2'],
    ['i32', NaN, '0'],
    ['bool', 0, '0'],
    ['bool', -0, '0'],
    ['bool', 0.5, '1'],
    ['bool', NaN, '1'],
  ] as const)('%s %d', (dtype, value, text) => {
    expect(cLiteral(dtype, value)).toBe(text);
  });
});

test.each([
  ['after a minus', 's := neg(-2);', 's[0] = -(-2.0f);'],
  ['after a difference', 's := s - -2;', 's[0] = s[0] - -2.0f;'],
  ['as a base', 's := -2 * s;', 's[0] = -2.0f * s[0];'],
  ['a minus of a minus', 's := neg(neg(s));', 's[0] = -(-s[0]);'],
  ['a minus of zero', 's := neg(-0);', 's[0] = -(-0.0f);'],
  ['the least integer', 'n := neg(-2147483648);', 'n[0] = -(-2147483647 - 1);'],
])('a negative literal %s', (_, body, c) => {
  expect(bodyInC('s: f32, n: i32', body)).toBe(c);
});
