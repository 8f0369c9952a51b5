/** Blocks of columns and of terms: products whose rows no cache holds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printProgram } from '../../../../compiler/loop/print.ts';
import { tileRegisters } from '../../../../compiler/passes/tile-registers.ts';
import type { Program } from '../../../../compiler/loop/ir.ts';
import { nestAt } from '../../../../compiler/schedule/nest.ts';
import type { NestOverride } from '../../../../compiler/schedule/override.ts';
import { printStep } from '../../../../compiler/schedule/step.ts';
import { targets } from '../../../../compiler/schedule/target.ts';
import { isTile, stepOf, tileFor } from '../../../../compiler/schedule/tile/tile.ts';
import { programOf, type Setting, through } from '../../../support/loop-text.ts';
import { changedBy } from '../../../support/order-of-terms.ts';
import { smallTarget } from '../../../support/small-target.ts';

/** Eight columns in a tile, 16 in a block, two terms of their sums. */
const target = { ...smallTarget, cacheBytes: 256, sharedCacheBytes: 64, vectorRegisters: 4 };
const setting: Setting = {
  device: 'x: f32[4, 6], w: f32[64, 6], y: f32[4, 64], bias: f32[64], z: f64[4, 64]',
};
const run = through(tileRegisters(target), setting);
const product = (store: string): string =>
  `for b < 4 { for o < 64 {
     local s: f32 := 0;
     for i < 6 { s += x[b, i] * w[o, i]; }
     ${store}
   } }`;

describe('a sum in parts', () => {
  test('goes on from its cell', () => {
    const after = run(product('y[b, o] := s;'));
    expect(after).toMatchInlineSnapshot(`
      "for o < 4 {
        local w_panel: f32[4, 3, 4];
        for i_block < 2 {
          for i < 3 {
            for o2 < 4 {
              for o3 < 4 {
                w_panel[o2, i, o3] := w[16*o + 4*o2 + o3, 3*i_block + i];
              }
            }
          }
          for b < 2 {
            for o2 < 4 {
              local s_tile: f32[2, 4];
              when i_block < 1 {
                for b2 < 2 unrolled {
                  for l < 4 vector {
                    s_tile[b2, l] := 0;
                  }
                }
              }
              when -1*i_block < 0 {
                for b2 < 2 unrolled {
                  for l < 4 vector {
                    s_tile[b2, l] := y[2*b + b2, 16*o + 4*o2 + l];
                  }
                }
              }
              for i < 3 {
                for b2 < 2 unrolled {
                  for l < 4 vector {
                    s_tile[b2, l] += x[2*b + b2, 3*i_block + i] * w_panel[o2, i, l];
                  }
                }
              }
              for b2 < 2 unrolled {
                for l < 4 vector {
                  y[2*b + b2, 16*o + 4*o2 + l] := s_tile[b2, l];
                }
              }
            }
          }
        }
      }"
    `);
  });

  test('ends with what becomes of it', () => {
    const after = run(product('y[b, o] := relu(s + bias[o]);'));
    expect(after.match(/y\[.*\] := .*/g)).toMatchInlineSnapshot(`
      [
        "y[2*b + b2, 16*o + 4*o2 + l] := s_tile[b2, l];",
        "y[2*b + b2, 16*o + 4*o2 + l] := relu(s_tile[b2, l] + bias_panel[o2, l]);",
      ]
    `);
  });

  test('has a last part of its own where that has fewer terms', () => {
    const shorter = { ...target, cacheBytes: 128 };
    const after = through(
      tileRegisters(shorter),
      setting,
    )(
      `for b < 4 { for o < 64 {
         local s: f32 := 0;
         for i < 5 { s += x[b, i] * w[o, i]; }
         y[b, o] := relu(s);
       } }`,
    );
    expect(after.match(/when.*|for i.*|s_tile.* \+= .*|y\[.*\] := .*/g)).toMatchInlineSnapshot(`
      [
        "for i_block < 2 {",
        "for i < 2 {",
        "when i_block < 1 {",
        "when -1*i_block < 0 {",
        "for i < 2 {",
        "s_tile[b2, l] += x[2*b + b2, 2*i_block + i] * w_panel[o2, i, l];",
        "y[2*b + b2, 16*o + 4*o2 + l] := s_tile[b2, l];",
        "for i < 1 {",
        "for i < 1 {",
        "s_tile2[b2, l] += x[2*b + b2, i + 4] * w_panel[o2, i, l];",
        "y[2*b + b2, 16*o + 4*o2 + l] := relu(s_tile2[b2, l]);",
      ]
    `);
  });
});

