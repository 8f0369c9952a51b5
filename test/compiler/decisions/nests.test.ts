/** The schedule of each nest, as the passes tell it. */
import { expect, test } from 'vitest';
import { scheduledNests } from '../../../compiler/decisions/nests.ts';
import { printStep } from '../../../compiler/schedule/step.ts';
import { type Target, targets } from '../../../compiler/schedule/target.ts';
import { programOf } from '../../support/loop-text.ts';
import { scheduled } from '../../support/scheduled.ts';
import { smallTarget } from '../../support/small-target.ts';

const device = `a: f32[128, 100], b: f32[100, 512], w: f32[512, 100], c: f32[128, 512], z: f32[512],
  x: f32[64, 300], y: f32[64, 300], s: f32, image: f32[30, 16], out: f32[28, 16],
  kernel: f32[16, 3, 16], weights: f32[32, 4], pictures: f32[2, 6, 32], others: f32[2, 6, 4]`;

function nestsOf(body: string, target: Target = targets.avx2): readonly string[] {
  const { witnessed, program } = scheduled(programOf(device, body), target);
  return scheduledNests(witnessed, program).flatMap(nest => {
    const loops = nest.loops.map(({ loop, extent }) => `${loop}:${extent}`).join(', ');
    const inside = nest.inside.length === 0 ? '' : ` (${nest.inside.join(', ')})`;
    return [
      `${nest.writes.join(', ')}${inside} [${loops}] ${nest.kind}`,
      ...nest.steps.map(({ by, step }) => `  ${by}: ${printStep(step)}`),
      ...nest.refusals.map(({ by, of, because }) => `  ${by} of ${of.join(', ')}: ${because}`),
    ];
  });
}

const product = `zero_out c;
  for i < 128 { for j < 512 { for k < 100 { c[i, j] += a[i, k] * w[j, k]; } } }`;

const softmax = `local max: f32[64]; local e: f32[64, 300]; local sum: f32[64];
  fill max, -1e9; zero_out sum;
  for i < 64 { for k < 300 { max[i] max= x[i, k]; } }
  for i2 < 64 { for k2 < 300 { e[i2, k2] := exp(x[i2, k2] - max[i2]); } }
  for i3 < 64 { for k3 < 300 { sum[i3] += e[i3, k3]; } }
  for i4 < 64 { for k4 < 300 { y[i4, k4] := e[i4, k4] / sum[i4]; } }`;

test('a product', () => {
  expect(nestsOf(product)).toMatchInlineSnapshot(`
    [
      "c [i:128, j:512, k:100] contraction",
      "  accumulate-in-registers: c over k",
      "  tile-registers: rows 6 of i, columns 2 × 8 of j, pack w [100, 16]",
      "  parallelise: j2: 32 turns",
      "  unroll-terms: k3 by 4",
      "  unroll-terms: k4 by 4",
    ]
  `);
});

test('rows that are fused: a nest that keeps some arrays for itself', () => {
  expect(nestsOf(softmax)).toMatchInlineSnapshot(`
    [
      "y (max, e, sum) [i:64, k:300] reduction",
      "  accumulate-in-registers: max over k",
      "  accumulate-in-registers: sum over k3",
      "  fuse-loops: over i: 64 turns",
      "  fuse-loops: over i: 64 turns",
      "  fuse-loops: over i: 64 turns",
      "  split-reductions: max_max over k: 64 parts",
      "  split-reductions: sum_sum over k3: 64 parts",
      "  vectorise: k2 by 4 × 8",
      "  vectorise: k4 by 4 × 8",
      "  parallelise: i: 64 turns",
      "  tile-registers of max: what it would copy is read too seldom",
      "  tile-registers of e: it keeps no sum in a register",
      "  tile-registers of sum: what it would copy is read too seldom",
      "  tile-registers of y: it keeps no sum in a register",
    ]
  `);
});

test('nothing to do', () => {
  expect(nestsOf('for i < 64 { y[i, 0] := x[i, 0]; }')).toMatchInlineSnapshot(`
    [
      "y [i:64] pointwise",
      "  tile-registers of y: it keeps no sum in a register",
      "  parallelise of y: 128 operations are too few",
    ]
  `);
});

