/** Which copies are made once for all turns of a loop. */
import { expect, test } from 'vitest';
import { hoistCopies } from '../../../compiler/passes/hoist-copies.ts';
import { targets } from '../../../compiler/schedule/target.ts';
import { programOf } from '../../support/loop-text.ts';

const device = 'x: f32[64], w: f32[64, 8], y: f32[64, 8], z: f32[513, 8]';
const copy = 'for d < 8 { panel[d] := w[i, d]; }';
const use = 'for d < 8 { y[b, d] += panel[d]; }';

function isHoisted(text: string): boolean {
  const program = programOf(device, text);
  return hoistCopies(targets.avx512).run(program) !== program;
}

test.each<[title: string, text: string, is: boolean]>([
  [
    'of what the loop leaves alone',
    `for b < 64 { for i < 4 { local panel: f32[8]; ${copy} ${use} } }`,
    true,
  ],
  ['not of few turns', `for b < 3 { for i < 3 { local panel: f32[8]; ${copy} ${use} } }`, false],
  [
    'not of what it changes',
    `for b < 64 { for i < 4 { local panel: f32[8]; ${copy} ${use} } w[b, 0] := 1; }`,
    false,
  ],
  [
    'not where a turn reads what the one before has copied',
    `for b < 64 { local panel: f32[8]; for d < 8 { panel[d] := w[0, d]; } for i < 4 { ${use} ${copy} } }`,
    false,
  ],
  [
    'not where a copy leaves some of the one before',
    `for b < 64 { local panel: f32[8]; for d < 8 { panel[d] := w[0, d]; } ${use} for d < 4 { panel[d] := w[1, d]; } ${use} }`,
    false,
  ],
  [
    'not where each cell is read very often',
    `for b < 64 { for i < 4 { local panel: f32[8]; ${copy} for r < 513 { for d < 8 { z[r, d] += panel[d]; } } } }`,
    false,
  ],
])('%s', (_, text, is) => {
  expect(isHoisted(text)).toBe(is);
});
