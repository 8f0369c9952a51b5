/** What is asked for, and where: never what is computed, which `through` compares. */
import { describe, expect, test } from 'vitest';
import { prefetchBlocks } from '../../../compiler/passes/prefetch-blocks.ts';
import { laidOut, type Setting, through } from '../../support/loop-text.ts';
import { smallTarget } from '../../support/small-target.ts';

/** A picture is 80 cells: five lines of memory. */
const setting: Setting = {
  device:
    'x: f32[8, 10, 8], few: f32[2, 10, 8], y: f32[8, 8, 8], w: f32[3, 8, 8], v: f32[8, 8], wide: f32[8, 10, 32]',
};
/** Smaller than `x`; a row is less than a burst. */
const target = { ...smallTarget, cacheBytes: 2048 };
const run = through(prefetchBlocks(target), setting);
const tile = (leaf: string): string => `for l < 8 vector { ${leaf} }`;
const sum = 'w[k, c, l] += x[b, h + k, l] * v[h, c];';
/** All taps, each over a whole picture. */
const taps = (leaf: string, ask = ''): string =>
  `for k < 3 { ${ask} for c < 8 { for h < 8 { ${tile(leaf)} } } }`;

test('a picture that many sums walk over is asked for while they do', () => {
  const ask = [0, 1].map(n => `prefetch x[b + 1, 0, 32*k + ${16 * n}];`).join(' ');
  expect(run(`for b < 8 { ${taps(sum)} }`)).toBe(
    laidOut(`for b < 8 { ${taps(sum, ask.replace(' + 0', ''))} }`, setting),
  );
});

test('a picture whose columns are counted as one', () => {
  const leaf = 'w[k, c, l] += x[b, h + ((l + 4) / 8), ((l + 4) % 8)] * v[h, c];';
  const after = run(`for b < 8 { ${taps(leaf)} }`);
  expect(after.match(/prefetch .*/g)?.[0]).toBe('prefetch x[b + 1, 0, 32*k];');
});

test('of rows in a larger array, the part that is used', () => {
  const leaf = 'w[k, c, l] += wide[b, h + k, l + 16] * v[h, c];';
  const after = run(`for b < 8 { ${taps(leaf)} }`);
  expect(after.match(/prefetch .*/g)).toEqual([
    'prefetch wide[b + 1, 4*k, 16];',
    'prefetch wide[b + 1, 4*k + 1, 16];',
    'prefetch wide[b + 1, 4*k + 2, 16];',
    'prefetch wide[b + 1, 4*k + 3, 16];',
  ]);
});

describe('parts of a picture', () => {
  const partsOf = (first: string): string =>
    run(
      `for b < 8 { for p < 2 { ${taps(`w[k, c, l] += x[b, ${first} + h + k, l] * v[h, c];`).replace('h < 8', 'h < 4')} } }`,
    );

  test('the rows of the next one that this one does not read, as the next picture begins near the end of the last', () => {
    expect(partsOf('4*p')).toContain('prefetch x[b, 4*p + 6, 16*k];');
  });

  test('those of the next picture, where it begins far from there', () => {
    expect(partsOf('2*p')).toContain('prefetch x[b + 1, 0, 48*p + 16*k];');
  });
});

describe('all stays as it is', () => {
  const once = `for h < 8 { for k < 3 { for c < 8 { ${tile(sum)} } } }`;
  test.each<[title: string, body: string]>([
    ['where rows come one after the other', `for b < 8 { ${once} }`],
    ['where a cache holds the array', `for b < 2 { ${taps(sum.replace('x[', 'few['))} }`],
    ['where turns read the same', `for b < 8 { ${taps(sum.replace('x[b', 'x[0'))} }`],
    ['where it is stored to', `for b < 8 { ${taps('x[b, h + k, l] += w[k, c, l] * v[h, c];')} }`],
    ['where little is done', `for b < 8 { for h < 8 { ${tile('y[b, h, l] := x[b, h, l];')} } }`],
    ['in one turn', `for b < 1 { ${taps(sum)} }`],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });

  test('where half of a first cache holds a picture', () => {
    const body = `for b < 8 { ${taps(sum)} }`;
    const large = { ...setting, device: setting.device.replace('x: f32[8,', 'x: f32[40,') };
    const roomy = { ...target, cacheBytes: 32 * 320 };
    expect(through(prefetchBlocks(roomy), large)(body)).toBe(laidOut(body, large));
  });

  test('where two pictures and what else is touched have no room', () => {
    const body = `for b < 8 { ${taps(sum)} }`;
    const small = { ...target, cacheBytes: 800 };
    expect(through(prefetchBlocks(small), setting)(body)).toBe(laidOut(body, setting));
  });
});
