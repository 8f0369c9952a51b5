/** Which nests are tiled, and how: what is across lanes, how many rows, what is copied. */
import { expect, test } from 'vitest';
import { nestAt } from '../../../../compiler/schedule/nest.ts';
import { type Target, targets } from '../../../../compiler/schedule/target.ts';
import { isTile, tileFor } from '../../../../compiler/schedule/tile/tile.ts';
import { programOf } from '../../../support/loop-text.ts';

const device = `a: f32[128, 100], b: f32[100, 512], w: f32[512, 100], c: f32[128, 512], v: f32[100],
  z: f32[512], d: f64[128, 512], e: f64[100, 512], n: i32[128], h: f32[100, 1024], g: f32[128, 1024],
  p: f32[100, 24], q: f32[128, 24], x: f32[502, 24], y: f32[500, 64], u: f32[64, 3, 24], r: f32[100, 48], t: f32[128, 48]`;

function tileOf(body: string, target: Target = targets.avx512): string {
  const { body: s } = programOf(device, body);
  const nest = s.kind === 'for' ? nestAt(s) : undefined;
  const tile = nest && tileFor(nest, target);
  if (!tile || !isTile(tile)) return 'none';
  const { rows, columns, rowCount, vectors, lanes, packed } = tile;
  const copies = packed.map(p => `, copies ${p.node.name}`).join('');
  return `${rows ? `${rowCount} ${rows.loop} × ` : ''}${vectors} × ${lanes} ${columns.loop}${copies}`;
}

function product(of: string, store = 'c[i, j] := s;'): string {
  return `for i < 128 { for j < 512 { local s: f32 := 0; for k < 100 { s += ${of}; } ${store} } }`;
}

test.each([
  ['a product', product('a[i, k] * b[k, j]'), '6 i × 4 × 16 j'],
  ['a product with the transposed', product('a[i, k] * w[j, k]'), '6 i × 4 × 16 j, copies w'],
  ['an epilogue', product('a[i, k] * b[k, j]', 'c[i, j] := relu(s + z[j]);'), '6 i × 4 × 16 j'],
  ['sums along rows', product('a[i, k] * b[k, j]', 'c[i, j] += s;'), '6 i × 4 × 16 j'],
  [
    'a sum over the rows of one array',
    'for j < 512 { local s: f32 := 0; for k < 100 { s += b[k, j]; } z[j] := s; }',
    '4 × 16 j',
  ],
  [
    'doubles',
    'for i < 128 { for j < 512 { local s: f64 := 0; for k < 100 { s += d[i, k] * e[k, j]; } d[i, j] := s; } }',
    'none',
  ],
  [
    'rows a page apart',
    'for i < 128 { for j < 1024 { local s: f32 := 0; for k < 100 { s += a[i, k] * h[k, j]; } g[i, j] := s; } }',
    '6 i × 4 × 16 j, copies h',
  ],
  [
    'a product with a vector: what it reads is read once',
    'for j < 512 { local s: f32 := 0; for k < 100 { s += w[j, k] * v[k]; } z[j] := s; }',
    'none',
  ],
  [
    'a store whose cells are not side by side',
    'for i < 128 { for j < 100 { local s: f32 := 0; for k < 100 { s += a[i, k] * b[k, j]; } w[2*j, 3] := s; } }',
    'none',
  ],
  [
    'a small nest',
    'for i < 8 { for j < 8 { local s: f32 := 0; for k < 8 { s += a[i, k] * b[k, j]; } c[i, j] := s; } }',
    'none',
  ],
])('%s', (_, body, tile) => {
  expect(tileOf(body)).toBe(tile);
});

test.each<[title: string, columns: number, leaf: string, store: string, tile: string]>([
  ['a vector and a half', 24, 'a[i, k] * p[k, j]', 'q[i, j] := s;', '8 i × 2 × 16 j'],
  ['three vectors', 48, 'a[i, k] * r[k, j]', 't[i, j] := s;', '8 i × 3 × 16 j'],
  ['what may not be done twice', 24, 'a[i, k] * p[k, j]', 'q[i, j] += s;', '13 i × 1 × 16 j'],
])('%s', (_, columns, leaf, store, tile) => {
  expect(tileOf(product(leaf, store).replace('j < 512', `j < ${columns}`))).toBe(tile);
});

/** Taps and channels of a filter's gradient as one loop, so that neighbouring pixels read two thirds of the same. */
const gradient = `for o < 64 { for m < 72 { local s: f32 := u[o, (m / 24), (m % 24)];
  for v < 500 { s += y[v, o] * x[v + (m / 24), (m % 24)]; }
  u[o, (m / 24), (m % 24)] := s; } }`;

test('columns that overlap from term to term: all in one tile, and none copied', () => {
  expect(tileOf(gradient)).toBe('4 o × 5 × 16 m');
});

test('a tile of more columns than they are can be asked for, if the last vector reaches back', () => {
  const sized = (store: string, vectors: number): string => {
    const of = product('a[i, k] * p[k, j]', store).replace('j < 512', 'j < 24');
    const { body } = programOf(device, of);
    const nest = body.kind === 'for' ? nestAt(body) : undefined;
    const tile = nest && tileFor(nest, targets.avx512, { rows: 4, vectors });
    if (!tile) return 'none';
    return isTile(tile) ? `${tile.rowCount} × ${tile.vectors}` : tile.because;
  };
  expect(sized('q[i, j] := s;', 2)).toBe('4 × 2');
  expect(sized('q[i, j] := s;', 3)).toBe('j has 24 turns, which are no 3 vectors of 16 lanes');
  expect(sized('q[i, j] += s;', 2)).toBe('j has 24 turns, which are no 2 vectors of 16 lanes');
});

test.each([
  ['avx2', '6 i × 2 × 8 j'],
  ['neon', '6 i × 4 × 4 j'],
  ['sse', '4 i × 3 × 4 j'],
] as const)('for %s', (name, tile) => {
  expect(tileOf(product('a[i, k] * b[k, j]'), targets[name])).toBe(tile);
});

test.each([
  [
    'with enough tiles of rows for a copy of its vectors in whole lines',
    1111,
    '9 i × 3 × 16 j, copies b',
  ],
  ['with few rows, in place', 60, '6 i × 3 × 16 j'],
])('a matrix whose rows are no whole cache lines, %s', (_, rows, tile) => {
  const arrays = `a: f32[${rows}, 70], b: f32[70, 77], c: f32[${rows}, 77]`;
  const { body: s } = programOf(
    arrays,
    `for i < ${rows} { for j < 77 { local s: f32 := 0; for k < 70 { s += a[i, k] * b[k, j]; } c[i, j] := s; } }`,
  );
  const nest = s.kind === 'for' ? nestAt(s) : undefined;
  const found = nest && tileFor(nest, targets.avx512);
  if (!found || !isTile(found)) throw new Error('no tile');
  const { rowCount, vectors, packed } = found;
  const copies = packed.map(({ node }) => `, copies ${node.name}`).join('');
  expect(`${rowCount} i × ${vectors} × 16 j${copies}`).toBe(tile);
});
