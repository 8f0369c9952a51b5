/** Tiles that are worth a try. */
import { expect, test } from 'vitest';
import { candidatesFor } from '../../../../compiler/schedule/tile/candidates.ts';
import { nestAt } from '../../../../compiler/schedule/nest.ts';
import type { NestOverride } from '../../../../compiler/schedule/override.ts';
import { type Target, targets } from '../../../../compiler/schedule/target.ts';
import { isTile, sumsOf, tileFor } from '../../../../compiler/schedule/tile/tile.ts';
import { programOf } from '../../../support/loop-text.ts';

const device = `a: f32[128, 100], b: f32[100, 512], w: f32[512, 100], c: f32[128, 512], z: f32[512],
  n: f32[100, 10], m: f32[128, 10]`;

function candidatesOf(body: string, target: Target = targets.avx512): readonly NestOverride[] {
  const { body: s } = programOf(device, body);
  const nest = s.kind === 'for' ? nestAt(s) : undefined;
  const tile = nest && tileFor(nest, target);
  if (!nest || !tile || !isTile(tile)) throw new Error('no tile');
  const candidates = candidatesFor(tile, target, sumsOf(nest).length);
  for (const asked of candidates)
    expect(tileFor(nest, target, asked)).not.toHaveProperty('because');
  return candidates;
}

const product = (of: string): string =>
  `for i < 128 { for j < 512 { local s: f32 := 0; for k < 100 { s += ${of}; } c[i, j] := s; } }`;

test('a product: what is chosen first, then tiles that load little', () => {
  expect(candidatesOf(product('a[i, k] * b[k, j]')).slice(0, 4)).toMatchInlineSnapshot(`
    [
      {
        "rows": 6,
        "vectors": 4,
      },
      {
        "rows": 5,
        "vectors": 4,
      },
      {
        "rows": 14,
        "vectors": 2,
      },
      {
        "rows": 13,
        "vectors": 2,
      },
    ]
  `);
});

test('where something is copied, it may be left where it is', () => {
  const [chosen, unpacked] = candidatesOf(product('a[i, k] * w[j, k]'));
  expect(unpacked).toEqual({ ...chosen, pack: false });
});

test('registers are few', () => {
  for (const { rows = 1, vectors = 1 } of candidatesOf(product('a[i, k] * b[k, j]'), targets.sse)) {
    expect(rows * vectors + vectors + 1).toBeLessThanOrEqual(16);
  }
});

test('columns that fill one vector have one', () => {
  const narrow =
    'for i < 128 { for j < 10 { local s: f32 := 0; for k < 100 { s += a[i, k] * n[k, j]; } m[i, j] := s; } }';
  expect(new Set(candidatesOf(narrow).map(({ vectors }) => vectors))).toEqual(new Set([1]));
});

test('without rows there are vectors to choose', () => {
  const sums = 'for j < 512 { local s: f32 := 0; for k < 100 { s += b[k, j]; } z[j] := s; }';
  expect(candidatesOf(sums)).toEqual([
    { vectors: 4 },
    { vectors: 3 },
    { vectors: 2 },
    { vectors: 1 },
  ]);
});

test('no candidate comes twice', () => {
  const all = candidatesOf(product('a[i, k] * w[j, k]')).map(asked => JSON.stringify(asked));
  expect(new Set(all).size).toBe(all.length);
});
