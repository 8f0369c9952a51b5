import { describe, expect, test } from 'vitest';
import { fuseEpilogues } from '../../../compiler/passes/fuse-epilogues.ts';
import { overridesOf } from '../../../compiler/schedule/override.ts';
import { laidOut, type Setting, through } from '../../support/loop-text.ts';
import { smallTarget } from '../../support/small-target.ts';

const setting: Setting = {
  device: `x: f32[8, 6], y: f32[8, 16], w: f32[6, 16], m: f32[6, 16], t: f32[16, 6], v: f32[16],
    z: f32[6, 16], n: f32`,
};
const bytesOfArray = 6 * 16 * 4;
/** Its cache has less than twice the room of the array. */
const target = { ...smallTarget, cacheBytes: 2 * bytesOfArray - 1 };
// `through` compares what is computed with what was.
const run = through(fuseEpilogues(target), setting);

const product = (store = 'd[i, o] := sum;'): string =>
  `for i < 6 { for o < 16 { local sum: f32 := 0; for b < 8 { sum += x[b, i] * y[b, o]; } ${store} } }`;
const later = (store: string): string => `for i2 < 6 { for o2 < 16 { ${store} } }`;
const momentum = later('m[i2, o2] := 0.9 * m[i2, o2] + d[i2, o2];');
const update = later('w[i2, o2] += -0.1 * d[i2, o2] + m[i2, o2];').replaceAll('2', '3');
const declared = 'local d: f32[6, 16];';
const fused = (...stores: readonly string[]): string =>
  `for i < 6 { for o < 16 {
     local d: f32; local sum: f32 := 0; for b < 8 { sum += x[b, i] * y[b, o]; } d := sum;
     ${stores.join(' ')}
   } }`;
const both = fused('m[i, o] := 0.9 * m[i, o] + d;', 'w[i, o] += -0.1 * d + m[i, o];');

/** Loops of later nests that are not there any more, by the names of the product's. */
const all = [declared, product(), momentum, update];

test('what is done with all cells of a product is done with each at once', () => {
  expect(run(all.join(' '))).toBe(laidOut(both, setting));
});

test('loops may be in another order, and cells elsewhere', () => {
  const turned = 'for o2 < 16 { for i2 < 6 { t[o2, i2] := d[i2, o2]; } }';
  const expected = fused('t[o, i] := d;');
  expect(run(`${declared} ${product()} ${turned}`)).toBe(laidOut(expected, setting));
});

test('what stands between comes later, but for what reads a weight that is updated', () => {
  const [reader, other] = ['for o < 16 { v[o] := w[0, o]; }', 'n := y[0, 0];'];
  const body = [declared, product(), reader, other, momentum, update].join(' ');
  expect(run(body)).toBe(laidOut([reader, both, other].join(' '), setting));
});

describe('stays as it is', () => {
  const same = (...body: readonly string[]): void => {
    expect(run(body.join(' '))).toBe(laidOut(body.join(' '), setting));
  };

  test('where the array is read elsewhere', () => {
    same(...all, 'n := d[2, 3];');
  });

  test('where a cell needs others of the product', () => {
    same(declared, product(), later('m[i2, o2] := d[-1*i2 + 5, o2];'));
    same(declared, product(), later('m[i2, o2] := d[i2, o2] + d[i2, -1*o2 + 15];'));
    same(declared, product(), 'for i2 < 6 { for o2 < 16 { v[o2] += d[i2, o2]; } }');
  });

  test('where the product reads what the update changes', () => {
    same(declared, product(), later('y[i2, o2] := d[i2, o2];'));
    const ofRow = product().replace('x[b, i]', 'm[i, b]');
    same(declared, ofRow, later('m[i2, o2] := d[i2, o2];'));
  });

  test('where what stands between needs the one and is needed by the other', () => {
    same(
      declared,
      'local c: f32;',
      product(),
      'c := d[0, 0];',
      later('m[i2, o2] := c * d[i2, o2];'),
    );
    same(declared, product(), momentum, 'n := m[0, 0];', update.replace('-0.1', 'n'));
  });

  test('where much is computed for each cell', () => {
    same(declared, product(), later('m[i2, o2] := exp(d[i2, o2]) + tanh(d[i2, o2]);'));
  });

  test('where more than one cell at a time is stored', () => {
    same(declared, product('d[i, o] := sum; n := sum;'), momentum);
  });

  test('where it is not a tile, or the array is small', () => {
    const body = all.join(' ');
    const [large, roomy] = [{ leastTurns: 10_000 }, { cacheBytes: 2 * bytesOfArray }].map(other =>
      through(fuseEpilogues({ ...target, ...other }), setting)(body),
    );
    expect(large).toBe(laidOut(body, setting));
    expect(roomy).toBe(laidOut(body, setting));
  });

  test('where a program does not want it', () => {
    const asked = fuseEpilogues(target, overridesOf({ m: { fuse: false } }));
    expect(through(asked, setting)(all.join(' '))).toBe(laidOut(all.join(' '), setting));
  });
});
