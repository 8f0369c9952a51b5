/** Tiles of the gradients of filters: all taps of a row of one, where they slide over what the sums read. */
import { expect, test } from 'vitest';
import type { Stmt } from '../../../../compiler/loop/ir.ts';
import { runPipeline } from '../../../../compiler/passes/pipeline.ts';
import { tapsLast } from '../../../../compiler/passes/taps-last.ts';
import { tileRegisters } from '../../../../compiler/passes/tile-registers.ts';
import { nestAt } from '../../../../compiler/schedule/nest.ts';
import { type Target, targets } from '../../../../compiler/schedule/target.ts';
import { isTile, stepOf, type Tile, tileFor } from '../../../../compiler/schedule/tile/tile.ts';
import { programOf, through } from '../../../support/loop-text.ts';

interface Shape {
  readonly outputs?: number;
  readonly channels?: number;
  /** Of a square filter. */
  readonly kernel?: number;
  readonly stride?: number;
  readonly side?: number;
  /** Where tap `j` finds its pixel, if not beside that of the tap before. */
  readonly pixel?: string;
}

function gradient(of: Shape): { readonly device: string; readonly body: string } {
  const { outputs = 32, channels = 64, kernel = 3, stride = 1, side = 12, pixel } = of;
  const width = stride * side + 2 * kernel;
  const x = `x[${stride}*h + i, ${pixel ?? `${stride}*v + j`}, c]`;
  return {
    device: `y: f32[${side}, ${side}, ${outputs}], x: f32[${width}, ${width}, ${channels}],
      w: f32[${outputs}, ${kernel}, ${kernel}, ${channels}]`,
    body: `for o < ${outputs} { for i < ${kernel} { for j < ${kernel} { for c < ${channels} {
      local s: f32 := 0;
      for h < ${side} { for v < ${side} { s += y[h, v, o] * ${x}; } }
      w[o, i, j, c] := s;
    } } } }`,
  };
}

function tileIn(of: Shape, target: Target = targets.avx512): Tile | undefined {
  const { device, body } = gradient(of);
  return tileAt(programOf(device, body).body, target);
}

function tileAt(s: Stmt, target: Target = targets.avx512): Tile | undefined {
  const nest = s.kind === 'for' ? nestAt(s) : undefined;
  const tile = nest && tileFor(nest, target);
  return tile && isTile(tile) ? tile : undefined;
}

function tileOf(of: Shape, target?: Target): string {
  return shown(tileIn(of, target));
}

function shown(tile: Tile | undefined): string {
  if (!tile) return 'none';
  const { rows, columns, rowCount, vectors, taps } = tile;
  const size = `${rowCount} ${rows?.loop} × ${vectors} ${columns.loop}`;
  return taps ? `${size}, ${taps.loop.extent} ${taps.loop.loop}` : size;
}

test.each<[title: string, shape: Shape, tile: string]>([
  ['3 × 3', {}, '8 o × 1 c, 3 j'],
  ['5 × 5', { kernel: 5 }, '4 o × 1 c, 5 j'],
  ['some steps more than for one tap', { outputs: 24 }, '8 o × 1 c, 3 j'],
  ['few channels: outputs are columns', { channels: 3, side: 16 }, '3 i × 2 o, 3 j'],
  ['a stride that leaves taps in common', { stride: 2 }, '6 o × 4 c'],
  ['the same with few channels', { channels: 3, side: 16, stride: 2 }, '3 i × 2 o, 3 j'],
  ['channels that are no whole lines', { channels: 40 }, '8 o × 3 c'],
  ['a stride of all taps', { stride: 3 }, '6 o × 4 c'],
  ['more taps than registers', { kernel: 17 }, '6 o × 4 c'],
  ['taps that stand still', { pixel: 'v' }, '6 o × 4 c'],
  ['taps that do not move as terms do', { pixel: '2*j + v' }, '6 o × 4 c'],
  ['a filter of one tap', { kernel: 1 }, '6 o × 4 c'],
])('%s', (_, shape, tile) => {
  expect(tileOf(shape)).toBe(tile);
});

test('what rows read far apart is copied for tiles of one tap alone', () => {
  const far = { side: 28, outputs: 128 };
  const copiesOf = (shape: Shape): readonly string[] | undefined => {
    const tile = tileIn({ ...far, ...shape });
    return tile && stepOf(tile).packed.map(({ node }) => node);
  };
  expect(tileOf(far)).toBe('8 o × 1 c, 3 j');
  expect(copiesOf({})).toEqual([]);
  expect(copiesOf({ kernel: 1 })).toEqual(['y']);
});

test('what few tiles read is not copied for each tap where each page has many terms', () => {
  const packedOf = (shape: Shape): readonly string[] => {
    const tile = tileIn({ channels: 96, side: 27, pixel: '2*j + v', ...shape });
    return tile ? stepOf(tile).packed.map(({ node }) => node) : [];
  };
  expect(packedOf({ outputs: 10 })).toEqual([]);
  expect(packedOf({ outputs: 48 })).toContain('x');
});

test('for few registers', () => {
  expect(tileOf({}, targets.avx2)).toBe('4 o × 1 c, 3 j');
});

test.each<Shape>([
  {},
  { channels: 3, side: 16 },
  { channels: 3, side: 16, stride: 2 },
  { kernel: 5 },
])('every bit stays: %o', shape => {
  const small = { outputs: 16, channels: 16, side: 3, ...shape };
  const { device, body } = gradient(small);
  const after = through(tileRegisters({ ...targets.avx512, leastTurns: 0 }), { device })(body);
  expect(after).toMatch(/local s_tile: f32\[\d+, \d+, \d+\];/);
});

interface Row {
  readonly step?: number;
  readonly taps?: number;
  readonly dtype?: string;
}

/** The tile of a convolution along a row, after its taps have gone where the pass puts them. */
function convolved({ step = 1, taps = 3, dtype = 'f32' }: Row): string {
  const device = `x: ${dtype}[${28 * step + taps}, 32], w: ${dtype}[${taps}, 32, 64], y: ${dtype}[28, 64]`;
  const before = programOf(
    device,
    `for v < 28 { for o < 64 {
      local s: ${dtype} := 0;
      for j < ${taps} { for c < 32 { s += x[${step}*v + j, c] * w[j, c, o]; } }
      y[v, o] := s;
    } }`,
  );
  return shown(tileAt(runPipeline([tapsLast(targets.avx512)], before).body));
}

test.each<[title: string, row: Row, tile: string]>([
  ['3 taps', {}, '7 v × 2 o, 3 j'],
  ['5 taps', { taps: 5 }, '14 v × 1 o, 5 j'],
  ['a stride that leaves pixels in common', { step: 2 }, '4 v × 4 o, 3 j'],
  ['a stride of all taps', { step: 3 }, '14 v × 2 o'],
  ['more taps than a tile takes', { taps: 9 }, '14 v × 2 o'],
  ['sums whose order is not free', { dtype: 'i32' }, '14 v × 2 o'],
])('taps of a term: %s', (_, row, tile) => {
  expect(convolved(row)).toBe(tile);
});
