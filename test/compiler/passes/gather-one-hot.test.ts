import { describe, expect, test } from 'vitest';
import { gatherOneHot } from '../../../compiler/passes/gather-one-hot.ts';
import { laidOut, type Setting, through } from '../../support/loop-text.ts';

const setting: Setting = {
  device:
    'x: f32[4], y: f32[4], n: f32[3], i: i32[3], z: f32[4, 4], w: f32[5], s: f32, hot: f32[4]',
  // A row that is not selected may hold NaN or an infinity; the sign of a sum of zeros may change.
  same: (a, b) => Object.is(a, b) || Number.isNaN(a) || (a === 0 && b === 0),
};
const exact: Setting = { ...setting, same: (a, b) => Object.is(a, b) || (a === 0 && b === 0) };
const run = through(gatherOneHot, setting);

const is = 'f32(n[b] == f32(k))';

describe('looking for a position becomes a computed subscript', () => {
  test.each<[title: string, before: string, after: string]>([
    [
      'in a read',
      `for b < 3 { for k < 4 { y[b] += ${is} * x[k]; } }`,
      'for b < 3 { y[b] += x[at(n[b])]; }',
    ],
    [
      'the other way round',
      'for b < 3 { for k < 4 { y[b] += x[k] * f32(f32(k) == n[b]); } }',
      'for b < 3 { y[b] += x[at(n[b])]; }',
    ],
    [
      'in a write',
      `for k < 4 { for b < 3 { y[k] += x[b] * ${is}; } }`,
      'for b < 3 { y[at(n[b])] += x[b]; }',
    ],
    [
      'in both',
      `for b < 3 { for k < 4 { y[k] += ${is} * x[k]; } }`,
      'for b < 3 { y[at(n[b])] += x[at(n[b])]; }',
    ],
    [
      'counting',
      `for b < 3 { for k < 4 { y[k] += ${is} * 1; } }`,
      'for b < 3 { y[at(n[b])] += 1; }',
    ],
    [
      'among other factors, which stay',
      `for b < 3 { for k < 4 { for d < 4 { y[d] += 2 * (z[k, d] * ${is}) * w[d]; } } }`,
      'for b < 3 { for d < 4 { y[d] += 2 * z[at(n[b]), d] * w[d]; } }',
    ],
    [
      'in integers',
      'for b < 3 { for k < 4 { y[b] += f32(k == i[b]) * x[k]; } }',
      'for b < 3 { y[b] += x[at(i[b])]; }',
    ],
    [
      'of what is computed',
      'for b < 3 { for k < 4 { y[b] += f32(n[b] + 1 == f32(k)) * x[k]; } }',
      'for b < 3 { y[b] += x[at(n[b] + 1)]; }',
    ],
    [
      'twice in one array',
      `for b < 3 { for k < 4 { y[b] += ${is} * z[k, k]; } }`,
      'for b < 3 { y[b] += z[at(n[b]), at(n[b])]; }',
    ],
    [
      'by an array that is read often',
      `local h: f32[3, 4]; for b < 3 { for k < 4 { h[b, k] := ${is}; } }
       for b < 3 { for d < 4 { for k < 4 { y[d] += h[b, k] * z[k, d]; } } }`,
      `local h: f32[3, 4]; for b < 3 { for k < 4 { h[b, k] := ${is}; } }
       for b < 3 { for d < 4 { y[d] += z[at(n[b]), d]; } }`,
    ],
  ])('%s', (_, before, after) => {
    expect(run(before)).toBe(laidOut(after, setting));
  });

  test.each<[title: string, before: string, after: string]>([
    [
      'a choice is exact',
      `for b < 3 { for k < 4 { y[b] += where(n[b] == f32(k), x[k], 0); } }`,
      'for b < 3 { y[b] += x[at(n[b])]; }',
    ],
    [
      'also through arrays',
      `local r: f32[4]; for k < 4 { r[k] := f32(k); }
       local e: f32[3, 4]; for b < 3 { for k < 4 { e[b, k] := f32(r[k] == n[b]); } }
       local c: f32[3, 4]; for b < 3 { for k < 4 { c[b, k] := where(bool(e[b, k]), x[k], 0); } }
       for b < 3 { for k < 4 { y[b] += c[b, k]; } }`,
      `local r: f32[4]; for k < 4 { r[k] := f32(k); }
       local e: f32[3, 4]; for b < 3 { for k < 4 { e[b, k] := f32(r[k] == n[b]); } }
       local c: f32[3, 4]; for b < 3 { for k < 4 { c[b, k] := where(bool(e[b, k]), x[k], 0); } }
       for b < 3 { y[b] += x[at(n[b])]; }`,
    ],
  ])('%s', (_, before, after) => {
    expect(through(gatherOneHot, exact)(before)).toBe(laidOut(after, exact));
  });
});

describe('stays', () => {
  test.each<[reason: string, body: string]>([
    ['the loop ends before the axis', `for b < 3 { for k < 4 { y[b] += ${is} * w[k]; } }`],
    ['the loop is shifted', `for b < 3 { for k < 4 { y[b] += ${is} * w[k + 1]; } }`],
    ['the loop is a value besides', `for b < 3 { for k < 4 { y[b] += ${is} * x[k] * f32(k); } }`],
    [
      'nothing is read there, so outside is not 0',
      `for b < 3 { for k < 4 { y[b] += ${is} * 1; } }`,
    ],
    [
      'what is read goes through a function',
      `for b < 3 { for k < 4 { y[b] += ${is} * exp(x[k]); } }`,
    ],
    ['the greatest is no sum', `for b < 3 { for k < 4 { y[b] max= ${is} * x[k]; } }`],
    ['a difference', `for b < 3 { for k < 4 { y[b] -= ${is} * x[k]; } }`],
    ['another comparison', 'for b < 3 { for k < 4 { y[b] += f32(n[b] < f32(k)) * x[k]; } }'],
    [
      'a choice with another value',
      `for b < 3 { for k < 4 { y[b] += where(n[b] == f32(k), x[k], 1); } }`,
    ],
    [
      'the position changes on the way',
      'for b < 3 { for k < 4 { n[b] += f32(n[b] == f32(k)) * x[k]; } }',
    ],
    ['the position depends on the loop', 'for k < 4 { s += f32(x[k] == f32(k)) * x[k]; }'],
    ['another statement', `for b < 3 { for k < 4 { y[b] += ${is} * x[k]; s += 1; } }`],
    [
      'what the array says has changed',
      `local h: f32[3, 4]; for b < 3 { for k < 4 { h[b, k] := ${is}; } } zero_out n;
       for b < 3 { for d < 4 { for k < 4 { y[d] += h[b, k] * z[k, d]; } } }`,
    ],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });
});
