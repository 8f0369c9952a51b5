/** When a formula is worth the same where it is read, and when an array has one formula at all. */
import { describe, expect, test } from 'vitest';
import { inlineVirtual } from '../../../compiler/passes/inline-virtual.ts';
import { laidOut, through } from '../../support/loop-text.ts';
import { copied, setting } from './inline-setting.ts';

const run = through(inlineVirtual, setting);

describe('an input may change', () => {
  test.each<[title: string, then: string]>([
    ['after the last read', 'for i < 4 { y[i] := t[i]; } zero_out x;'],
    ['in a later loop', 'for i < 4 { y[i] := t[i]; } for i < 4 { x[i] := y[i]; }'],
    ['by the statement that reads, in the cell it reads', 'for i < 4 { x[i] -= t[i]; }'],
    ['by the statement that reads, written', 'for i < 4 { x[i] := t[i] + x[i]; }'],
  ])('%s', (_, then) => {
    const after = then.replace('t[i]', 'x[i] * 2');
    expect(run(copied(then))).toBe(laidOut(after, setting));
  });

  test('before it is read there', () => {
    const body = copied('for i < 4 { y[i] := t[i]; }').replace('t[4];', 't[4]; zero_out x;');
    expect(run(`zero_out x; ${body}`)).not.toContain('t[');
  });
});

describe('stays: an input changes in between', () => {
  test.each<[reason: string, then: string]>([
    ['a fill', 'zero_out x; for i < 4 { y[i] := t[i]; }'],
    ['a write', 'x[0] := 1; for i < 4 { y[i] := t[i]; }'],
    ['a sum', 'for i < 4 { x[i] += 1; } for i < 4 { y[i] := t[i]; }'],
    ['before the second of two reads', 's := t[0]; zero_out x; y[0] := t[1];'],
    ['by another statement in the loop of the read', 'for i < 4 { x[i] := 1; y[i] := t[i]; }'],
    ['by another statement behind it there', 'for i < 4 { y[i] := t[i]; x[i] := 1; }'],
    ['by the statement that reads, in another cell', 'for i < 3 { x[i + 1] -= t[i]; }'],
    ['by the statement that reads, in other cells too', 'for i < 4 { x[i] := t[-1*i + 3]; }'],
    ['by the statement that reads, which runs again', 'for k < 2 { for i < 4 { x[i] -= t[i]; } }'],
  ])('%s', (_, then) => {
    const body = copied(then);
    expect(run(body)).toBe(laidOut(body, setting));
  });

  test.each<[reason: string, input: string, store: string]>([
    ['in another cell', 'w[b, i]', 'w[b, 0]'],
    ['in its own cell, though that would be safe', 'z[b]', 'z[b]'],
  ])('by the statement that reads a reduction, %s', (_, input, store) => {
    const body = `local t: f32[3]; zero_out t; for b < 3 { for i < 4 { t[b] += ${input}; } }
      for b < 3 { ${store} -= t[b]; }`;
    expect(run(body)).toBe(laidOut(body, setting));
  });
});

describe('stays: no one formula holds for all cells at all reads', () => {
  test.each<[reason: string, body: string]>([
    ['an array on the device', 'for i < 4 { x[i] := z[i]; } for i < 4 { y[i] := x[i]; }'],
    ['two writes', copied('t[0] := 1; for i < 4 { y[i] := t[i]; }')],
    ['a write of some cells', 'local t: f32[4]; for i < 3 { t[i] := x[i]; } s := t[0];'],
    ['a write with an offset', 'local t: f32[4]; for i < 3 { t[i + 1] := x[i]; } s := t[1];'],
    ['a write of the diagonal', 'local t: f32[4, 4]; for i < 4 { t[i, i] := x[i]; } s := t[1, 1];'],
    ['a write of one cell', 'local t: f32[4]; t[1] := x[0]; s := t[1];'],
    [
      'a write that later runs of a loop repeat',
      'local t: f32[4]; for k < 3 { for i < 4 { t[i] := w[k, i]; } } for i < 4 { y[i] := t[i]; }',
    ],
    [
      'a write that reads what it writes',
      'local t: f32[4]; for i < 4 { t[i] := t[i] + x[i]; } s := t[0];',
    ],
    [
      'a nest with another statement',
      'local t: f32[4]; for i < 4 { s := 1; t[i] := x[i]; } s := t[0];',
    ],
    ['a sum without a fill', 'local t: f32; for i < 4 { t += x[i]; } s := t;'],
    [
      'two sums after a fill',
      'local t: f32; zero_out t; for i < 4 { t += x[i]; } for i < 4 { t += z[i]; } s := t;',
    ],
    ['a sum after a write', 'local t: f32 := 1; for i < 4 { t += x[i]; } s := t;'],
    [
      'a sum that its fill does not always precede',
      'local t: f32; zero_out t; for k < 2 { s := 1; for i < 4 { t += x[i]; } s := t; }',
    ],
    ['a sum of some cells', 'local t: f32[4]; zero_out t; for i < 3 { t[i] += x[i]; } s := t[3];'],
    [
      'a read between the fill and the sum',
      'local t: f32; zero_out t; s := t; for i < 4 { t += x[i]; } s := t;',
    ],
    [
      'a read of an earlier run',
      'local t: f32[4]; for k < 2 { s := t[0]; for i < 4 { t[i] := x[i]; } }',
    ],
    [
      'a read outside the loop that computes it',
      'local t: f32[4]; for k < 3 { s := 1; for i < 4 { t[i] := w[k, i]; } } y[0] := t[0];',
    ],
    ['a fill that is all there is, for a constant is another pass’s', 'fill x, 1; s := x[0];'],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });
});
