import { describe, expect, test } from 'vitest';
import { prefetchRows } from '../../../compiler/passes/prefetch-rows.ts';
import { laidOut, type Setting, through } from '../../support/loop-text.ts';
import { smallTarget } from '../../support/small-target.ts';

const setting: Setting = {
  device: 'x: f32[3, 256], y: f32[3, 256], short: f32[12, 252], s: f32[4]',
};
/** Has room for two rows of two arrays. */
const target = { ...smallTarget, cacheBytes: 2048 };
const run = through(prefetchRows(target), setting);
const sum = (of: string): string => `for i < 64 { for l < 4 vector { s[l] += ${of}; } }`;
const store = 'for o < 64 { for l < 4 vector { y[b, 4*o + l] := x[b, 4*o + l] * s[0]; } }';

test('what a row reads and what it stores are asked for where they are used last', () => {
  const first = 'for i < 64 { for l < 4 vector { y[b, 4*i + l] := x[b, 4*i + l]; } }';
  const second = 'for i < 64 { for l < 4 vector { y[b, 4*i + l] *= 2; } }';
  const [read, stored] = ['prefetch x[b + 1, 4*i];', 'prefetch y[b + 1, 4*i] to store;'];
  const at = (text: string, ahead: string): string => text.replace('{ for', `{ ${ahead} for`);
  expect(run(`for b < 3 { ${first} ${second} }`)).toBe(
    laidOut(`for b < 3 { ${at(first, read)} ${at(second, stored)} }`, setting),
  );
});

test('rows that a cache has no room for until their turn, a little ahead where they are used first', () => {
  const sums = sum('x[b, 4*i + l]');
  const at = (text: string, ahead: string): string => text.replace('{ for', `{ ${ahead} for`);
  const rows = { device: setting.device.replaceAll('256', '384') };
  const long = (text: string): string => text.replaceAll('64', '96');
  const ask = at(sums, 'prefetch x[b, 4*i + 256];');
  const asked = at(store, 'prefetch y[b, 4*o + 256] to store;');
  expect(through(prefetchRows(target), rows)(long(`for b < 3 { ${sums} ${store} }`))).toBe(
    laidOut(long(`for b < 3 { ${ask} ${asked} }`), rows),
  );
});

describe('all stays as it is', () => {
  test.each<[title: string, body: string]>([
    ['where one loop does all to a row', `for b < 3 { ${store} }`],
    ['where rows are the same', `for b < 3 { ${sum('x[0, 4*i + l]')} ${sum('y[1, 4*i + l]')} }`],
    [
      'where rows are short',
      `for b < 12 { ${[1, 2].map(() => 'for i < 63 { for l < 4 vector { short[b, 4*i + l] += 1; } }').join(' ')} }`,
    ],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });

  test('where a cache holds the array', () => {
    const body = `for b < 3 { ${sum('x[b, 4*i + l]')} ${store} }`;
    const large = { ...smallTarget, cacheBytes: 4 * 3 * 256 };
    expect(through(prefetchRows(large), setting)(body)).toBe(laidOut(body, setting));
    expect(run(body)).toContain('prefetch');
  });
});