test.each<[title: string, store: string]>([
  ['its array has a part in what is stored', 'y[b, o] := s * y[b, o];'],
  ['it is added to its array', 'y[b, o] += s;'],
  ['its array has another dtype', 'z[b, o] := f64(s);'],
  ['it goes to two cells', 'y[b, o] := s; bias[o] := 1;'],
])('a sum is taken whole where %s', (_, store) => {
  expect(run(product(store))).not.toContain('i_block');
});

// ── What is chosen ──────────────────────────────────────────────────────────────────────────────

function stepsFor(
  [m, k, n]: readonly [m: number, k: number, n: number],
  asked: NestOverride = {},
  leaf = 'a[i, k] * b[k, j]',
  store = ':=',
): string {
  const { body } = programOf(
    `a: f32[${m}, ${k}], b: f32[${k}, ${n}], w: f32[${n}, ${k}], y: f32[${m}, ${n}]`,
    `for i < ${m} { for j < ${n} { local s: f32 := 0;
       for k < ${k} { s += ${leaf}; } y[i, j] ${store} s; } }`,
  );
  const nest = body.kind === 'for' ? nestAt(body) : undefined;
  const tile = nest && tileFor(nest, targets.avx512, asked);
  return tile && isTile(tile) ? printStep(stepOf(tile)) : (tile?.because ?? 'no nest');
}

test.each<[title: string, size: readonly [number, number, number], chosen: string]>([
  [
    'rows that the second cache does not hold',
    [1024, 1024, 1024],
    'rows 6 of i, columns 4 × 16 of j, blocks of 256 columns, terms 512 of k, pack b [512, 256]',
  ],
  [
    'rows that none holds',
    [2048, 2048, 2048],
    'rows 6 of i, columns 4 × 16 of j, blocks of 256 columns, terms 512 of k, pack b [512, 256]',
  ],
  [
    'many rows, short sums',
    [4096, 1024, 1024],
    'rows 6 of i, columns 4 × 16 of j, blocks of 256 columns, terms 512 of k, pack b [512, 256]',
  ],
  [
    'sums too long for a copy, parts nearly as long as each other',
    [100, 5000, 512],
    'rows 5 of i, columns 4 × 16 of j, blocks of 128 columns, terms 500 of k, pack b [500, 128]',
  ],
  [
    'few columns, which threads share',
    [4096, 4096, 256],
    'rows 6 of i, columns 4 × 16 of j, blocks of 64 columns, terms 512 of k, pack b [512, 64]',
  ],
  [
    'columns over more pages than a processor has at hand',
    [512, 512, 512],
    'rows 6 of i, columns 4 × 16 of j, pack b [512, 64]',
  ],
  ['columns over fewer', [512, 200, 256], 'rows 6 of i, columns 4 × 16 of j'],
  ['rows pages apart', [777, 1024, 64], 'rows 6 of i, columns 4 × 16 of j'],
])('%s', (_, size, chosen) => {
  expect(stepsFor(size)).toBe(chosen);
});

test.each([
  [32, 'which threads share', true],
  [3, 'too few for that', false],
])('all columns beside %i pictures, %s', (pictures, _, isOneBlock) => {
  const { body } = programOf(
    `x: f32[${pictures}, 8000, 576], w: f32[96, 576], y: f32[${pictures}, 8000, 96]`,
    `for b < ${pictures} { for h < 8000 { for o < 96 { local s: f32 := 0;
       for c < 576 { s += x[b, h, c] * w[o, c]; } y[b, h, o] := s; } } }`,
  );
  const nest = body.kind === 'for' ? nestAt(body) : undefined;
  const tile = nest && tileFor(nest, targets.avx512);
  expect(tile && isTile(tile) && tile.blocks?.columns).toBe(isOneBlock ? 96 : undefined);
});

test('a program may ask for none', () => {
  expect(stepsFor([2048, 2048, 2048], { block: false })).toBe(
    'rows 6 of i, columns 4 × 16 of j, pack b [2048, 64]',
  );
  expect(stepsFor([2048, 2048, 2048], { pack: false })).toBe('rows 6 of i, columns 4 × 16 of j');
});

