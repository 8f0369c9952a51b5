import { describe, expect, test } from 'vitest';
import { at, loopVar } from '../../../compiler/core/index-expr.ts';
import { tensorNode } from '../../../compiler/core/tensor-node.ts';
import { block, declare, forLoop, type Program, read, write } from '../../../compiler/loop/ir.ts';
import { inlineVirtual } from '../../../compiler/passes/inline-virtual.ts';
import type { Span } from '../../../compiler/support/source.ts';
import { laidOut, through } from '../../support/loop-text.ts';
import { copied, setting } from './inline-setting.ts';

const run = through(inlineVirtual, setting);

const summed = 'local t: f32[3]; zero_out t; for b < 3 { for i < 4 { t[b] += w[b, i]; } }';

describe('a formula goes where it is read', () => {
  test.each<[title: string, before: string, after: string]>([
    [
      'a copy',
      copied('for i < 4 { y[i] := relu(t[i]); }'),
      'for i < 4 { y[i] := relu(x[i] * 2); }',
    ],
    [
      'with the subscript of the read',
      copied('for i < 3 { y[i] := t[-1*i + 3]; }'),
      'for i < 3 { y[i] := x[-1*i + 3] * 2; }',
    ],
    ['at a fixed cell', copied('s := t[1];'), 's := x[1] * 2;'],
    ['at a static index', copied('s := t[batch];'), 's := x[batch] * 2;'],
    [
      'also in index values',
      'local t: f32[4]; for i < 4 { t[i] := f32(i); } for i < 3 { y[i] := t[i + 1]; }',
      'for i < 3 { y[i] := f32(index(i + 1)); }',
    ],
    [
      'transposed',
      'local t: f32[4, 3]; for i < 4 { for j < 3 { t[i, j] := w[j, i]; } } for j < 3 { for i < 4 { y[i] += t[i, j]; } }',
      'for j < 3 { for i < 4 { y[i] += w[j, i]; } }',
    ],
    [
      'along an axis of one cell',
      'local t: f32[1, 4]; for i < 4 { t[0, i] := x[i]; } for i < 4 { y[i] := t[0, i]; }',
      'for i < 4 { y[i] := x[i]; }',
    ],
    [
      'along an axis of one cell that a loop walks',
      'local t: f32[1, 4]; for a < 1 { for i < 4 { t[a, i] := u[a, i]; } } for i < 4 { y[i] := t[0, i]; }',
      'for i < 4 { y[i] := u[0, i]; }',
    ],
    [
      'a chain, into its last reader',
      'local t: f32[4]; local v: f32[4]; for i < 4 { t[i] := x[i]; } for i < 4 { v[i] := t[i] + 1; } for i < 4 { y[i] := v[i]; }',
      'for i < 4 { y[i] := x[i] + 1; }',
    ],
    [
      'to each of two readers, when it is cheap',
      copied('for i < 4 { y[i] := t[i]; } for i < 4 { z[i] := t[i]; }'),
      'for i < 4 { y[i] := x[i] * 2; } for i < 4 { z[i] := x[i] * 2; }',
    ],
    [
      'inside a loop',
      'for k < 2 { local t: f32[4]; for i < 4 { t[i] := x[i]; } for i < 4 { y[i] += t[i]; } }',
      'for k < 2 { for i < 4 { y[i] += x[i]; } }',
    ],
  ])('%s', (_, before, after) => {
    expect(run(before)).toBe(laidOut(after, setting));
  });
});

describe('a reduction becomes a scalar and a loop before its reader', () => {
  const sumAt = (b: string, name = 't'): string =>
    `local ${name}: f32 := 0; for i < 4 { ${name} += w[${b}, i]; }`;

  test.each<[title: string, before: string, after: string]>([
    [
      'once for each cell',
      `${summed} for b < 3 { y[b] := relu(t[b]); }`,
      `for b < 3 { ${sumAt('b')} y[b] := relu(t); }`,
    ],
    [
      'once for all reads of a cell',
      `${summed} for b < 2 { y[b] := t[b] * t[b]; }`,
      `for b < 2 { ${sumAt('b')} y[b] := t * t; }`,
    ],
    [
      'once for each of two cells',
      `${summed} for b < 2 { y[b] := t[b] - t[b + 1]; }`,
      `for b < 2 { ${sumAt('b')} ${sumAt('b + 1', 't2')} y[b] := t - t2; }`,
    ],
    ['into a sum', `${summed} for b < 3 { s += t[b]; }`, `for b < 3 { ${sumAt('b')} s += t; }`],
    [
      'of a constant',
      'local t: f32[3]; zero_out t; for b < 3 { for i < 4 { t[b] += 1; } } for b < 3 { y[b] := t[b]; }',
      'for b < 3 { local t: f32 := 0; for i < 4 { t += 1; } y[b] := t; }',
    ],
    [
      'that starts elsewhere',
      'local t: f32[3]; fill t, -Infinity; for b < 3 { for i < 4 { t[b] max= w[b, i]; } } for b < 3 { y[b] := t[b]; }',
      'for b < 3 { local t: f32 := -Infinity; for i < 4 { t max= w[b, i]; } y[b] := t; }',
    ],
    [
      'over no loops at all',
      'local t: f32[4]; zero_out t; for i < 4 { t[i] -= x[i]; } for i < 4 { y[i] := t[i]; }',
      'for i < 4 { local t: f32 := 0; t -= x[i]; y[i] := t; }',
    ],
    [
      'with its inputs',
      `local q: f32[3, 4]; for b < 3 { for i < 4 { q[b, i] := w[b, i] * x[i]; } }
       ${summed.replaceAll('w[', 'q[')} for b < 3 { y[b] := t[b]; }`,
      'for b < 3 { local t: f32 := 0; for i < 4 { t += w[b, i] * x[i]; } y[b] := t; }',
    ],
  ])('%s', (_, before, after) => {
    expect(run(before)).toBe(laidOut(after, setting));
  });
});

test('an array that has lost readers is weighed again', () => {
  const body = `local v: f32[3, 4]; local t: f32[4]; for i < 4 { t[i] := exp(x[i]); }
    for b < 3 { for i < 4 { v[b, i] := t[i] * w[b, i]; } } s := v[1, 2];`;
  expect(run(body)).toBe('s := exp(x[2]) * w[1, 2];');
});

test('stays: recomputing would cost more than storing', () => {
  const body =
    'local t: f32[4]; for i < 4 { t[i] := exp(x[i]); } for j < 3 { for i < 4 { y[i] += t[i] * w[j, i]; } }';
  expect(run(body)).toBe(laidOut(body, setting));
});

test('what takes the place of a read has the places of both', () => {
  const span = (start: number): Span => ({
    source: { locate: () => ({ file: '', line: 1, column: 1, text: '' }) },
    start,
    end: start,
  });
  const [defined, used] = [span(1), span(2)];
  const [x, t, y] = ['x', 't', 'y'].map(name => tensorNode(name, 'f32', [4]));
  if (!x || !t || !y) throw new Error('no nodes');
  const [i, j] = [loopVar('i'), loopVar('j')];
  const program: Program = {
    name: 'p',
    symbols: [],
    params: [x, y],
    scratch: [],
    body: block([
      declare(t),
      forLoop(i, 4, write(t, [at(i)], read(x, [at(i)], [defined]))),
      forLoop(j, 4, write(y, [at(j)], read(t, [at(j)], [used]))),
    ]),
  };
  expect(inlineVirtual.run(program).body).toMatchObject({
    kind: 'for',
    body: { value: { node: x, origins: [defined, used] } },
  });
});
