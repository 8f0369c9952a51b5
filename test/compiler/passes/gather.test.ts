/** What the passes do and leave alone where subscripts are computed. */
import { describe, expect, test } from 'vitest';
import { accumulateInRegisters } from '../../../compiler/passes/accumulate-in-registers.ts';
import { contractFma } from '../../../compiler/passes/contract-fma.ts';
import { dropDead } from '../../../compiler/passes/drop-dead.ts';
import { inlineConstants } from '../../../compiler/passes/inline-constants.ts';
import { inlineVirtual } from '../../../compiler/passes/inline-virtual.ts';
import { placeLocals } from '../../../compiler/passes/place-locals.ts';
import { simplify } from '../../../compiler/passes/simplify.ts';
import type { Pass } from '../../../compiler/passes/pipeline.ts';
import { laidOut, type Setting, through } from '../../support/loop-text.ts';

const setting: Setting = { device: 'x: f32[4], y: f32[4], n: f32[4], z: f32[4, 4], s: f32' };

describe('changes', () => {
  test.each<[title: string, pass: Pass, before: string, after: string]>([
    [
      'positions are computed where they are used',
      inlineVirtual,
      'local t: f32[4]; for i < 4 { t[i] := n[i] - 1; } for i < 4 { y[i] := x[at(t[i])]; }',
      'for i < 4 { y[i] := x[at(n[i] - 1)]; }',
    ],
    [
      'and so are those of a scatter',
      inlineVirtual,
      'local t: f32[4]; for i < 4 { t[i] := n[i] - 1; } for i < 4 { y[at(t[i])] += x[i]; }',
      'for i < 4 { y[at(n[i] - 1)] += x[i]; }',
    ],
    [
      'what is gathered is gathered where it is used',
      inlineVirtual,
      `local t: f32[4, 4];
       for i < 4 { for j < 4 { t[i, j] := z[at(n[i]), j]; } }
       for j < 4 { for i < 4 { y[j] += t[i, j] * x[i]; } }`,
      'for j < 4 { for i < 4 { y[j] += z[at(n[i]), j] * x[i]; } }',
    ],
    [
      'subscripts are simplified',
      simplify,
      'for i < 4 { y[at(1 * n[i])] += x[at(n[i] + -0)]; }',
      'for i < 4 { y[at(n[i])] += x[at(n[i])]; }',
    ],
    [
      'a scatter to what nobody reads goes',
      dropDead,
      'local t: f32[4]; zero_out t; for i < 4 { t[at(n[i])] += x[i]; }',
      '',
    ],
    [
      'a sum of what is gathered is kept in a scalar',
      accumulateInRegisters,
      'for i < 4 { z[0, 0] += x[at(n[i])]; }',
      'local z_sum: f32 := z[0, 0]; for i < 4 { z_sum += x[at(n[i])]; } z[0, 0] := z_sum;',
    ],
    [
      'an array that only a scatter and its position need is declared there',
      placeLocals,
      `local t: f32[4]; local u: f32[4];
       for i < 4 { y[i] := 1; }
       zero_out u;
       zero_out t;
       for i < 4 { t[at(u[i])] += 1; }
       for i < 4 { y[i] := t[at(n[i])]; }`,
      `for i < 4 { y[i] := 1; }
       local u: f32[4];
       zero_out u;
       local t: f32[4];
       zero_out t;
       for i < 4 { t[at(u[i])] += 1; }
       for i < 4 { y[i] := t[at(n[i])]; }`,
    ],
  ])('%s', (_, pass, before, after) => {
    expect(through(pass, setting)(before)).toBe(laidOut(after, setting));
  });
});

describe('leaves alone', () => {
  test.each<[reason: string, pass: Pass, body: string]>([
    [
      'an array that is gathered from has to have cells',
      inlineVirtual,
      'local t: f32[4]; for i < 4 { t[i] := x[i] * 2; } for i < 4 { y[i] := t[at(n[i])]; }',
    ],
    [
      'a constant array is 0 outside',
      inlineConstants,
      'local t: f32[4]; fill t, 2; for i < 4 { y[i] := t[at(n[i])]; }',
    ],
    [
      'an array that is scattered to has no formula',
      inlineVirtual,
      'local t: f32[4]; zero_out t; for i < 4 { t[at(n[i])] += x[i]; } for i < 4 { y[i] := t[i]; }',
    ],
    [
      'nor has one that is written, then scattered to',
      inlineVirtual,
      `local t: f32[4]; for i < 4 { t[i] := x[i]; }
       for i < 4 { t[at(n[i])] += 1; } for i < 4 { y[i] := t[i]; }`,
    ],
    [
      'what is gathered from changes in between',
      inlineVirtual,
      'local t: f32[4]; for i < 4 { t[i] := x[at(n[i])]; } zero_out x; for i < 4 { y[i] := t[i]; }',
    ],
    [
      'positions change in between',
      inlineVirtual,
      'local t: f32[4]; for i < 4 { t[i] := x[at(n[i])]; } zero_out n; for i < 4 { y[i] := t[i]; }',
    ],
    [
      'a scatter may change what the formula reads',
      inlineVirtual,
      `local t: f32[4]; for i < 4 { t[i] := x[i] * 2; }
       for i < 4 { x[at(n[i])] += 1; } for i < 4 { y[i] := t[i]; }`,
    ],
    [
      'the statement that reads may change another cell that the formula gathers',
      inlineVirtual,
      'local t: f32[4]; for i < 4 { t[i] := x[at(n[i])]; } for i < 4 { x[i] -= t[i]; }',
    ],
    [
      'the statement that reads scatters to what the formula reads',
      inlineVirtual,
      'local t: f32[4]; for i < 4 { t[i] := x[i] * 2; } for i < 4 { x[at(n[i])] -= t[i]; }',
    ],
    [
      'a fill before a scatter is not overwritten',
      dropDead,
      'zero_out y; for i < 4 { y[at(n[i])] += x[i]; }',
    ],
    [
      'a fill before a gather is read',
      dropDead,
      'zero_out x; for i < 4 { y[i] := x[at(n[i])]; } for i < 4 { x[i] := 1; }',
    ],
    [
      'a sum that is gathered from on its way',
      accumulateInRegisters,
      'for i < 4 { x[0] += x[at(n[i])]; }',
    ],
    [
      'a sum at positions',
      accumulateInRegisters,
      'for i < 4 { for j < 4 { y[at(n[i])] += x[j]; } }',
    ],
    ['a product that is scattered', contractFma, 'for i < 4 { y[at(n[i])] += x[i] * x[i]; }'],
  ])('%s', (_, pass, body) => {
    expect(through(pass, setting)(body)).toBe(laidOut(body, setting));
  });
});