test('sums that are too long for a copy and cannot be in parts', () => {
  const turned = 'a[i, k] * w[j, k]';
  expect(stepsFor([100, 5000, 512], {}, turned)).toContain('terms 500 of k, pack w [500, 128]');
  expect(stepsFor([100, 5000, 512], {}, turned, '+=')).toBe('what it would copy is too large');
  expect(stepsFor([100, 5000, 512], { block: false }, turned)).toBe(
    'what it would copy is too large',
  );
});

/** Of a sum over two loops, as over texts and their words, or over one. */
function gradientSteps(
  texts: number,
  words: number,
  [rows, columns]: readonly [number, number],
): string {
  const [m, n] = [rows, columns];
  const { body } = programOf(
    `a: f32[${texts}, ${words}, ${m}], b: f32[${texts}, ${words}, ${n}], y: f32[${m}, ${n}]`,
    `for i < ${m} { for j < ${n} { local s: f32 := 0;
       for t < ${texts} { for k < ${words} { s += a[t, k, i] * b[t, k, j]; } } y[i, j] := s; } }`,
  );
  const nest = body.kind === 'for' ? nestAt(body) : undefined;
  const tile = nest && tileFor(nest, targets.avx512);
  return tile && isTile(tile) ? printStep(stepOf(tile)) : 'no tile';
}

test('sums whose rows have a line of memory for each term are whole, as rows are copied', () => {
  expect(gradientSteps(8, 128, [512, 48])).toContain('pack a [8, 128, 48]');
  expect(gradientSteps(8, 128, [512, 48])).not.toContain('terms');
  expect(gradientSteps(1, 128, [512, 48])).not.toContain('terms');
  expect(stepsFor([512, 512, 96], {}, 'a[i, k] * b[k, j]')).not.toContain('terms');
});

test('sums over more rows of columns than a cache holds are in parts, copied or not', () => {
  expect(stepsFor([8, 4096, 64])).toContain('terms 128 of k');
  expect(stepsFor([32, 4096, 64])).toContain('terms 128 of k, pack b');
  expect(stepsFor([32, 1024, 64])).not.toContain('terms');
});

// ── Random products ─────────────────────────────────────────────────────────────────────────────

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const shapes = fc.record({
  dims: fc.record({ b: upTo(2), m: upTo(6), k: upTo(11), n: upTo(37) }),
  isTurned: fc.boolean(),
  dtype: fc.constantFrom('f32', 'f64'),
  start: fc.constantFrom('0', '-0', 'bias[j]'),
  store: fc.constantFrom(':= s', ':= relu(s - bias[j])', '+= s', ':= s * y[b, i, j]', ':= s * s'),
  op: fc.constantFrom('+=', '-=', 'max=', '/='),
  isBatched: fc.boolean(),
  hasPairs: fc.boolean(),
});

function programFor({ dims, isTurned, dtype, start, store, op, ...shape }: Shape): Program {
  const { b, m, k, n } = dims;
  const w = isTurned ? 'w[j, k, h]' : 'w[k, h, j]';
  const ofW = isTurned ? [n, k, 2] : [k, 2, n];
  const pairs = shape.hasPairs ? 2 : 1;
  return programOf(
    `x: ${dtype}[${b}, ${m}, ${k}, 2], w: ${dtype}[${ofW.join(', ')}], y: ${dtype}[${b}, ${m}, ${n}], bias: ${dtype}[${n}]`,
    `for b < ${b} { for i < ${m} { for j < ${n} { local s: ${dtype} := ${start};
       for k < ${k} { for h < ${pairs} { s ${op} x[${shape.isBatched ? 'b' : 0}, i, k, h] * ${w}; } }
       y[b, i, j] ${store}; } } }`,
  );
}
type Shape = typeof shapes extends fc.Arbitrary<infer S> ? S : never;

test('random products keep every bit, in blocks of several sizes', () => {
  for (const cacheBytes of [300, 1000]) {
    const small = { ...smallTarget, cacheBytes, sharedCacheBytes: 0 };
    expect(changedBy(tileRegisters(small), shapes.map(programFor))).toBeGreaterThan(20);
  }
});

test('some of them are in parts', () => {
  const small = { ...smallTarget, cacheBytes: 300, sharedCacheBytes: 0 };
  const texts = fc.sample(shapes.map(programFor), { numRuns: 300, seed: 1 }).map(program => {
    return printProgram(tileRegisters(small).run(program));
  });
  expect(texts.filter(text => text.includes('k_block')).length).toBeGreaterThan(10);
});
