/** Copies of what rows read side by side, with terms far apart. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printProgram } from '../../../../compiler/loop/print.ts';
import type { Program } from '../../../../compiler/loop/ir.ts';
import { tileRegisters } from '../../../../compiler/passes/tile-registers.ts';
import { nestAt } from '../../../../compiler/schedule/nest.ts';
import type { NestOverride } from '../../../../compiler/schedule/override.ts';
import { printStep } from '../../../../compiler/schedule/step.ts';
import { targets } from '../../../../compiler/schedule/target.ts';
import { isTile, stepOf, tileFor } from '../../../../compiler/schedule/tile/tile.ts';
import { programOf, through } from '../../../support/loop-text.ts';
import { changedBy } from '../../../support/order-of-terms.ts';
import { smallTarget } from '../../../support/small-target.ts';

/** Terms are far apart where they lie over more than 16 bytes. */
const fewPages = { ...smallTarget, mappedBytes: 32 };
/** Two rows in a tile, four in a copy. */
const target = { ...fewPages, vectorRegisters: 4, cacheBytes: 48, sharedCacheBytes: 2 ** 20 };

test('some rows at once, for all tiles of them', () => {
  const run = through(tileRegisters(target), {
    device: 'd: f32[3, 6], x: f32[3, 4], w: f32[6, 4]',
  });
  const after = run(
    `for i < 6 { for j < 4 {
       local s: f32 := 0;
       for k < 3 { s += d[k, i] * x[k, j]; }
       w[i, j] -= s;
     } }`,
  );
  expect(after).toMatchInlineSnapshot(`
    "local d_panel: f32[3, 4];
    for k < 3 {
      for i < 4 {
        d_panel[k, i] := d[k, i];
      }
    }
    for i < 2 {
      local s_tile: f32[2, 4];
      for i2 < 2 unrolled {
        for l < 4 vector {
          s_tile[i2, l] := 0;
        }
      }
      for k < 3 {
        for i2 < 2 unrolled {
          for l < 4 vector {
            s_tile[i2, l] += d_panel[k, 2*i + i2] * x[k, l];
          }
        }
      }
      for i2 < 2 unrolled {
        for l < 4 vector {
          w[2*i + i2, l] -= s_tile[i2, l];
        }
      }
    }
    local d_panel2: f32[3, 2];
    for k < 3 {
      for i < 2 {
        d_panel2[k, i] := d[k, i + 4];
      }
    }
    local s_tile2: f32[2, 4];
    for i < 2 unrolled {
      for l < 4 vector {
        s_tile2[i, l] := 0;
      }
    }
    for k < 3 {
      for i < 2 unrolled {
        for l < 4 vector {
          s_tile2[i, l] += d_panel2[k, i] * x[k, l];
        }
      }
    }
    for i < 2 unrolled {
      for l < 4 vector {
        w[i + 4, l] -= s_tile2[i, l];
      }
    }"
  `);
});

// ── What is chosen ──────────────────────────────────────────────────────────────────────────────

interface Gradient {
  readonly terms?: number;
  readonly rows?: number;
  /** Cells of `d` for each term. */
  readonly width?: number;
  readonly columns?: number;
  readonly of?: string;
  readonly asked?: NestOverride;
}

function stepFor(gradient: Gradient): string {
  const { terms = 256, rows = 1024, of = 'd[k, i]', asked = {} } = gradient;
  const { width = rows, columns = 64 } = gradient;
  const { body } = programOf(
    `d: f32[${terms}, ${width}], e: f32[${rows}, ${terms}],
      x: f32[${terms}, ${columns}], w: f32[${rows}, ${columns}]`,
    `for i < ${rows} { for j < ${columns} { local s: f32 := 0;
       for k < ${terms} { s += ${of} * x[k, j]; } w[i, j] -= s; } }`,
  );
  const nest = body.kind === 'for' ? nestAt(body) : undefined;
  const tile = nest && tileFor(nest, targets.avx512, asked);
  return tile && isTile(tile) ? printStep(stepOf(tile)) : (tile?.because ?? 'no nest');
}

test.each<[title: string, gradient: Gradient, chosen: string]>([
  ['terms pages apart', {}, 'rows 6 of i, columns 4 × 16 of j, pack d [256, 48]'],
  [
    'terms over half of the pages that are at hand',
    { terms: 128, rows: 480 },
    'rows 6 of i, columns 4 × 16 of j, pack d [128, 48]',
  ],
  ['terms over fewer', { terms: 128, rows: 96 }, 'rows 6 of i, columns 4 × 16 of j'],
  ['few terms, however far apart', { terms: 32 }, 'rows 6 of i, columns 4 × 16 of j'],
  ['terms side by side', { of: 'e[i, k]' }, 'rows 6 of i, columns 4 × 16 of j'],
  ['fewer rows than a copy has', { rows: 32, width: 512, terms: 2000 }, 'pack d [2000, 32]'],
  ['many terms on each page', { rows: 96, terms: 1000 }, 'rows 6 of i, columns 4 × 16 of j'],
  ['the same of more than a cache holds', { rows: 96, terms: 2000 }, 'pack d [2000, 48]'],
  ['the same for two tiles', { rows: 96, terms: 1000, columns: 128 }, 'pack d [1000, 48]'],
  ['so many terms that a cache has room for fewer rows', { terms: 4096 }, 'pack d [4096, 30]'],
  ['so many that it has room for one tile', { terms: 16384 }, 'rows 6 of i, columns 4 × 16 of j'],
  ['no copies, as it is asked for', { asked: { pack: false } }, 'columns 4 × 16 of j'],
])('%s', (_, gradient, chosen) => {
  expect(stepFor(gradient)).toMatch(chosen);
  expect(stepFor(gradient).includes('pack d')).toBe(chosen.includes('pack d'));
});

// ── Random gradients ────────────────────────────────────────────────────────────────────────────

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const shapes = fc.record({
  dims: fc.record({ b: upTo(2), m: fc.integer({ min: 4, max: 14 }), k: upTo(5), n: upTo(19) }),
  store: fc.constantFrom(':= s', '-= s', ':= s * w[b, i, j]'),
  isOfTwo: fc.boolean(),
});
type Shape = typeof shapes extends fc.Arbitrary<infer S> ? S : never;

function programFor({ dims: { b, m, k, n }, store, isOfTwo }: Shape): Program {
  const second = isOfTwo ? ' * d[k, 0, i + b]' : '';
  return programOf(
    `d: f32[${k}, 2, 15], x: f32[${k}, ${n}], w: f32[${b}, ${m}, ${n}]`,
    `for b < ${b} { for i < ${m} { for j < ${n} { local s: f32 := 0;
       for k < ${k} { for h < 2 { s += d[k, h, i] * x[k, j]${second}; } }
       w[b, i, j] ${store}; } } }`,
  );
}

test('random gradients keep every bit', () => {
  for (const cacheBytes of [200, 2000]) {
    const small = { ...fewPages, cacheBytes };
    expect(changedBy(tileRegisters(small), shapes.map(programFor))).toBeGreaterThan(20);
  }
});

test('some of them have copies of rows', () => {
  const texts = fc.sample(shapes.map(programFor), { numRuns: 100, seed: 1 }).map(program => {
    return printProgram(tileRegisters(fewPages).run(program));
  });
  expect(texts.filter(text => text.includes('local d_panel')).length).toBeGreaterThan(30);
});
