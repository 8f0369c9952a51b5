import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Program } from '../../../compiler/loop/ir.ts';
import { fuseLoops } from '../../../compiler/passes/fuse-loops.ts';
import { gpu, type Target } from '../../../compiler/schedule/target.ts';
import { laidOut, programOf, type Setting, through } from '../../support/loop-text.ts';
import { changedBy } from '../../support/order-of-terms.ts';
import { smallTarget } from '../../support/small-target.ts';

const setting: Setting = {
  device: 'x: f32[16, 6], y: f32[16, 6], z: f32[16, 6], w: f32[6], sums: f32[4, 6], g: f32[6]',
};
const run = through(fuseLoops(smallTarget), setting);
const row = (leaf: string): string => `for b < 16 { for o < 6 { ${leaf} } }`;
const [first, second] = [row('y[b, o] := exp(x[b, o]);'), row('z[b, o] := y[b, o] + 1;')];
const other = 'for o < 6 { w[o] := 2 * w[o]; }';
const both = `for b < 16 {
  for o < 6 { y[b, o] := exp(x[b, o]); z[b, o] := y[b, o] + 1; }
}`;

test('rows of one loop are used at once by the next', () => {
  expect(run(`${first} ${second}`)).toBe(laidOut(both, setting));
});

describe('what stands between', () => {
  test('comes after, where only the second meets it not', () => {
    const between = 'for o < 6 { w[o] := x[0, o] + y[0, o]; }';
    expect(run(`${first} ${between} ${second}`)).toBe(laidOut(`${both} ${between}`, setting));
  });

  test('comes first, where only the first meets it not', () => {
    const needsOther = row('z[b, o] := y[b, o] + w[o];');
    const text = run(`${first} ${other} ${needsOther}`);
    expect(text).toBe(laidOut(`${other} ${both.replace('+ 1', '+ w[o]')}`, setting));
  });

  test('keeps them apart, where both do', () => {
    const body = `${first} for o < 6 { w[o] := y[0, o]; } ${row('z[b, o] := y[b, o] + w[o];')}`;
    expect(run(body)).toBe(laidOut(body, setting));
  });
});

const blocks = `for p < 4 {
  for o < 6 { sums[p, o] := 0; }
  for c < 4 { for o < 6 { sums[p, o] += y[4*p + c, o]; } }
}`;

test('rows are taken in blocks, beside sums over blocks of them', () => {
  expect(run(`${first} ${blocks}`)).toBe(
    laidOut(
      `for p < 4 {
         for o < 6 { sums[p, o] := 0; }
         for b < 4 { for o < 6 { y[4*p + b, o] := exp(x[4*p + b, o]); sums[p, o] += y[4*p + b, o]; } }
       }`,
      setting,
    ),
  );
});

test('of an array no more is kept than a turn of both loops uses', () => {
  const sums = blocks.replace('y[', 't[');
  expect(run(`local t: f32[16, 6]; ${row('t[b, o] := exp(x[b, o]);')} ${sums}`)).toBe(
    laidOut(
      `for p < 4 {
         for o < 6 { sums[p, o] := 0; }
         for b < 4 { for o < 6 { local t: f32; t := exp(x[4*p + b, o]); sums[p, o] += t; } }
       }`,
      setting,
    ),
  );
});

test('loops that read the same are fused where that is more than a cache holds', () => {
  const reads = `${row('y[b, o] := x[b, o] + 1;')} ${row('z[b, o] := x[b, o] * 2;')}`;
  const large = { ...smallTarget, cacheBytes: 4 * 16 * 6 };
  expect(through(fuseLoops(large), setting)(reads)).toBe(laidOut(reads, setting));
  expect(through(fuseLoops({ ...large, cacheBytes: 4 * 16 * 6 - 1 }), setting)(reads)).toBe(
    laidOut(
      'for b < 16 { for o < 6 { y[b, o] := x[b, o] + 1; z[b, o] := x[b, o] * 2; } }',
      setting,
    ),
  );
});

