import { describe, expect, test } from 'vitest';
import { accumulateInRegisters } from '../../../compiler/passes/accumulate-in-registers.ts';
import { laidOut, type Setting, through } from '../../support/loop-text.ts';

const setting: Setting = {
  device: 'x: f32[3, 4], m: f32[3], y: f32[3], g.grad: f32[3], s: f32[1], r: f32',
  symbols: 'batch : [0..2]',
};
const run = through(accumulateInRegisters, setting);

describe('a sum goes to a scalar', () => {
  test.each<[title: string, before: string, after: string]>([
    [
      'that starts from the cell',
      'for b < 3 { for i < 4 { m[b] += x[b, i]; } }',
      'for b < 3 { local m_sum: f32 := m[b]; for i < 4 { m_sum += x[b, i]; } m[b] := m_sum; }',
    ],
    [
      'that starts from the fill, which goes',
      'zero_out m; for b < 3 { for i < 4 { m[b] += x[b, i]; } }',
      'for b < 3 { local m_sum: f32 := 0; for i < 4 { m_sum += x[b, i]; } m[b] := m_sum; }',
    ],
    [
      'around all the loops that leave the cell alone',
      'for b < 3 { for k < 2 { for i < 4 { m[b] += x[b, i]; } } }',
      'for b < 3 { local m_sum: f32 := m[b]; for k < 2 { for i < 4 { m_sum += x[b, i]; } } m[b] := m_sum; }',
    ],
    [
      'inside a loop around that moves nothing',
      'for k < 2 { for b < 3 { for i < 4 { m[b] += x[b, i]; } } }',
      'for k < 2 { for b < 3 { local m_sum: f32 := m[b]; for i < 4 { m_sum += x[b, i]; } m[b] := m_sum; } }',
    ],
    [
      'of a fixed cell',
      'for i < 4 { m[1] += x[1, i]; }',
      'local m_sum: f32 := m[1]; for i < 4 { m_sum += x[1, i]; } m[1] := m_sum;',
    ],
    [
      'of the only cell, filled',
      'zero_out s; for i < 4 { s[0] += x[1, i]; }',
      'local s_sum: f32 := 0; for i < 4 { s_sum += x[1, i]; } s[0] := s_sum;',
    ],
    [
      'of the cell that a static index selects',
      'for i < 4 { m[batch] += x[batch, i]; }',
      'local m_sum: f32 := m[batch]; for i < 4 { m_sum += x[batch, i]; } m[batch] := m_sum;',
    ],
    [
      'beside other statements of the loop',
      'for b < 3 { r := 1; for i < 4 { m[b] += x[b, i]; } r := m[b]; }',
      'for b < 3 { r := 1; local m_sum: f32 := m[b]; for i < 4 { m_sum += x[b, i]; } m[b] := m_sum; r := m[b]; }',
    ],
    [
      'one after the other',
      'for b < 3 { for i < 4 { m[b] += x[b, i]; } } for b < 3 { for i < 4 { m[b] -= x[b, i]; } }',
      `for b < 3 { local m_sum: f32 := m[b]; for i < 4 { m_sum += x[b, i]; } m[b] := m_sum; }
       for b < 3 { local m_sum2: f32 := m[b]; for i < 4 { m_sum2 -= x[b, i]; } m[b] := m_sum2; }`,
    ],
    [
      'two of one loop, that of the array met first around the other',
      'zero_out y; for b < 3 { for i < 4 { m[b] += x[b, i]; y[b] += 2; } }',
      `for b < 3 {
         local y_sum: f32 := 0;
         local m_sum: f32 := m[b];
         for i < 4 { m_sum += x[b, i]; y_sum += 2; }
         m[b] := m_sum;
         y[b] := y_sum;
       }`,
    ],
    [
      'also when its loop never runs',
      'zero_out m; for b < 3 { for i < 0 { m[b] += 1; } }',
      'for b < 3 { local m_sum: f32 := 0; for i < 0 { m_sum += 1; } m[b] := m_sum; }',
    ],
    [
      'named after its array',
      'for i < 4 { g.grad[0] += x[1, i]; }',
      'local g.grad_sum: f32 := g.grad[0]; for i < 4 { g.grad_sum += x[1, i]; } g.grad[0] := g.grad_sum;',
    ],
  ])('%s', (_, before, after) => {
    expect(run(before)).toBe(laidOut(after, setting));
  });

  test.each<[sign: string, fill: string, word: string]>([
    ['+=', '0', 'sum'],
    ['-=', '0', 'sum'],
    ['*=', '1', 'product'],
    ['/=', '1', 'product'],
    ['max=', '-Infinity', 'max'],
    ['min=', 'Infinity', 'min'],
    ['**=', '1', 'power'],
    ['&&=', '1', 'all'],
    ['||=', '0', 'any'],
    ['relu_gate=', '1', 'gate'],
    ['sat01_gate=', '0.5', 'gate'],
  ])('%s from %s in m_%s', (sign, fill, word) => {
    const before = `fill m, ${fill}; for b < 3 { for i < 4 { m[b] ${sign} x[b, i]; } }`;
    const scalar = `m_${word}`;
    const after = `for b < 3 { local ${scalar}: f32 := ${fill}; for i < 4 { ${scalar} ${sign} x[b, i]; } m[b] := ${scalar}; }`;
    expect(run(before)).toBe(laidOut(after, setting));
  });
});

