import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blockReductions } from '../../../compiler/passes/block-reductions.ts';
import type { Program } from '../../../compiler/loop/ir.ts';
import { laidOut, programOf, type Setting, through } from '../../support/loop-text.ts';
import { changedBy } from '../../support/order-of-terms.ts';
import { smallTarget } from '../../support/small-target.ts';

const setting: Setting = {
  device:
    'w: f32[32, 4], v: f32[17, 4], p: f32[16, 4], s: f32[32], y: f32[3, 6, 32], x: f32[3, 6, 4], n: i32[32], z: f32[3, 6, 32, 4]',
};
/** In one turn of `b`, `y` and `x` are 6 * 32 and 6 * 4 numbers: 864 bytes. */
const target = { ...smallTarget, cacheBytes: 864, leastTurns: 6 * 32 };
const run = through(blockReductions(target), setting);
const nest = (leaf: string): string =>
  `for o < 32 { for c < 4 { for b < 3 { for h < 6 { ${leaf} } } } }`;
/** A sum in a scalar, and what is done with it. */
const kept = (use: string, start = 'local d: f32 := 0;'): string =>
  `for o < 32 { for c < 4 { ${start} for b < 3 { for h < 6 {
     d += y[b, h, o] * x[b, h, c];
   } } ${use} } }`;
const sum = nest('w[o, c] += y[b, h, o] * x[b, h, c];');

test('a sum over two pictures is one over each, block by block', () => {
  expect(run(sum)).toBe(
    laidOut(
      `for o_block < 2 { for b < 3 { for o < 16 { for c < 4 { for h < 6 {
         w[16*o_block + o, c] += y[b, h, 16*o_block + o] * x[b, h, c];
       } } } } }`,
      setting,
    ),
  );
});

test('of pictures that the cache does not hold, some rows at a time', () => {
  const eager = { ...target, cacheBytes: 863 };
  expect(through(blockReductions(eager), setting)(sum)).toBe(
    laidOut(
      `for o_block < 2 { for b < 3 { for h_block < 2 { for o < 16 { for c < 4 { for h < 3 {
         w[16*o_block + o, c] += y[b, 3*h_block + h, 16*o_block + o] * x[b, 3*h_block + h, c];
       } } } } } }`,
      setting,
    ),
  );
});

/** A block of 16 outputs reads 384 bytes of `y`, all taps 128 of `z`. */
describe('gradients of a filter with three taps', () => {
  const device = 'w: f32[32, 3, 4], y: f32[3, 6, 32], z: f32[3, 8, 4]';
  const filter = `for o < 32 { for k < 3 { for c < 4 { for b < 3 { for h < 6 {
    w[o, k, c] += y[b, h, o] * z[b, h + k, c];
  } } } } }`;
  const blocked = (cacheBytes: number, leastTurns: number): string =>
    through(blockReductions({ ...target, cacheBytes, leastTurns }), { device })(filter);
  const [half, leastTurns] = [2 * 512, 3 * 64];

  test('whole pictures that half of the cache holds', () => {
    expect(blocked(half, leastTurns)).toContain('for b < 3 {\n    for o < 16 {');
  });

  test('some rows of larger ones, so that the next ones have room', () => {
    expect(blocked(half - 1, leastTurns)).toContain('for h_block < 2 {');
  });

  test('whole ones all the same, where some rows would be short sums', () => {
    expect(blocked(half - 1, leastTurns + 1)).toContain('for b < 3 {\n    for o < 16 {');
  });
});

test.each([
  [256, 4, 'more outputs where there are enough'],
  [64, 2, 'two lines of memory each'],
  [96, 3, 'no more than two'],
  [48, 2, 'fewer where two leave some over'],
  [33, 3, 'of any number that leaves none over'],
])('of %i outputs %i blocks: %s', (outputs, blocks) => {
  const device = `w: f32[${outputs}, 4], y: f32[3, 6, ${outputs}], x: f32[3, 6, 4]`;
  const eager = { ...target, cacheBytes: 4 * 6 * (outputs + 4) };
  const nests = through(blockReductions(eager), { ...setting, device });
  expect(nests(sum.replace('o < 32', `o < ${outputs}`))).toContain(`for o_block < ${blocks} {`);
});

describe('few channels, so that vectors of four go across the outputs', () => {
  const nestOf = (outputs: number, taps: number): string =>
    `for o < ${outputs} { for k < ${taps} { for c < 3 { for b < 3 { for h < 6 {
       w[o, k, c] += y[b, h, o] * x[b, h + k, c];
     } } } } }`;
  const settingOf = (outputs: number): Setting => ({
    device: `w: f32[${outputs}, 5, 3], y: f32[3, 6, ${outputs}], x: f32[3, 10, 3]`,
  });
  const blocked = (outputs: number, taps: number): string =>
    through(blockReductions(roomy), settingOf(outputs))(nestOf(outputs, taps));
  /** Half of it holds what 20 outputs read: 480 bytes, and 72. */
  const roomy = { ...target, cacheBytes: 2 * 552 };

  test('blocks of whole vectors', () => {
    expect(blocked(24, 5)).toContain('for o_block < 2 {\n  for b < 3 {\n    for o < 12 {');
  });

  test('or a tap each', () => {
    expect(blocked(20, 5)).toBe(
      laidOut(
        `for k < 5 { for b < 3 { for o < 20 { for c < 3 { for h < 6 {
           w[o, k, c] += y[b, h, o] * x[b, h + k, c];
         } } } } }`,
        settingOf(20),
      ),
    );
  });

  test('or none', () => {
    expect(blocked(20, 1)).toBe(laidOut(nestOf(20, 1), settingOf(20)));
  });
});

