import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Program } from '../../../compiler/loop/ir.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { joinColumns } from '../../../compiler/passes/join-columns.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { laidOut, programOf, type Setting, through } from '../../support/loop-text.ts';
import { changedBy } from '../../support/order-of-terms.ts';
import { difference, outputsOf } from '../../support/run-program.ts';
import { exactPasses, smallTarget } from '../../support/small-target.ts';

/** Vectors have four lanes. */
const setting: Setting = {
  device: `w: f32[8, 3, 6], whole: f32[8, 3, 8], few: f32[8, 3, 3], m: f32[8, 3, 6], dy: f32[5, 8], x: f32[9, 6],
    wide: f32[9, 7], large: f32[9, 8], y: f32[5, 2, 3, 6], heads: f32[2, 3, 6, 4], v: f32[5, 4],
    sums: f32[8, 3, 6, 8]`,
};
const run = through(joinColumns(smallTarget), setting);
const gradient = (leaf: string, channels = 6): string =>
  `for o < 8 { for j < 3 { for c < ${channels} { for v < 5 { ${leaf} } } } }`;

test('taps and channels of the gradient of a filter', () => {
  expect(run(gradient('w[o, j, c] += dy[v, o] * x[v + j, c];'))).toBe(
    laidOut(
      `for o < 8 { for c < 18 { for v < 5 {
         w[o, (c / 6), (c % 6)] += dy[v, o] * x[v + (c / 6), (c % 6)];
       } } }`,
      setting,
    ),
  );
});

test('with the update of the filter', () => {
  const after = run(
    `for o < 8 { for j < 3 { for c < 6 {
       local s: f32 := 0;
       for v < 5 { s += dy[v, o] * x[v + j, c]; }
       m[o, j, c] := 0.5 * m[o, j, c] + s;
     } } }`,
  );
  expect(after).toContain('m[o, (c / 6), (c % 6)] := 0.5 * m[o, (c / 6), (c % 6)] + s;');
});

describe('all stays as it is', () => {
  test.each<[title: string, body: string]>([
    [
      'where channels are whole vectors',
      gradient('whole[o, j, c] += dy[v, o] * large[v + j, c];', 8),
    ],
    ['where they fill no vector', gradient('few[o, j, c] += dy[v, o] * x[v + j, c];', 3)],
    ['where only a part of each row is read', gradient('w[o, j, c] += dy[v, o] * wide[v + j, c];')],
    ['where rows share what is read', gradient('w[o, j, c] += dy[v, o] * x[v, c];')],
    [
      'where nothing is summed',
      'for o < 8 { for j < 3 { for c < 6 { w[o, j, c] := m[o, j, c]; } } }',
    ],
    [
      'where terms have columns of their own, as in a layer with several axes',
      `for b < 5 { for g < 2 { for h < 3 { for d < 6 { for k < 4 {
         y[b, g, h, d] += v[b, k] * heads[g, h, d, k];
       } } } } }`,
    ],
    [
      'where a sum is of a row of its own',
      'for o < 8 { for j < 3 { for c < 6 { for k < 8 { w[o, j, c] += sums[o, j, c, k]; } } } }',
    ],
    [
      'where something else is around the columns',
      `for o < 8 { for j < 3 { dy[0, 0] := 1; for c < 6 { for v < 5 { w[o, j, c] += x[v + j, c]; } } } }`,
    ],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });

  test('where little is done', () => {
    const body = gradient('w[o, j, c] += dy[v, o] * x[v + j, c];');
    const eager = { ...smallTarget, leastTurns: 8 * 3 * 6 * 5 + 1 };
    expect(through(joinColumns(eager), setting)(body)).toBe(laidOut(body, setting));
  });
});

// ── Random gradients ────────────────────────────────────────────────────────────────────────────

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const shapes = fc.record({
  outputs: upTo(6),
  taps: fc.constantFrom(1, 2, 3, 4, 2, 3, 4),
  channels: fc.constantFrom(3, 4, 5, 6, 7, 8, 9, 10, 11, 5, 6, 7, 9, 10, 11),
  pixels: upTo(5),
  stride: upTo(3),
  hasUpdate: fc.boolean(),
  isPadded: fc.boolean(),
});
type Shape = typeof shapes extends fc.Arbitrary<infer S> ? S : never;

function programFor({ outputs: o, taps, channels: c, pixels, stride, ...shape }: Shape): Program {
  const size = stride * (pixels - 1) + taps;
  const device = `w: f32[${o}, ${taps}, ${c}], dy: f32[${pixels}, ${o}], x: f32[${size}, ${c}]`;
  const around = `local pad: f32[${size}, ${c}]; zero_out pad;
    for v < ${Math.max(1, size - 2)} { for c < ${c} { pad[v + ${Math.min(1, size - 1)}, c] := x[v, c]; } }`;
  const read = `${shape.isPadded ? 'pad' : 'x'}[${stride}*v + j, c]`;
  const sum = shape.hasUpdate
    ? `local s: f32 := 0; for v < ${pixels} { s += dy[v, o] * ${read}; } w[o, j, c] += -0.5 * s;`
    : `for v < ${pixels} { w[o, j, c] += dy[v, o] * ${read}; }`;
  const nest = `for o < ${o} { for j < ${taps} { for c < ${c} { ${sum} } } }`;
  return programOf(device, (shape.isPadded ? around : '') + nest);
}

test('random gradients keep every bit', () => {
  expect(changedBy(joinColumns(smallTarget), shapes.map(programFor))).toBeGreaterThan(50);
});

test('and in tiles of joined columns', () => {
  let tiled = 0;
  fc.assert(
    fc.property(shapes.map(programFor), program => {
      const after = runPipeline(exactPasses, program);
      tiled += Number(/_tile\[.* \/ \d+\)/.test(printProgram(after)));
      expect(difference(outputsOf(program), outputsOf(after))).toBeUndefined();
    }),
    { numRuns: 200 },
  );
  expect(tiled).toBeGreaterThan(3);
});
