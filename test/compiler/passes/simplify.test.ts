import { describe, expect, test } from 'vitest';
import type { DType } from '../../../compiler/core/dtype.ts';
import { infoOf, type Op, ops } from '../../../compiler/core/op.ts';
import { printNumber } from '../../../compiler/loop/print-expr.ts';
import { simplify } from '../../../compiler/passes/simplify.ts';
import { programOf, through } from '../../support/loop-text.ts';
import { cornersFor, difference, outputsOf } from '../../support/run-program.ts';

const run = through(simplify, { device: 'x: f32, y: f32, z: f32, d: f64', symbols: 'step' });

/** Of the expression stored in `z`. */
const simplified = (text: string): string => run(`z := ${text};`).replace(/^z := (.*);$/, '$1');

describe('constants are folded, as the device would round them', () => {
  test.each([
    ['1 + 2', '3'],
    ['2 * 3 + 4', '10'],
    ['16777216 + 1', '16777216'],
    ['0.1 + 0.2', '0.3'],
    ['1 / 3', '0.33333334'],
    ['f32(1:f64 / 3:f64)', '0.33333334'],
    ['f32(0.1:f64 + 0.2:f64)', '0.3'],
    ['1 / 0', 'Infinity'],
    ['0 / 0', 'NaN'],
    ['0 * -1', '-0'],
    ['3e38 * 10', 'Infinity'],
    ['relu(neg(2))', '0'],
    ['max(1, 2)', '2'],
    ['fma(4097, 4097, -16785408)', '1'],
    ['where(1:f32 < 2, 3, 4)', '3'],
    ['f32(2:f32 < 1)', '0'],
    ['f32(7:i32 / 2)', '3'],
    ['f32(f64(0.1:f32) - 0.1)', '1.4901161e-9'],
    ['f32(2:bool)', '1'],
    ['f32(i32(2.9:f32))', '2'],
  ])('%s is %s', (text, result) => {
    expect(simplified(text)).toBe(result);
  });

  test('a fold of another dtype is of its own', () => {
    const inF64 = through(simplify, { device: 'd: f64' });
    expect(inF64('d := 0.1 + 0.2;')).toBe('d := 0.30000000000000004;');
    expect(inF64('d := f64(0.1:f32);')).toBe('d := 0.10000000149011612;');
  });
});

describe('rules', () => {
  test.each([
    ['x * 1', 'x'],
    ['1 * x', 'x'],
    ['x / 1', 'x'],
    ['x ** 1', 'x'],
    ['x - 0', 'x'],
    ['x + -0', 'x'],
    ['-0 + x', 'x'],
    ['max(x, -Infinity)', 'x'],
    ['min(x, Infinity)', 'x'],
    ['x + neg(y)', 'x - y'],
    ['x - neg(y)', 'x + y'],
    ['neg(neg(x))', 'x'],
    ['x / 4', 'x * 0.25'],
    ['x / -0.5', 'x * -2'],
    ['x ** 2', 'x * x'],
    ['where(1, x, y)', 'x'],
    ['where(0, x, y)', 'y'],
    ['where(0.5, x, y)', 'x'],
    ['relu(1 * x) * (2 / 4) + -0', 'relu(x) * 0.5'],
    ['x - neg(neg(neg(y)))', 'x + y'],
    ['x ** (1 + 1)', 'x * x'],
    ['x / (2 * 2)', 'x * 0.25'],
    ['f32(f64(x * 1))', 'f32(f64(x))'],
    ['where(x * 1 < y, x - 0, 2 + 2)', 'where(x < y, x, 4)'],
  ])('%s becomes %s', (text, result) => {
    expect(simplified(text)).toBe(result);
  });

  test.each([
    ['x + 0', 'it turns -0 into 0'],
    ['0 + x', 'it turns -0 into 0'],
    ['x - -0', 'it turns -0 into 0'],
    ['0 - x', 'it is 0 where neg(x) is -0'],
    ['x - x', 'NaN - NaN is NaN'],
    ['0 * x', 'it is NaN for infinities'],
    ['x * -1', 'no rule, though neg(x) is the same'],
    ['1 / x', '1 is no identity on the left'],
    ['1 ** x', 'folding one operand would need a rule'],
    ['x ** 0', 'no rule, though it is 1'],
    ['max(x, x)', 'no rule'],
    ['max(-Infinity, x)', 'max does not say that it commutes'],
    ['x / 3', 'a third is not exact'],
    ['x / 0', 'its reciprocal is infinite'],
    ['x * 2 * 3', 'regrouping rounds elsewhere'],
    ['x + 1 + 2', 'regrouping rounds elsewhere'],
    ['neg(x) + y', 'the sum would have to turn around'],
    ['where(x < x, y, y)', 'no rule'],
    ['f32(step) * f32(step)', 'nothing to do'],
  ])('%s stays: %s', text => {
    expect(simplified(text)).toBe(text);
  });
});

