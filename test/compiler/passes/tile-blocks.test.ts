import { describe, expect, test } from 'vitest';
import type { Program } from '../../../compiler/loop/ir.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import type { Target } from '../../../compiler/schedule/target.ts';
import { backwards } from '../../support/backwards.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { difference, outputsOf, thirdsFor } from '../../support/run-program.ts';
import { exactPassesFor, tilesFor } from '../../support/small-gpu.ts';

const product = (m: number, n: number, k: number, epilogue = 's[b, o]'): string => `
  product():
    device x: f32[${m}, ${k}], w: f32[${k}, ${n}], bias: f32[${n}], y: f32[${m}, ${n}];
    local s: f32[${m}, ${n}];
    zero_out s;
    for b < ${m} { for o < ${n} { for i < ${k} { s[b, o] += x[b, i] * w[i, o]; } } }
    for b < ${m} { for o < ${n} { y[b, o] := ${epilogue}; } }`;

const inStrips = product(512, 384, 2);

const programs: Readonly<Record<string, string>> = {
  'one tile': product(32, 32, 16),
  'several tiles': product(64, 96, 32),
  'rows, columns and terms left over': product(37, 41, 23),
  'fewer than a tile': product(9, 10, 3),
  'one term': product(16, 16, 1),
  'an epilogue': product(33, 36, 20, 'relu(s[b, o] + bias[o]) * x[b, 0]'),
  'larger tiles than one thread has groups': product(136, 130, 5),
  'more tiles than four processors have at once': inStrips,
  'weights the other way round': `
    product():
      device x: f32[40, 24], w: f32[36, 24], y: f32[40, 36];
      zero_out y;
      for b < 40 { for o < 36 { for i < 24 { y[b, o] += x[b, i] * w[o, i]; } } }`,
  'the gradient of weights': `
    product():
      device x: f32[40, 24], g: f32[40, 36], w: f32[36, 24];
      for o < 36 { for i < 24 { for b < 40 { w[o, i] += g[b, o] * x[b, i]; } } }`,
  'terms with their number': `
    product():
      device x: f32[40, 24], w: f32[24, 36], y: f32[40, 36];
      zero_out y;
      for b < 40 { for o < 36 { for i < 24 { y[b, o] += x[b, i] * w[i, o] * f32(i); } } }`,
  'a batch of products': `
    product():
      device q: f32[3, 10, 2, 12], k: f32[3, 9, 2, 12], y: f32[3, 2, 10, 9];
      zero_out y;
      for b < 3 { for h < 2 { for i < 10 { for j < 9 { for d < 12 {
        y[b, h, i, j] += q[b, i, h, d] * k[b, j, h, d];
      } } } } }`,
  'a convolution': `
    product():
      device x: f32[2, 12, 12, 5], w: f32[9, 3, 3, 5], y: f32[2, 10, 10, 9];
      zero_out y;
      for b < 2 { for p < 10 { for q < 10 { for o < 9 { for u < 3 { for v < 3 { for c < 5 {
        y[b, p, q, o] += x[b, p + u, q + v, c] * w[o, u, v, c];
      } } } } } } }`,
  'factors that are computed': `
    product():
      device x: f32[24, 20], m: f32[24, 20], w: f32[20, 28], scale: f32[20], y: f32[24, 28];
      zero_out y;
      for b < 24 { for o < 28 { for i < 20 {
        y[b, o] += relu_gate(m[b, i], x[b, i]) * (exp(w[i, o]) * scale[i]);
      } } }`,
  'rows read from the last to the first': `
    product():
      device x: f32[37, 23], w: f32[23, 41], y: f32[37, 41];
      zero_out y;
      for b < 37 { for o < 41 { for i < 23 { y[b, o] += x[-1*b + 36, i] * w[i, o]; } } }`,
  'columns of a matrix of another shape': `
    product():
      device x: f32[37, 23], w: f32[23, 5, 9], y: f32[37, 45];
      zero_out y;
      for b < 37 { for o < 45 { for i < 23 { y[b, o] += x[b, i] * w[i, (o / 9), (o % 9)]; } } }`,
  'cells that one axis counts': `
    product():
      device x: f32[37, 23], w: f32[23, 48], y: f32[1776];
      zero_out y;
      for b < 37 { for o < 48 { for i < 23 { y[48*b + o] += x[b, i] * w[i, o]; } } }`,
  'the largest difference': `
    product():
      device x: f32[24, 20], w: f32[28, 20], y: f32[24, 28];
      fill y, -1000;
      for b < 24 { for o < 28 { for i < 20 { y[b, o] max= abs(x[b, i] - w[o, i]); } } }`,
  integers: `
    product():
      device x: i32[20, 24], w: i32[24, 28], y: i32[20, 28];
      zero_out y;
      for b < 20 { for o < 28 { for i < 24 { y[b, o] += x[b, i] * w[i, o]; } } }`,
};

describe.each([1, 4, 1000])('tiles for %i processors', processors => {
  const target = tilesFor(processors);

  test.each(Object.entries(programs))('%s', (_, text) => {
    const program = parseProgram(text);
    const after = scheduled(program, target);
    const shown = printProgram(after);
    expect(shown).toContain('_tile');
    for (const input of [thirdsFor]) {
      const expected = outputsOf(program, 0, input);
      expect(difference(expected, outputsOf(after, 0, input)), shown).toBeUndefined();
      expect(difference(expected, outputsOf(backwards(after), 0, input)), shown).toBeUndefined();
    }
  });
});

test('tiles of four processors are in strips', () => {
  const shown = printProgram(scheduled(parseProgram(inStrips), tilesFor(4)));
  expect(shown.replace(/\s+/g, ' ')).toContain(
    'for strip < 2 block { for o < 3 block { for b < 2 block {',
  );
});

test.each([
  ['what no two cells read', 'for b < 40 { for i < 30 { y[b] += x[b, i] * x[b, i]; } }'],
  ['few columns', 'for b < 40 { for o < 4 { for i < 30 { z[b, o] += x[b, i] * w[i, o]; } } }'],
  [
    'terms that are looked up',
    'for b < 40 { for o < 9 { for i < 30 { v[b, o] += x[b, at(ids[i])] * u[i, o]; } } }',
  ],
  [
    'a count of cells where a tile would reach into the next row',
    'for b < 40 { for o < 9 { for i < 30 { c[9*b + o] += x[b, i] * u[i, o]; } } }',
  ],
  [
    'what counts its rows',
    'for b < 40 { for o < 9 { for i < 30 { v[b, o] += x[b, i] * u[i, o] * f32(b); } } }',
  ],
])('%s is left to single threads', (_, nest) => {
  const program = parseProgram(`
    p():
      device x: f32[40, 30], w: f32[30, 4], u: f32[30, 9], ids: i32[30], y: f32[40], z: f32[40, 4], v: f32[40, 9],
        c: f32[360];
      ${nest}`);
  expect(printProgram(scheduled(program, tilesFor(1)))).not.toContain('_tile');
});

function scheduled(program: Program, target: Target): Program {
  return runPipeline(exactPassesFor(target), program);
}
