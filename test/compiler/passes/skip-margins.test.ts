/** Convolutions of pictures with margins: sums with the terms that there are, as tiles that decide which. */
import { expect, test } from 'vitest';
import type { Program } from '../../../compiler/loop/ir.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { accumulateInRegisters } from '../../../compiler/passes/accumulate-in-registers.ts';
import { dropDead } from '../../../compiler/passes/drop-dead.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { skipMargins } from '../../../compiler/passes/skip-margins.ts';
import { tapsLast } from '../../../compiler/passes/taps-last.ts';
import { tileRegisters } from '../../../compiler/passes/tile-registers.ts';
import { targets } from '../../../compiler/schedule/target.ts';
import { programOf } from '../../support/loop-text.ts';
import {
  cornersFor,
  difference,
  type Input,
  inputFor,
  outputsOf,
} from '../../support/run-program.ts';

const target = { ...targets.avx512, leastTurns: 0 };

interface Shape {
  readonly kernel?: number;
  /** Pixels of a row; there are as many rows as taps. */
  readonly side?: number;
  readonly outputs?: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly dtype?: string;
  readonly margin?: number;
  /** What the margins hold. */
  readonly zero?: string;
  /** What stands inside of them, of `x[p, q, c]`. */
  readonly inside?: (x: string) => string;
  /** The term of the sum, of the factors. */
  readonly term?: (pixel: string, weight: string) => string;
  /** After the copy. */
  readonly then?: string;
}

/** A picture with margins, and its convolution. */
function convolution(of: Shape): Program {
  const { kernel = 3, side = 28, outputs = 32, stride = 1, dilation = 1, dtype = 'f32' } = of;
  const {
    margin = 1,
    zero = '0',
    inside = (x: string): string => x,
    term = (x: string, w: string): string => `${x} * ${w}`,
    then = '',
  } = of;
  const [high, wide] = [kernel, side].map(n => stride * (n - 1) + dilation * (kernel - 1) + 1);
  const [rows, columns] = [high, wide].map(n => (n ?? 0) - 2 * margin);
  const pixel = `pad[${stride}*h + ${dilation}*i, ${stride}*v + ${dilation}*j, c]`;
  return programOf(
    `x: ${dtype}[${rows}, ${columns}, 5], w: ${dtype}[${kernel}, ${kernel}, 5, ${outputs}],
      y: ${dtype}[${kernel}, ${side}, ${outputs}]`,
    `local pad: ${dtype}[${high}, ${wide}, 5];
      fill pad, ${zero};
      for p < ${rows} { for q < ${columns} { for c1 < 5 {
        pad[p + ${margin}, q + ${margin}, c1] := ${inside('x[p, q, c1]')};
      } } }
      ${then}
      zero_out y;
      for h < ${kernel} { for v < ${side} { for o < ${outputs} {
        for i < ${kernel} { for j < ${kernel} { for c < 5 {
          y[h, v, o] += ${term(pixel, 'w[i, j, c, o]')};
        } } }
      } } }`,
  );
}

/** A statement that reads one. */
const margin = 'x[0, 0, 0] := pad[0, 0, 0] + 1;';

const before = [accumulateInRegisters, tapsLast(target)];
const skipping = [skipMargins(target), dropDead];

/** Two programs, bit for bit; sums of ordinary inputs are not rounded, whatever their order. */
function expectSame(one: Program, other: Program, input: Input): void {
  const [expected, actual] = [one, other].map(p => outputsOf(p, 0, input));
  expect(expected && actual && difference(expected, actual)).toBeUndefined();
}

interface Skipped {
  readonly padded: Program;
  readonly after: Program;
}

function skipped(of: Shape): Skipped {
  return expectSkipped(convolution(of));
}

function expectSkipped(program: Program): Skipped {
  const padded = runPipeline(before, program);
  const after = runPipeline(skipping, padded);
  expect(runPipeline(skipping, after), 'a second run').toBe(after);
  expectSame(padded, after, inputFor);
  return { padded, after };
}

/** In tiles, with the same bits for any input. */
function tiledAsBefore(program: Program): Program {
  const tiled = runPipeline([tileRegisters(target)], program);
  expectSame(program, tiled, inputFor);
  expectSame(program, tiled, cornersFor);
  return tiled;
}

