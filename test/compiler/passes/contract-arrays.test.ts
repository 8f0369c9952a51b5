import { expect, test } from 'vitest';
import { contractArrays } from '../../../compiler/passes/contract-arrays.ts';
import { statementsOf } from '../../../compiler/loop/ir.ts';
import { programOf } from '../../support/loop-text.ts';

const whole = `for i < 4 { local u: f32; u := x[i]; y[i] := u; y[i] += 1; }`;

test('a program in which no array shrinks is left as it is', () => {
  const program = programOf('x: f32[4], y: f32[4]', `${whole} fill x, 0;`);
  expect(contractArrays(program)).toBe(program);
});

test('and so are the nests around which others change', () => {
  const program = programOf(
    'x: f32[4], y: f32[4]',
    `${whole} local t: f32[4]; for j < 4 { t[j] := x[j]; x[j] := t[j]; }`,
  );
  const [same, changed, ...others] = statementsOf(contractArrays(program).body);
  expect(same).toBe(statementsOf(program.body)[0]);
  expect([changed?.kind, others]).toEqual(['for', []]);
});