test.each([
  ['2 ** 125 has a normal reciprocal', 2 ** 125, 'x * 2.3509887e-38'],
  ['2 ** -125 too', 2 ** -125, 'x * 4.2535296e+37'],
  ['2 ** 126 stays, to be safe', 2 ** 126, 'x / 8.507059e+37'],
  ['2 ** -126 stays, to be safe', 2 ** -126, 'x / 1.1754944e-38'],
  ['the neighbour of a power stays', 4 + 2 ** -21, 'x / 4.0000005'],
])('%s', (_, divisor, result) => {
  expect(simplified(`x / ${divisor}`)).toBe(result);
});

test('every statement with an expression is simplified, in loops too', () => {
  expect(
    run('/* c */ local t: f32; fill t, 1; for i < 2 { t := 1 + 1; t *= x * 1; } z := t;'),
  ).toBe(
    [
      '/* c */',
      'local t: f32;',
      'fill t, 1;',
      'for i < 2 {',
      '  t := 2;',
      '  t *= x;',
      '}',
      'z := t;',
    ].join('\n'),
  );
});

describe('zeros keep their sign', () => {
  test.each(['x + 0', 'x + -0', 'x - 0', 'x - -0', '0 - x', 'neg(x)', '0 * x', 'x * 1'])(
    '%s for x = -0',
    text => {
      const before = programOf('x: f32, z: f32', `z := ${text};`);
      const after = simplify.run(before);
      const minusZero = () => Float32Array.of(-0);
      const results = [before, after].map(p => outputsOf(p, 0, minusZero).get('z')?.[0]);
      expect(Object.is(results[0], results[1]), results.join(' is not ')).toBe(true);
    },
  );
});

describe('whatever the operand, each op with each constant keeps every bit', () => {
  const binary = (Object.keys(ops) as Op[]).filter(op => infoOf(op).arity === 2);
  const dtypes: readonly DType[] = ['f32', 'f64', 'i32', 'bool'];
  const constants = [0, -0, 1, -1, 2, -2, 0.5, 0.1, 3, 2 ** -140, 1e300, Infinity, -Infinity, NaN];

  test.each(dtypes.flatMap(dtype => binary.map(op => [op, dtype] as const)))(
    '%s in %s',
    (op, dtype) => {
      const x = dtype === 'f32' ? 'x[i]' : `${dtype}(x[i])`;
      const texts = constants
        .map(value => `${printNumber(dtype, value)}:${dtype}`)
        .flatMap(c => [`${op}(${x}, ${c})`, `${op}(${c}, ${x})`])
        .concat(`${op}(${x}, neg(${x}))`);
      const device = texts.map((_, n) => `d${n}: f64[64]`).join(', ');
      const isBool = infoOf(op).result === 'bool';
      const stores = texts.map((e, n) => `d${n}[i] := f64(${isBool ? `bool(${e})` : e});`);
      const before = programOf(`x: f32[64], ${device}`, `for i < 64 { ${stores.join('\n')} }`);
      const after = simplify.run(before);
      const [expected, actual] = [before, after].map(p => outputsOf(p, 0, cornersFor));
      if (!expected || !actual) throw new Error('no outputs');
      expect(difference(expected, actual), texts.join('\n')).toBeUndefined();
    },
  );
});
