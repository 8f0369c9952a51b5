import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Program } from '../../../compiler/loop/ir.ts';
import { fuseVectors } from '../../../compiler/passes/fuse-vectors.ts';
import { laidOut, programOf, type Setting, through } from '../../support/loop-text.ts';
import { changedBy } from '../../support/order-of-terms.ts';

const setting: Setting = { device: 'x: f32[16], y: f32[16], z: f32[16], s: f32[4]' };
const run = through(fuseVectors(), setting);
const over = (leaf: string): string => `for o < 4 { for l < 4 vector { ${leaf} } }`;

describe('all stays as it is', () => {
  test.each<[title: string, body: string]>([
    [
      'where a turn needs another one',
      over('y[4*o + l] := x[4*o + l];') + over('z[4*o + l] := y[-4*o + -1*l + 15];'),
    ],
    ['where nothing is shared', over('y[4*o + l] := 1;') + over('z[4*o + l] := 2;')],
    [
      'where turns are not on vectors',
      over('y[4*o + l] := x[4*o + l];') + 'for o < 4 { z[o] := y[4*o]; }',
    ],
    [
      'where turns are not as many',
      over('y[4*o + l] := x[4*o + l];') +
        'for o < 2 { for l < 4 vector { z[4*o + l] := y[4*o + l]; } }',
    ],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });
});

// ── Random rows of loops ────────────────────────────────────────────────────────────────────────

const arrays = fc.constantFrom('t', 'x', 'y', 'z');
const cells = fc.constantFrom('4*o + l', '4*o + l', '-4*o + -1*l + 15', 'l');
const loops = fc.oneof(
  fc
    .tuple(arrays, arrays, cells)
    .map(([to, from, at]) => over(`${to}[4*o + l] := ${from}[${at}] + 1;`)),
  fc.tuple(arrays, arrays).map(([to, from]) => over(`${to}[4*o + l] += ${from}[4*o + l];`)),
  fc.tuple(arrays, cells).map(([from, at]) => over(`s[l] += ${from}[${at}];`)),
  arrays.map(to => `${to}[5] := s[0];`),
);

function programOfLoops(parts: readonly string[]): Program {
  return programOf(setting.device, `local t: f32[16]; zero_out t; ${parts.join(' ')}`);
}

test('random rows of loops keep every bit', () => {
  const ordered = loops.filter(text => !/(\w)\[4\*o \+ l\] :?\+?= \1\[(-4|l)/.test(text));
  const programs = fc.array(ordered, { minLength: 2, maxLength: 6 }).map(programOfLoops);
  expect(changedBy(fuseVectors(), programs)).toBeGreaterThan(50);
});
