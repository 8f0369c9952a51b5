import { describe, expect, test } from 'vitest';
import { inlineConstants } from '../../../compiler/passes/inline-constants.ts';
import { laidOut, type Setting, through } from '../../support/loop-text.ts';

const setting: Setting = { device: 'x: f32[4], y: f32[4], s: f32, d: f64' };
const run = through(inlineConstants, setting);

describe('an array of one number goes', () => {
  test.each<[title: string, before: string, after: string]>([
    [
      'when a fill makes it',
      'local t: f32[4]; fill t, 2; for i < 4 { x[i] := t[i] * y[i]; }',
      'for i < 4 { x[i] := 2 * y[i]; }',
    ],
    [
      'when a write makes all its cells',
      'local t: f32[4]; for i < 4 { t[i] := 2; } for i < 4 { x[i] := t[i] * y[i]; }',
      'for i < 4 { x[i] := 2 * y[i]; }',
    ],
    ['a scalar', 'local t: f32 := 2; s := t * y[0];', 's := 2 * y[0];'],
    [
      'with all its reads',
      'local t: f32 := 2; s := t * y[0]; x[1] := t;',
      's := 2 * y[0]; x[1] := 2;',
    ],
    [
      'when it is read through any subscript',
      'local t: f32[4]; fill t, 2; for i < 3 { x[i] := t[i + 1]; }',
      'for i < 3 { x[i] := 2; }',
    ],
    [
      'and what it makes constant goes too',
      'local g: f32[1]; local h: f32[1]; fill g, 1; h[0] := g[0] / 2; for i < 4 { x[i] := h[0] * y[i]; }',
      'for i < 4 { x[i] := 0.5 * y[i]; }',
    ],
    ['rounded to its dtype', 'local t: f32 := 0.1; d := f64(t);', 'd := 0.10000000149011612;'],
    [
      'in a loop, when the reads are there',
      'for i < 4 { local t: f32 := 2; x[i] := t; }',
      'for i < 4 { x[i] := 2; }',
    ],
    ['-0 as well', 'local t: f32 := -0; s := t + y[0];', 's := y[0];'],
  ])('%s', (_, before, after) => {
    expect(run(before)).toBe(laidOut(after, setting));
  });

  test('what is around is simplified', () => {
    expect(run('s := y[0] * 1;')).toBe('s := y[0];');
  });
});

describe('stays', () => {
  test.each<[reason: string, body: string]>([
    ['an array on the device', 'fill x, 2; s := x[0];'],
    ['one that is not constant', 'local t: f32[4]; for i < 4 { t[i] := x[i]; } s := t[0];'],
    [
      'one of which not all cells are written',
      'local t: f32[4]; for i < 3 { t[i] := 2; } s := t[0];',
    ],
    ['one that is stored to twice', 'local t: f32[4]; fill t, 2; t[0] := 3; s := t[0];'],
    ['one that is filled twice', 'local t: f32; zero_out t; fill t, 1; s := t;'],
    ['one that is added to', 'local t: f32; fill t, 1; t += 1; s := t;'],
    ['one that a constant is summed to', 'local t: f32; zero_out t; for i < 4 { t += 1; } s := t;'],
    ['one that is read before', 'local t: f32; for k < 2 { s := t; t := 1; }'],
    [
      'one that is read outside the loop that fills it',
      'local t: f32; for k < 2 { fill t, 1; } s := t;',
    ],
    ['one that nobody reads', 'local t: f32 := 1; s := 1;'],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });
});