test('a sum in a scalar goes to an array, and what is done with it comes after', () => {
  expect(run(kept('w[o, c] -= 0.5 * d;'))).toBe(
    laidOut(
      `local d: f32[32, 4];
       zero_out d;
       for o_block < 2 { for b < 3 { for o < 16 { for c < 4 { for h < 6 {
         d[16*o_block + o, c] += y[b, h, 16*o_block + o] * x[b, h, c];
       } } } } }
       for o < 32 { for c < 4 { w[o, c] -= 0.5 * d[o, c]; } }`,
      setting,
    ),
  );
});

describe('a sum stays in its scalar', () => {
  test.each<[title: string, body: string]>([
    ['that starts from a cell', kept('w[o, c] := d;', 'local d: f32 := w[o, c];')],
    ['that something is done before', kept('w[o, c] += d;', 'w[o, c] := 1; local d: f32 := 0;')],
    ['that goes on', kept('d += 1; w[o, c] := d;')],
    ['of data that is read once', kept('w[o, c] := d;').replace('* x[b, h, c]', '* z[b, h, o, c]')],
    [
      'where turns need each other',
      kept('w[o, c] -= 0.5 * d;').replace('x[b, h, c]', 'w[5*b + h, c]'),
    ],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });
});

describe('all stays as it is', () => {
  test.each<[title: string, body: string]>([
    [
      'where all data is read once',
      'for o < 32 { for b < 3 { for h < 6 { s[o] += y[b, h, o]; } } }',
    ],
    ['where some is', nest('w[o, c] += y[b, h, o] * z[b, h, o, c];')],
    [
      'where a sum stands between its cells',
      'for o < 32 { for b < 3 { for c < 4 { for h < 6 { w[o, c] += y[b, h, o] * x[b, h, c]; } } } }',
    ],
    [
      'where no block has rows for tiles',
      'for o < 17 { for c < 4 { for b < 3 { for h < 6 { v[o, c] += y[b, h, o] * x[b, h, c]; } } } }',
    ],
    [
      'where sums stand outside',
      'for b < 3 { for o < 32 { for c < 4 { for h < 6 { w[o, c] += y[b, h, o] * x[b, h, c]; } } } }',
    ],
    ['what reads its array', nest('w[o, c] += w[o, 0] * x[b, h, c];')],
    ['what may', nest('w[o, c] += w[at(n[o]), c] * x[b, h, c];')],
    ['a write', 'for o < 32 { for c < 4 { w[o, c] := x[0, 0, c]; } }'],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });

  test('a convolution, whose rows read mostly what the rows before have read', () => {
    const sliding =
      'for h < 16 { for c < 4 { for b < 3 { for k < 6 { p[h, c] += y[b, 0, h + k] * x[b, k, c]; } } } }';
    const eager = through(blockReductions({ ...target, cacheBytes: 300 }), setting);
    expect(eager(sliding)).toBe(laidOut(sliding, setting));
    expect(eager(sliding.replace('h + k', 'h'))).toContain('h_block');
  });

  test.each<[title: string, target: typeof smallTarget]>([
    ['where not even half a part fits in the cache', { ...target, cacheBytes: 431 }],
    ['where all does', { ...target, cacheBytes: 3 * 864 }],
    ['where parts would be short', { ...target, leastTurns: 7 * 32 }],
  ])('%s', (_, other) => {
    expect(through(blockReductions(other), setting)(sum)).toBe(laidOut(sum, setting));
  });
});

// ── Random nests ────────────────────────────────────────────────────────────────────────────────

const extents = fc.integer({ min: 1, max: 3 });
const loopNames = ['o', 'c', 'b', 'h', 'v'] as const;
const nests = fc.record({
  order: fc.shuffledSubarray([...loopNames], { minLength: 5 }),
  keepsOrder: fc.boolean(),
  extents: fc.tuple(
    fc.constantFrom(16, 18, 24, 33),
    fc.constantFrom(1, 3, 5),
    extents,
    extents,
    extents,
  ),
  op: fc.constantFrom('+=', '-=', '/=', 'max='),
  target: fc.constantFrom('o, c', 'o, c + v', 'o, 2*c', 'o + c, 0'),
});

/** Two factors, each the same for a loop of the cells. */
function nestOf({ order, keepsOrder, extents: dims, op, target: cell }: NestShape): Program {
  const [o, c, b, h, v] = dims;
  const heads = (keepsOrder ? loopNames : order).map(
    loop => `for ${loop} < ${dims[loopNames.indexOf(loop)] ?? 1} {`,
  );
  const device = `t: f32[${o + c}, ${2 * c + v}], x: f32[${[b, h, v, o].join(', ')}], y: f32[${[b, h, v, c].join(', ')}]`;
  const leaf = `t[${cell}] ${op} x[b, h, v, o] * y[b, h, v, c];`;
  return programOf(device, `${heads.join(' ')} ${leaf} ${'}'.repeat(heads.length)}`);
}
type NestShape = typeof nests extends fc.Arbitrary<infer S> ? S : never;

test('random nests keep every bit', () => {
  const eager = blockReductions({ ...smallTarget, leastTurns: 0, cacheBytes: 600 });
  expect(changedBy(eager, nests.map(nestOf))).toBeGreaterThan(10);
});
