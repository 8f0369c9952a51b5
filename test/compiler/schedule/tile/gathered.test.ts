/** Gradients of pictures: sums that taps scatter, as tiles that gather them. */
import { expect, test } from 'vitest';
import type { Program } from '../../../../compiler/loop/ir.ts';
import { printProgram } from '../../../../compiler/loop/print.ts';
import { accumulateInRegisters } from '../../../../compiler/passes/accumulate-in-registers.ts';
import { gatherTaps } from '../../../../compiler/passes/gather-taps.ts';
import { runPipeline } from '../../../../compiler/passes/pipeline.ts';
import { tileRegisters } from '../../../../compiler/passes/tile-registers.ts';
import { targets } from '../../../../compiler/schedule/target.ts';
import { programOf } from '../../../support/loop-text.ts';
import {
  cornersFor,
  difference,
  type Input,
  inputFor,
  outputsOf,
} from '../../../support/run-program.ts';

const target = { ...targets.avx512, leastTurns: 0 };

interface Shape {
  readonly kernel?: number;
  /** Pixels of a row; there are as many rows as taps. */
  readonly side?: number;
  readonly channels?: number;
  readonly stride?: number;
  /** Each channel has a filter of its own. */
  readonly apart?: boolean;
  readonly dtype?: string;
  readonly pictures?: number;
  /** Of zeros around the picture, whose gradient nobody reads. */
  readonly margin?: number;
  /** The static index that says which row of the gradient is read, if not all are. */
  readonly row?: string;
}

interface Gradient {
  readonly device: string;
  readonly symbols: string;
  readonly body: string;
}

/** The output that a term reads, the filter, and the loop over these. */
const ofAll = { pixel: 'o', filter: 'o', open: 'for o < 3 {', close: '}' };
const ofOwn = { pixel: 'c', filter: '0', open: '', close: '' };

function gradient(of: Shape): Gradient {
  const { kernel = 3, side = 30, channels = 16, stride = 1, dtype = 'f32', pictures = 1 } = of;
  const { margin = 0, row, apart = false } = of;
  const [high, wide] = [kernel, side].map(n => stride * (n - 1) + kernel) as [number, number];
  const [rows, columns] = [high - 2 * margin, wide - 2 * margin];
  const array = margin > 0 ? 'pad' : 'x';
  const padded = `pad[b, ${row ?? `p + ${margin}`}, q + ${margin}, c]`;
  const copy = `for b < ${pictures} { for p < ${rows} { for q < ${columns} { for c < ${channels} {
    x[b, p, q, c] := ${padded}; } } } }`;
  const { pixel, filter, open, close } = apart ? ofOwn : ofAll;
  return {
    device: `y: ${dtype}[${pictures}, ${kernel}, ${side}, ${channels}], w: ${dtype}[3, ${kernel}, ${kernel}, ${channels}],
      x: ${dtype}[${pictures}, ${rows}, ${columns}, ${channels}]`,
    symbols: row === undefined ? '' : `${row} : [0..1]`,
    body: `${margin > 0 ? `local pad: ${dtype}[${pictures}, ${high}, ${wide}, ${channels}];` : ''}
      zero_out ${array};
      for b < ${pictures} { for h < ${kernel} { for i < ${kernel} { for v < ${side} { for j < ${kernel} {
        for c < ${channels} { ${open}
          ${array}[b, ${stride}*h + i, ${stride}*v + j, c] += y[b, h, v, ${pixel}] * w[${filter}, i, j, c];
        ${close} }
      } } } } }
      ${margin > 0 ? copy : ''}`,
  };
}

const gathering = gatherTaps(target);
const tiling = [accumulateInRegisters, tileRegisters(target)];

/** Two programs, bit for bit; sums of ordinary inputs are not rounded, whatever their order. */
function expectSame(before: Program, after: Program, input: Input): void {
  const [expected, actual] = [before, after].map(p => outputsOf(p, 0, input));
  expect(expected && actual && difference(expected, actual)).toBeUndefined();
}

function gathered(of: Shape): { readonly before: Program; readonly after: Program } {
  const { device, symbols, body } = gradient(of);
  const before = programOf(device, body, symbols);
  const after = runPipeline([gathering], before);
  expect(gathering.run(after), 'a second run').toBe(after);
  expectSame(before, after, inputFor);
  return { before, after };
}

test.each<[title: string, shape: Shape]>([
  ['3 × 3', {}],
  ['5 × 5', { kernel: 5 }],
  ['with a margin', { margin: 1 }],
  ['with a margin of more than one', { kernel: 5, margin: 2 }],
  ['channels that are no whole vectors', { channels: 24 }],
  ['filters of an even size', { kernel: 2 }],
  ['a filter for each channel', { apart: true, margin: 1 }],
])('gathered, and in tiles: %s', (_, shape) => {
  const { after } = gathered(shape);
  const tiled = runPipeline(tiling, after);
  expectSame(after, tiled, inputFor);
  expectSame(after, tiled, cornersFor);
  const text = printProgram(tiled);
  expect(text, 'tiles at an edge').toMatch(/unrolled \{\s+for j\d* < \d unrolled \{\s+when /);
  expect(text, 'others').toMatch(/for j\d* < \d unrolled \{\s+for [vl]\d* < \d+ (unrolled|vector)/);
});

test('margins that nobody reads go', () => {
  expect(printProgram(gathered({ margin: 1 }).after)).toContain('local pad: f32[1, 3, 30, 16];');
});

test('but not those that a static index may say', () => {
  expect(printProgram(gathered({ margin: 1, row: 'first' }).after)).toContain(
    'local pad: f32[1, 5, 30, 16];',
  );
});

test.each<[title: string, shape: Shape]>([
  ['a stride', { stride: 2 }],
  ['sums whose order is not free', { dtype: 'i32' }],
  ['more taps than a tile takes', { kernel: 9 }],
  ['few channels', { channels: 6 }],
  ['a filter of one tap', { kernel: 1 }],
  ['pictures so small that these are the rows', { side: 4, pictures: 14 }],
])('as it was: %s', (_, shape) => {
  const { before, after } = gathered(shape);
  expect(after).toBe(before);
});