test.each<[title: string, shape: Shape]>([
  ['3 × 3', {}],
  ['5 × 5', { kernel: 5, margin: 2 }],
  ['a margin that is narrower than the filter', { kernel: 5, margin: 1 }],
  ['a filter of an even size', { kernel: 2 }],
  ['outputs that are no whole vectors', { outputs: 24 }],
  ['a stride', { stride: 2 }],
  ['a dilation', { dilation: 2, margin: 2 }],
  ['another order of factors', { term: (x, w) => `${w} * ${x}` }],
  ['three factors', { term: (x, w) => `2 * (${w} * ${x})` }],
  ['few pixels', { side: 5 }],
])('left out, and in tiles: %s', (_, shape) => {
  const { after } = skipped(shape);
  expect(printProgram(after), 'no copy').not.toContain('pad');
  const text = printProgram(tiledAsBefore(after));
  expect(text, 'tiles at an edge').toMatch(/unrolled \{\s+for j\d* < \d unrolled \{\s+when /);
});

test('tiles inside of a picture ask nothing', () => {
  const text = printProgram(runPipeline([tileRegisters(target)], skipped({}).after));
  expect(text).toMatch(/for j\d* < \d unrolled \{\s+for v\d* < \d+ unrolled/);
});

test('the gradient of a filter: terms that not all taps have are apart', () => {
  const { after } = expectSkipped(
    programOf(
      'x: f32[3, 28, 16], dy: f32[3, 28, 8], g: f32[8, 3, 3, 16]',
      `local pad: f32[5, 30, 16];
        zero_out pad;
        for p < 3 { for q < 28 { for c1 < 16 { pad[p + 1, q + 1, c1] := x[p, q, c1]; } } }
        zero_out g;
        for o < 8 { for i < 3 { for j < 3 { for c < 16 { for h < 3 { for v < 28 {
          g[o, i, j, c] += dy[h, v, o] * pad[h + i, v + j, c];
        } } } } } }`,
    ),
  );
  const text = printProgram(tiledAsBefore(after));
  expect(text, 'the first pixel').toMatch(/for j\d* < 3 unrolled \{\s+when -1\*j\d* \+ 1 < 1 /);
  expect(text, 'all but the first and the last').toMatch(
    /for v\d* < 26 \{\s+for o\d* < \d unrolled/,
  );
});

test('channels first: the lanes of a vector have the same terms', () => {
  const { padded, after } = expectSkipped(
    programOf(
      'x: f32[128, 28], w: f32[128, 3, 2], y: f32[28, 2]',
      `local pad: f32[128, 30];
        zero_out pad;
        for c1 < 128 { for q < 28 { pad[c1, q + 1] := x[c1, q]; } }
        zero_out y;
        for v < 28 { for o < 2 { for c < 128 { for j < 3 { y[v, o] += pad[c, v + j] * w[c, j, o]; } } } }`,
    ),
  );
  expect(after).toBe(padded);
});

test.each<[title: string, shape: Shape]>([
  ['what is computed', { inside: x => `relu(${x})` }],
  ['a picture that changes', { then: 'zero_out x;' }],
  ['what else is read inside', { inside: x => `relu(${x})`, then: 'x[0, 0, 0] := pad[1, 1, 0];' }],
])('an array less its margins: %s', (_, shape) => {
  const { after } = skipped(shape);
  const text = printProgram(after);
  expect(text).toContain('local pad: f32[3, 28, 5];');
  expect(text).toContain('pad[p, q, c] := ');
  expect(text, 'no zeros').not.toContain('zero_out pad');
  tiledAsBefore(after);
});

test('an array less its margins: the sums of another convolution', () => {
  const { after } = expectSkipped(
    programOf(
      'x: f32[28, 5], u: f32[5, 16], w: f32[3, 16, 32], y: f32[28, 32]',
      `local pad: f32[30, 16];
        zero_out pad;
        for q < 28 { for k < 16 {
          local sum: f32 := 0;
          for c1 < 5 { sum += x[q, c1] * u[c1, k]; }
          pad[q + 1, k] := relu(sum);
        } }
        zero_out y;
        for v < 28 { for o < 32 { for j < 3 { for c < 16 { y[v, o] += pad[v + j, c] * w[j, c, o]; } } } }`,
    ),
  );
  const text = printProgram(after);
  expect(text).toContain('local pad: f32[28, 16];');
  expect(text).not.toContain('zero_out pad');
  tiledAsBefore(after);
});

test('two sums that reach beyond, of which only one is in tiles: as it was', () => {
  const { padded, after } = expectSkipped(
    programOf(
      'x: f32[28, 5], w: f32[3, 5, 32], y: f32[28, 32], u: f32[3, 5], z: f32[28]',
      `local pad: f32[30, 5];
        zero_out pad;
        for q < 28 { for c1 < 5 { pad[q + 1, c1] := relu(x[q, c1]); } }
        zero_out y;
        for v < 28 { for o < 32 { for j < 3 { for c < 5 { y[v, o] += pad[v + j, c] * w[j, c, o]; } } } }
        zero_out z;
        for v < 28 { for j < 3 { for c < 5 { z[v] += pad[v + j, c] * u[j, c]; } } }`,
    ),
  );
  expect(after).toBe(padded);
});

test('what else reads the margins has them', () => {
  const { after } = skipped({
    then: margin,
    inside: () => 'w[p, 0, c1, q]',
  });
  expect(printProgram(after)).toContain(margin);
});

test.each<[title: string, shape: Shape]>([
  ['margins of ones', { zero: '1' }],
  ['what is computed, where margins are read', { inside: x => `relu(${x})`, then: margin }],
  ['margins that change', { then: 'pad[0, 0, 0] := 1;' }],
  ['terms that are not 0 where a factor is', { term: (x, w) => `${x} * ${w} + ${w}` }],
  ['sums whose order is not free', { dtype: 'i32' }],
  ['more taps than a tile takes', { kernel: 9 }],
])('as it was: %s', (_, shape) => {
  const { padded, after } = skipped(shape);
  expect(after).toBe(padded);
});
