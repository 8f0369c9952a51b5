/** The gradient of a filter with few channels: its sums run across the outputs, which `w` has far apart. */
import { expect, test } from 'vitest';
import { printProgram } from '../../../../compiler/loop/print.ts';
import { tileRegisters } from '../../../../compiler/passes/tile-registers.ts';
import { targets } from '../../../../compiler/schedule/target.ts';
import { programOf } from '../../../support/loop-text.ts';
import { compileAll } from '../../../support/run-compiled.ts';
import { difference, outputsOf, thirdsFor } from '../../../support/run-program.ts';

function filterGradient(outputs: number, channels: number, pixels = 400) {
  return programOf(
    `x: f32[${pixels}, ${channels}], dy: f32[${pixels}, ${outputs}], w: f32[${outputs}, ${channels}]`,
    `for o < ${outputs} { for c < ${channels} {
       local s: f32 := 0;
       for p < ${pixels} { s += dy[p, o] * x[p, c]; }
       w[o, c] := w[o, c] - 0.1 * s;
     } }`,
  );
}

const tiled = tileRegisters(targets.avx512).run;

test('is stored lane by lane, from a copy of each vector', () => {
  expect(printProgram(tiled(filterGradient(16, 3)))).toMatchInlineSnapshot(`
    "p():
      device x: f32[400, 3], dy: f32[400, 16], w: f32[16, 3];
      local s_tile: f32[3, 16];
      for c < 3 unrolled {
        for l < 16 vector {
          s_tile[c, l] := 0;
        }
      }
      for p < 400 {
        for c < 3 unrolled {
          for l < 16 vector {
            s_tile[c, l] += dy[p, l] * x[p, c];
          }
        }
      }
      for c < 3 unrolled {
        local s_tile_lanes: f32[16];
        for l < 16 vector {
          s_tile_lanes[l] := s_tile[c, l];
        }
        for l < 16 {
          w[l, c] := w[l, c] - 0.1 * s_tile_lanes[l];
        }
      }
    "
  `);
});

test.each([
  ['a vector of outputs or more', 32, 6, true],
  ['fewer outputs than a vector has lanes', 12, 6, false],
  ['as many channels as a vector has lanes', 32, 16, false],
])('%s', (_, outputs, channels, isApart) => {
  expect(printProgram(tiled(filterGradient(outputs, channels))).includes('_lanes')).toBe(isApart);
});

test('where the sum is short, storing counts, and the columns are those of the store', () => {
  expect(printProgram(tiled(filterGradient(64, 6, 200)))).not.toContain('_lanes');
});

test('has the bits of the loops it is made of', async () => {
  const programs = [
    [16, 3],
    [32, 6],
    [37, 5],
    [48, 15],
  ].map(([outputs = 1, channels = 1]) => filterGradient(outputs, channels));
  const runs = await compileAll(programs.map(program => tiled(program)));
  runs.forEach((run, i) => {
    const program = programs[i];
    const expected = program && outputsOf(program, 0, thirdsFor);
    expect(expected && difference(expected, run(0, thirdsFor))).toBeUndefined();
  });
});
