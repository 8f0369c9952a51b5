/** Turns that vectors reach back over run again, and must do what they did. */
import { expect, test } from 'vitest';
import { tileRegisters } from '../../../../compiler/passes/tile-registers.ts';
import { vectorise } from '../../../../compiler/passes/vectorise.ts';
import { type Setting, through } from '../../../support/loop-text.ts';
import { smallTarget } from '../../../support/small-target.ts';

const setting: Setting = {
  device: 'x: f32[10, 3], y: f32[10, 7], z: f32[7, 3], v: f32[10], w: f32[10]',
};
const summed = (leaf: string): string =>
  `for b < 10 { for o < 7 { local s: f32 := 0; for i < 3 { s += x[b, i] * z[o, i]; } ${leaf} } }`;

const goingOn = (cell: string, after = ''): string =>
  `for b < 10 { for o < 7 {
     local s: f32 := ${cell}; for i < 3 { s += x[b, i] * z[o, i]; } ${cell} := s; ${after}
   } }`;

// `through` compares what is computed with what was.
test.each<[title: string, pass: typeof vectorise, body: string, last: string]>([
  ['a store', vectorise, 'for i < 10 { v[i] := 2 * w[i]; }', 'v[l + 6]'],
  ['an update', vectorise, 'for i < 10 { v[i] := 2 * v[i]; }', 'v[l + 8]'],
  ['a sum', vectorise, 'for i < 10 { v[i] += w[i]; }', 'v[l + 8]'],
  ['one of several', vectorise, 'for i < 10 { v[i] := 2 * w[i]; w[i] := 1; }', 'v[l + 8]'],
  [
    'what it stored before',
    vectorise,
    'for i < 10 { v[i] := z[0, 0]; w[i] := 2 * v[i]; }',
    'v[l + 6]',
  ],
  ['what it stores later', vectorise, 'for i < 10 { w[i] := 2 * v[i]; v[i] := 1; }', 'v[l + 8]'],
  ['what another turn stored', vectorise, 'for i < 10 { v[i] := 1; w[i] := v[0]; }', 'for i < 10'],
  ['sums of a product', tileRegisters, summed('y[b, o] := s;'), 'y[b, l + 3]'],
  ['a product added', tileRegisters, summed('y[b, o] += s;'), 'y[b, 6]'],
  ['a product over itself', tileRegisters, summed('y[b, o] := s * y[b, o];'), 'y[b, 6]'],
  [
    'a sum that goes on from its cell',
    tileRegisters,
    goingOn('y[b, o]'),
    's_tile[b, l + 4] := y[b, l + 3]',
  ],
  [
    'a sum that goes on, stored and read',
    tileRegisters,
    goingOn('y[b, o]', 'y[b, o] := 2 * y[b, o];'),
    'y[b, 6]',
  ],
])('%s', (_, pass, body, last) => {
  expect(through(pass(smallTarget), setting)(body)).toContain(last);
});