describe('the fill stays', () => {
  test.each<[reason: string, fill: string, nest: string]>([
    ['cells are not summed', 'zero_out m;', 'for b < 2 { for i < 4 { m[b] += x[b, i]; } }'],
    [
      'a cell is summed more than once',
      'zero_out m;',
      'for k < 2 { for b < 3 { for i < 4 { m[b] += x[b, i]; } } }',
    ],
    ['one cell of several is summed', 'zero_out m;', 'for i < 4 { m[1] += x[1, i]; }'],
    ['it is read before', 'zero_out m; r := m[0];', 'for b < 3 { for i < 4 { m[b] += x[b, i]; } }'],
    [
      'it is read where only a part is summed',
      'fill m, 7;',
      'for b < 3 { for i < 4 { m[b] += x[b, i]; } y[b] := m[-1*b + 2]; }',
    ],
    [
      'it is in a loop before',
      'for k < 2 { r := 1; zero_out m; }',
      'for b < 3 { for i < 4 { m[b] += x[b, i]; } }',
    ],
    [
      'it is in a loop before, whose next turn reads it',
      'for k < 2 { r := m[0]; zero_out m; }',
      'for j < 1 { for b < 3 { for i < 4 { m[b] += x[b, i]; } } }',
    ],
  ])('%s', (_, fill, nest) => {
    const [filled, alone] = [run(`${fill} ${nest}`), run(nest)];
    expect(filled).toBe(`${laidOut(fill, setting)}\n${alone}`);
    expect(alone).toContain('m_sum');
  });
});

describe('stays in memory', () => {
  test.each<[reason: string, body: string]>([
    ['every loop moves the cell', 'for b < 3 { m[b] += x[b, 0]; }'],
    ['the innermost loop moves the cell', 'for i < 4 { for b < 3 { m[b] += x[b, i]; } }'],
    ['there is no loop', 'm[0] += x[0, 0];'],
    ['it is a scalar already', 'for i < 4 { r += x[0, i]; }'],
    ['it is a write', 'for i < 4 { m[0] := x[0, i]; }'],
    ['the sum reads the array', 'for i < 4 { m[0] += m[1] * x[0, i]; }'],
    ['the loop reads the array', 'for i < 4 { m[0] += x[0, i]; r := m[1]; }'],
    ['the loop writes the array', 'for i < 4 { m[0] += x[0, i]; m[1] := 1; }'],
    ['the loop sums to the array twice', 'for i < 4 { m[0] += x[0, i]; m[1] += x[1, i]; }'],
    ['the loop fills the array', 'for i < 4 { zero_out m; m[0] += x[0, i]; }'],
    ['an inner loop reads the array', 'for i < 4 { m[0] += x[0, i]; for k < 3 { r := m[k]; } }'],
    ['no turn of the loop adds to the cell', 'for b < 3 { for i < 0 { m[b + 7] += 1; } }'],
    ['the subscript moves by a sum of loops', 'for i < 2 { for k < 2 { m[i + k] += x[0, i]; } }'],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });
});
