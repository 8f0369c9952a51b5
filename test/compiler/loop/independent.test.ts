/** Which loops may run in any order, by text. */
import { expect, test } from 'vitest';
import { isIndependent } from '../../../compiler/loop/independent.ts';
import type { For } from '../../../compiler/loop/ir.ts';
import { visitStmts } from '../../../compiler/loop/traverse.ts';
import { programOf } from '../../support/loop-text.ts';

const device = 'x: f32[64], y: f32[64], m: f32[8, 8], n: i32[64]';

/** Of the outermost loop. */
function verdict(body: string): boolean {
  const loops: For[] = [];
  visitStmts(programOf(device, body).body, s => {
    if (s.kind === 'for') loops.push(s);
  });
  const [outermost] = loops;
  if (!outermost) throw new Error('no loop');
  return isIndependent(outermost);
}

test.each([
  'for i < 64 { y[i] := x[i]; }',
  'for i < 64 { y[i] += y[i] * x[i]; }',
  'for i < 32 { y[i] := y[i + 32]; }',
  'for i < 32 { y[2*i] := y[2*i + 1]; }',
  'for i < 32 { y[-2*i + 62] := y[-2*i + 63]; }',
  'for i < 8 { for j < 8 { y[8*i + j] := y[8*i + -1*j + 7]; } }',
  'for i < 8 { for j < 8 { m[i, j] := m[i, 7] + x[j]; } }',
  'for i < 64 { local t: f32 := x[i]; t += 1; y[i] := t; }',
  'for i < 8 { for j < 8 { m[i, j] := m[i, j]; m[i, 0] := 1; } }',
  'for i < 8 { for j < 64 { y[at(where(n[j] % 8 == i, n[j], -1))] += x[j]; } }',
  'for i < 8 { for j < 64 { y[at(where(x[j] - floor(x[j] * 0.125) * 8 == f32(i), x[j], -1))] += x[0]; } }',
])('independent: %s', body => {
  expect(verdict(body)).toBe(true);
});

test.each([
  'for i < 63 { y[i + 1] := y[i]; }',
  'for i < 64 { y[0] += x[i]; }',
  'for i < 33 { y[i] := y[i + 31]; }',
  'for i < 31 { y[2*i] := y[2*i + 2]; }',
  'for i < 8 { for j < 9 { y[7*i + j] := x[j]; } }',
  'for i < 8 { for j < 8 { m[j, i] := m[i, j]; } }',
  'for i < 64 { zero_out y; }',
  'for i < 8 { for j < 8 { m[j, 0] += x[i]; } }',
  'for i < 64 { y[at(n[i])] += x[i]; }',
  'for i < 64 { y[((i) / 2)] := x[i]; }',
  'for i < 8 { for j < 64 { y[at(where(n[0] % 8 == i, n[j], -1))] += x[j]; } }',
  'for i < 8 { for j < 64 { y[at(where(n[j] % 8 == i, n[j], 1))] += x[j]; } }',
  'for i < 8 { for j < 64 { y[at(where(n[j] % 8 == j, n[j], -1))] += x[j]; } }',
  'for i < 8 { for j < 64 { y[at(where(x[j] - floor(x[j] * 0.5) * 2 == f32(bool(i)), x[j], -1))] += 1; } }',
  'for i < 8 { for j < 64 { y[at(where(n[j] % 8 <= i, n[j], -1))] += x[j]; } }',
  'for i < 8 { for j < 64 { y[at(where(n[j] % 8 == i, n[j], -1))] += x[j]; y[at(where(n[j] % 9 == i, n[j], -1))] += x[j]; } }',
  'for i < 8 { for j < 64 { y[at(where(n[j] % 8 == i, n[j], -1))] += x[j]; y[8] += x[j]; } }',
])('turns need each other: %s', body => {
  expect(verdict(body)).toBe(false);
});
