import { describe, expect, test } from 'vitest';
import { contractFma } from '../../../compiler/passes/contract-fma.ts';
import { laidOut, programOf, type Setting, through } from '../../support/loop-text.ts';
import { outputsOf } from '../../support/run-program.ts';

/** Two roundings or one: of numbers that have room, the results are close. */
const same = (a: number, b: number): boolean =>
  Object.is(a, b) || Math.abs(a - b) <= 1e-6 * Math.abs(a) || !Number.isFinite(a + b);

const setting: Setting = {
  device: 'a: f32, b: f32, c: f32, d: f32, y: f32, g: f64, h: f64',
  symbols: 'step',
  same,
};
const run = through(contractFma, setting);

describe('a product goes into the sum that takes it', () => {
  test.each<[before: string, after: string]>([
    ['y := a * b + c;', 'y := fma(a, b, c);'],
    ['y := c + a * b;', 'y := fma(a, b, c);'],
    ['y := c - a * b;', 'y := fma(neg(a), b, c);'],
    ['y := a * b - c;', 'y := fma(a, b, neg(c));'],
    ['y := c - 2 * b;', 'y := fma(-2, b, c);'],
    ['y := c - a * 2;', 'y := fma(neg(a), 2, c);'],
    ['y := a * b + c * d;', 'y := fma(a, b, c * d);'],
    ['y := a * b - c * d;', 'y := fma(neg(c), d, a * b);'],
    ['y := a * b + c + a * d;', 'y := fma(a, d, fma(a, b, c));'],
    ['y := relu(a * b + c) * d;', 'y := relu(fma(a, b, c)) * d;'],
    ['y := (a * b + c) * d + a;', 'y := fma(fma(a, b, c), d, a);'],
    ['y += a * b;', 'y := fma(a, b, y);'],
    ['for i < 3 { y += a * b; }', 'for i < 3 { y := fma(a, b, y); }'],
    ['y += a * b + c;', 'y += fma(a, b, c);'],
    ['g := g * h + 1;', 'g := fma(g, h, 1);'],
    ['g += g * h;', 'g := fma(g, h, g);'],
  ])('%s', (before, after) => {
    expect(run(before)).toBe(laidOut(after, setting));
  });
});

describe('stays', () => {
  test.each<[body: string, reason: string]>([
    ['y := a * b;', 'there is no sum'],
    ['y := a + b;', 'there is no product'],
    ['y := a / b + c;', 'a quotient is no product'],
    ['y := max(a * b, c);', 'a maximum is no sum'],
    ['y := relu(a * b) + c;', 'the product goes elsewhere first'],
    ['y := f32(f64(a * b)) + c;', 'a cast rounds the product'],
    ['y := fma(a, b, c);', 'it is fused'],
    ['y -= a * b;', 'only sums accumulate so'],
    ['y max= a * b;', 'a maximum is no sum'],
    ['y += a;', 'there is no product'],
    ['y := f32(step * step + step);', 'integers do not round'],
    ['local n: i32 := 3; n += step * step; y := f32(n);', 'integers do not round'],
    ['y := f32((a < b) * (b < c) + (a < c));', 'bools do not round'],
  ])('%s %s', body => {
    expect(run(body)).toBe(laidOut(body, setting));
  });
});

describe('rounding', () => {
  /** What `y` becomes without and with the pass, for `a = 1 + 2**-12`. */
  function results(body: string): readonly (number | undefined)[] {
    const before = programOf('a: f32, y: f32', body);
    const input = () => Float32Array.of(1 + 2 ** -12);
    return [before, contractFma.run(before)].map(p => outputsOf(p, 0, input).get('y')?.[0]);
  }

  test.each<[body: string, twice: number, once: number]>([
    ['y := a * a - 1;', 2 ** -11, 2 ** -11 + 2 ** -24],
    ['y := 1 - a * a;', -(2 ** -11), -(2 ** -11) - 2 ** -24],
    ['y := a * a + -1;', 2 ** -11, 2 ** -11 + 2 ** -24],
    ['y := -1; y += a * a;', 2 ** -11, 2 ** -11 + 2 ** -24],
  ])('%s is rounded twice before, once after', (body, twice, once) => {
    expect(results(body)).toEqual([twice, once]);
  });

  test('what one product loses shows where another is taken away', () => {
    expect(results('y := a * a - a * a;')).toEqual([0, -(2 ** -24)]);
  });

  test.each(['y := -0 - 0 * a;', 'y := 0 - 0 * a;', 'y := 0 * a - 0;', 'y := -0 + 0 * a;'])(
    '%s keeps the sign of zero',
    body => {
      const [before, after] = results(body);
      expect(before === 0 && Object.is(before, after), `${before} and ${after}`).toBe(true);
    },
  );
});
