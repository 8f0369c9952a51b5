import { describe, expect, test } from 'vitest';
import { dropDead } from '../../../compiler/passes/drop-dead.ts';
import { laidOut, type Setting, through } from '../../support/loop-text.ts';

const setting: Setting = { device: 'x: f32[4], y: f32[4], m: f32[3, 4], s: f32' };
const run = through(dropDead, setting);

describe('drops', () => {
  test.each<[title: string, before: string, after: string]>([
    [
      'an array that is never read',
      'local t: f32[4]; for i < 4 { t[i] := x[i]; } s := 1;',
      's := 1;',
    ],
    ['its sums', 'local t: f32[4]; zero_out t; for i < 4 { t[0] += x[i]; } s := 1;', 's := 1;'],
    ['a declaration alone', 'local t: f32; s := 1;', 's := 1;'],
    [
      'a scalar that is never read',
      'for i < 4 { local t: f32 := x[i]; y[i] := 1; }',
      'for i < 4 { y[i] := 1; }',
    ],
    [
      'the arrays that only such arrays read',
      'local t: f32[4]; local u: f32[4]; for i < 4 { t[i] := x[i]; } for i < 4 { u[i] := t[i]; } s := 1;',
      's := 1;',
    ],
    ['a loop of nothing', 'for i < 4 { for j < 3 { } } s := 1;', 's := 1;'],
    ['a loop that never runs', 'for i < 0 { s := 2; } s := 1;', 's := 1;'],
    ['a fill before a fill', 'zero_out y; fill y, 1;', 'fill y, 1;'],
    [
      'a fill before all cells are written',
      'zero_out y; s := 1; for i < 4 { y[i] := x[i]; }',
      's := 1; for i < 4 { y[i] := x[i]; }',
    ],
    [
      'a fill before all cells are written, often',
      'zero_out y; for i < 4 { for k < 2 { y[i] := x[i]; } }',
      'for i < 4 { for k < 2 { y[i] := x[i]; } }',
    ],
    [
      'a fill in a loop, before its own nest',
      'for k < 2 { zero_out y; for i < 4 { y[i] := x[i]; } s += y[1]; }',
      'for k < 2 { for i < 4 { y[i] := x[i]; } s += y[1]; }',
    ],
    [
      'a fill of a scalar before its value',
      'local t: f32; zero_out t; t := 1; s := t;',
      'local t: f32; t := 1; s := t;',
    ],
    [
      'a fill of a fill',
      'zero_out y; fill y, 1; for i < 4 { y[i] := x[i]; }',
      'for i < 4 { y[i] := x[i]; }',
    ],
  ])('%s', (_, before, after) => {
    expect(run(before)).toBe(laidOut(after, setting));
  });
});

describe('keeps', () => {
  test.each<[reason: string, body: string]>([
    ['what goes to the device', 'zero_out y; for i < 4 { x[i] := 1; }'],
    ['a comment', '/* nothing else */'],
    ['what is read by its own store', 'local t: f32; t := 1; for i < 4 { t := t + x[i]; }'],
    ['what is read somewhere', 'local t: f32[4]; zero_out t; for i < 4 { y[i] := t[i]; }'],
    ['a fill that is read', 'zero_out y; s := y[0]; for i < 4 { y[i] := x[i]; }'],
    ['a fill that the write reads', 'zero_out y; for i < 4 { y[i] := y[i] + x[i]; }'],
    ['a fill that is added to', 'zero_out y; for i < 4 { y[i] += x[i]; }'],
    ['a fill of which cells stay', 'zero_out y; for i < 3 { y[i] := x[i]; }'],
    ['a fill of which cells stay: an offset', 'zero_out y; for i < 3 { y[i + 1] := x[i]; }'],
    ['a fill of which cells stay: a diagonal', 'zero_out m; for i < 3 { m[i, i] := x[i]; }'],
    [
      'a fill that is read where only a part is overwritten',
      'fill y, 7; for i < 4 { y[i] := x[i]; s += y[-1*i + 3]; }',
    ],
    [
      'a fill that is read in an outer loop of the write',
      'fill m, 7; for j < 3 { for i < 4 { m[j, i] := x[i]; } for i < 4 { y[i] := m[2, i]; } }',
    ],
    [
      'a fill in a loop before a write behind it',
      'for k < 2 { zero_out y; s += 1; } for i < 4 { y[i] := x[i]; }',
    ],
    [
      'a fill that the next turn reads, before a write behind the loop',
      'for k < 2 { s += y[0]; zero_out y; } for j < 1 { for i < 4 { y[i] := x[i]; } }',
    ],
    ['a fill before a fill in a loop', 'zero_out y; for k < 2 { s += y[0]; fill y, 1; }'],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });

  test.each(['for i < 4 { y[i] := x[i]; }', 'fill y, 1;'])(
    'a fill before a loop that never runs, though the loop goes: %s',
    inner => {
      expect(run(`zero_out y; for k < 0 { ${inner} }`)).toBe('zero_out y;');
    },
  );
});