test('a row is all that is kept, where what the outermost loop has of an array is large', () => {
  const large: Setting = { device: 'x: f32[2, 64, 300], y: f32[2, 64, 300]' };
  const rows = (leaf: string): string => `for b < 2 { for s < 64 { for o < 300 { ${leaf} } } }`;
  const body = `local t: f32[2, 64, 300];
    ${rows('t[b, s, o] := exp(x[b, s, o]);')}
    for b < 2 { for s < 64 { for o < 300 { y[b, s, o] := t[b, s, -1*o + 299]; } } }`;
  const after = `for b < 2 { for s < 64 {
      local t: f32[300];
      for o < 300 { t[o] := exp(x[b, s, o]); }
      for o < 300 { y[b, s, o] := t[-1*o + 299]; }
    } }`;
  const withCache = (cacheBytes: number): ((text: string) => string) =>
    through(fuseLoops({ ...smallTarget, cacheBytes }), large);
  expect(withCache(64 * 1024)(body)).toBe(laidOut(after, large));
  expect(withCache(1200)(body)).toBe(laidOut(after, large));
  expect(withCache(1199)(body)).toContain('local t: f32[2, 64, 300];');
});

// ── Random rows of loops ────────────────────────────────────────────────────────────────────────

const arrays = fc.constantFrom('t', 'u', 'y', 'z');
/** Where a turn reads: its own row, one that another turn stores, or one that all do. */
const rows = fc.constantFrom('b', 'b', 'b', '-1*b + 15', '3');
const nests = fc.oneof(
  fc
    .tuple(arrays, arrays, rows)
    .map(([to, from, at]) => row(`${to}[b, o] := x[b, o] + ${from}[${at}, o];`)),
  fc.tuple(arrays, arrays).map(([to, from]) => row(`${to}[b, o] += ${from}[b, o];`)),
  fc.tuple(arrays, arrays).map(([to, from]) => `for o < 6 { ${to}[2, o] := ${from}[1, o]; }`),
  arrays.map(from => `for b < 16 { for o < 6 { g[o] += ${from}[b, o]; } }`),
  arrays.map(from => blocks.replace('y[', `${from}[`)),
);

function programOfNests(parts: readonly string[]): Program {
  const zeros = 'local t: f32[16, 6]; local u: f32[16, 6]; zero_out t; zero_out u;';
  return programOf(setting.device, `${zeros} ${parts.join(' ')}`);
}

test('random rows of loops keep every bit', () => {
  const programs = fc.array(nests, { minLength: 2, maxLength: 6 }).map(programOfNests);
  expect(changedBy(fuseLoops(smallTarget), programs)).toBeGreaterThan(50);
});

describe('on a GPU', () => {
  const nested: Setting = { device: 'x: f32[4, 4, 6], y: f32[4, 4, 6], z: f32[4, 4, 6]' };
  const withProcessors = (processors: number): Target => ({
    ...smallTarget,
    gpu: { ...gpu.gpu, processors },
  });
  const rows = (leaf: string): string => `for b < 4 { for s < 4 { for o < 6 { ${leaf} } } }`;
  const body = `${rows('y[b, s, o] := exp(x[b, s, o]);')} ${rows('z[b, s, o] := y[b, s, 0];')}`;

  test('rows of two loops become blocks, where one of them has too few turns', () => {
    const after = `for b < 4 { for s < 4 {
      for o < 6 { y[b, s, o] := exp(x[b, s, o]); }
      for o < 6 { z[b, s, o] := y[b, s, 0]; }
    } }`;
    const fused = through(fuseLoops(withProcessors(16)), nested)(body);
    expect(fused).toBe(laidOut(after, nested));
  });

  test('what both loops together are too few for stays apart', () => {
    expect(through(fuseLoops(withProcessors(17)), nested)(body)).toBe(laidOut(body, nested));
  });

  test('and so does what needs another row', () => {
    const shifted = body.replace('y[b, s, 0]', 'y[b, 0, o]');
    const fused = through(fuseLoops(withProcessors(16)), nested)(shifted);
    expect(fused).toBe(laidOut(shifted, nested));
  });
});