test('a long sum, which threads share', () => {
  const body = 'for i < 64 { for k < 300 { s += exp(x[i, k]); } }';
  expect(nestsOf(body)).toMatchInlineSnapshot(`
    [
      "s [i:64, k:300] reduction",
      "  share-sums: s over i: 16 parts",
      "  split-reductions: s_part over k2: 64 parts",
      "  parallelise: i_part: 16 turns",
      "  tile-registers of s: its turns need each other",
    ]
  `);
});

test('turns that need each other', () => {
  const body = 'for i < 64 { for k < 300 { s := 0.5 * s + exp(x[i, k]); } }';
  expect(nestsOf(body)).toMatchInlineSnapshot(`
    [
      "s [i:64, k:300] pointwise",
      "  tile-registers of s: its turns need each other",
      "  parallelise of s: its turns need each other",
    ]
  `);
});

test('nests in a loop over steps are told apart, also those of one array', () => {
  const body = `for step < 4 {
    for i < 128 { for k < 512 { c[i, k] += 1; } }
    for i2 < 64 { for k2 < 300 { y[i2, k2] += c[i2, k2]; } }
    for i3 < 128 { for k3 < 512 { c[i3, k3] *= 2; } }
  }`;
  expect(nestsOf(body)).toMatchInlineSnapshot(`
    [
      "c [i:128, k:512] pointwise",
      "  vectorise: k by 4 × 8",
      "  tile-registers of c: it keeps no sum in a register",
      "y [i2:64, k2:300] pointwise",
      "  vectorise: k2 by 4 × 8",
      "  tile-registers of y: it keeps no sum in a register",
      "c [i3:128, k3:512] pointwise",
      "  vectorise: k3 by 4 × 8",
      "  tile-registers of c: it keeps no sum in a register",
    ]
  `);
});

test('a sum over two pictures', () => {
  const body = `for o < 32 { for p < 4 { for b < 2 { for h < 6 {
    weights[o, p] += pictures[b, h, o] * others[b, h, p]; } } } }`;
  const target = { ...smallTarget, cacheBytes: 864, leastTurns: 6 * 32 };
  expect(nestsOf(body, target)).toMatchInlineSnapshot(`
    [
      "weights [o:32, p:4, b2:2, h:6] contraction",
      "  block-reductions: o by 16, b2 outside",
      "  accumulate-in-registers: weights over h",
      "  tile-registers: rows 8 of o, columns 1 × 4 of p",
      "  parallelise of weights: 8,704 operations are too few",
    ]
  `);
});

test('pixels that meet in a cell', () => {
  const body = `zero_out image; for h < 28 { for k < 3 { for i < 16 { for o < 16 {
    image[h + k, i] += out[h, o] * kernel[o, k, i]; } } } }`;
  expect(nestsOf(body)).toMatchInlineSnapshot(`
    [
      "image [h:28, k:3, i:16, o:16] contraction",
      "  gather-taps: image over o, k",
      "  accumulate-in-registers: image over o, k",
      "  tile-registers: rows 10 of h, columns 1 × 8 of i, 3 taps of k",
      "  parallelise of image: 116,640 operations are too few",
    ]
  `);
});

test('pixels two apart that meet in a cell', () => {
  const body = `zero_out image; for h < 14 { for k < 3 { for i < 16 { for o < 16 {
    image[2*h + k, i] += out[h, o] * kernel[o, k, i]; } } } }`;
  expect(nestsOf(body)).toMatchInlineSnapshot(`
    [
      "image [h:14, k:3, i:16, o:16] contraction",
      "  interchange: k outside",
      "  accumulate-in-registers: image over o",
      "  tile-registers of image: 3,584 turns are too few",
      "  parallelise of image: 56,448 operations are too few",
    ]
  `);
});

test('for a processor without vectors there is little to tell', () => {
  expect(nestsOf(product, targets.scalar)).toMatchInlineSnapshot(`
    [
      "c [i:128, j:512, k:100] contraction",
      "  accumulate-in-registers: c over k",
      "  parallelise: i: 128 turns",
    ]
  `);
});
