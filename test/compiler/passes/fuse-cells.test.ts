import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Program } from '../../../compiler/loop/ir.ts';
import { fuseCells } from '../../../compiler/passes/fuse-cells.ts';
import { vectorise } from '../../../compiler/passes/vectorise.ts';
import { fuseVectors } from '../../../compiler/passes/fuse-vectors.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { splitReductions } from '../../../compiler/passes/split-reductions.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { targets } from '../../../compiler/schedule/target.ts';
import { laidOut, programOf, type Setting, through } from '../../support/loop-text.ts';
import { changedBy } from '../../support/order-of-terms.ts';
import { smallTarget } from '../../support/small-target.ts';

const setting: Setting = { device: 'x: f32[13], y: f32[13], z: f32[13], s: f32[2]' };
const run = through(fuseCells(smallTarget), setting);
const over = (...leaves: readonly string[]): string => `for o < 13 { ${leaves.join(' ')} }`;
const [first, second] = ['y[o] := exp(x[o]);', 'z[o] := y[o] + x[0];'];

test('what a cell leaves is used at once', () => {
  expect(run(over(first) + over(second))).toBe(laidOut(over(first, second), setting));
});

test('a sum that stands between comes after', () => {
  const sum = 'for i < 13 { s[1] += y[i]; }';
  expect(run(over(first) + sum + over(second))).toBe(laidOut(over(first, second) + sum, setting));
});

describe('all stays as it is', () => {
  test.each<[title: string, body: string]>([
    ['where a turn needs another one', over(first) + over('z[o] := y[-1*o + 12];')],
    ['where nothing is shared', over('y[o] := 1;') + over('z[o] := 2;')],
    [
      'where what stands between needs one, and the other needs it',
      over(first) + 's[0] := y[3];' + over('z[o] := y[o] + s[0];'),
    ],
    ['where one is no loop for vectors', over(first) + over('s[1] += y[o];')],
    ['where turns are not as many', over(first) + 'for o < 12 { z[o] := y[o]; }'],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });
});

// ── Rows that no vectors divide ─────────────────────────────────────────────────────────────────

const row = `for b < 400 {
  local d: f32[50]; local sum: f32 := 0;
  for o < 50 { d[o] := x[b, o] - 1; }
  for i < 50 { sum += d[i] * d[i]; }
  for o < 50 { y[b, o] := d[o] / sum; }
}`;

test('a row of 50 cells in many is on vectors, and of few is left to C compilers', () => {
  const text = (rows: number): string => {
    const body = row.replace('400', String(rows));
    const program = programOf(`x: f32[${rows}, 50], y: f32[${rows}, 50]`, body);
    return printProgram(
      runPipeline([fuseCells(targets.avx512), vectorise(targets.avx512)], program),
    );
  };
  expect(text(400)).toContain('y[b, 16*v + l]');
  expect(text(4)).toContain('for o < 50');
});

test('ends that no vectors divide stand between none of the walks over a row', () => {
  const long = row.replaceAll('50', '777').replace('400', '16');
  const program = programOf('x: f32[16, 777], y: f32[16, 777]', long);
  const passes = [splitReductions, fuseCells, vectorise].map(pass => pass(targets.avx512));
  const text = printProgram(runPipeline([...passes, fuseVectors()], program));
  // 12 turns of four vectors: one loop for the differences and their squares, one for the quotients.
  expect(text.match(/for \w+ < 12 \{/g)).toHaveLength(2);
});

// ── Random rows of loops ────────────────────────────────────────────────────────────────────────

const arrays = fc.constantFrom('t', 'x', 'y', 'z');
const cells = fc.constantFrom('o', 'o', 'o', '-1*o + 12', '3');
const loops = fc.oneof(
  fc.tuple(arrays, arrays, cells).map(([to, from, at]) => over(`${to}[o] := ${from}[${at}] + 1;`)),
  fc.tuple(arrays, arrays).map(([to, from]) => over(`${to}[o] += ${from}[o];`)),
  fc.tuple(arrays, cells).map(([from, at]) => over(`s[0] += ${from}[${at}];`)),
  arrays.map(to => `${to}[5] := s[0];`),
);

function programOfLoops(parts: readonly string[]): Program {
  return programOf(setting.device, `local t: f32[13]; zero_out t; ${parts.join(' ')}`);
}

test('random rows of loops keep every bit', () => {
  const programs = fc.array(loops, { minLength: 2, maxLength: 6 }).map(programOfLoops);
  expect(changedBy(fuseCells(smallTarget), programs)).toBeGreaterThan(50);
});
