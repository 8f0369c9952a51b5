import { describe, expect, test } from 'vitest';
import { prefetchAhead } from '../../../compiler/passes/prefetch-ahead.ts';
import { laidOut, type Setting, through } from '../../support/loop-text.ts';
import { smallTarget } from '../../support/small-target.ts';

const setting: Setting = {
  device: 'x: f32[512], y: f32[512], w: f32[3, 512], few: f32[256], s: f32[4]',
};
const run = through(prefetchAhead(smallTarget), setting);
const over = (leaf: string, ask = ''): string =>
  `for o < 64 { ${ask} for l < 4 vector { ${leaf} } }`;
const chain = 'y[4*o + l] := tanh(x[4*o + l]);';

test('what a long chain reads is asked for 1 KiB ahead', () => {
  expect(run(over(chain))).toBe(laidOut(over(chain, 'prefetch x[4*o + 256];'), setting));
});

test('by vectors, where a turn has several', () => {
  const [leaf, wide] = [chain.replaceAll('4*o', '8*o + 4*v'), 'for o < 64 { for v < 2 unrolled {'];
  const ask = 'prefetch x[8*o + 4*v + 256];';
  expect(run(`${wide} for l < 4 vector { ${leaf} } } }`)).toBe(
    laidOut(`${wide} ${ask} for l < 4 vector { ${leaf} } } }`, setting),
  );
});

test('of rows, along each; what all of them read stays in a cache', () => {
  const leaf = 'w[b, 4*o + l] := tanh(w[b, 4*o + l] + few[4*o + l]);';
  const ask = 'prefetch w[b, 4*o + 256] to store;';
  expect(run(`for b < 3 { ${over(leaf)} }`)).toBe(
    laidOut(`for b < 3 { ${over(leaf, ask)} }`, setting),
  );
});

describe('all stays as it is', () => {
  const [first, asked] = [over('s[l] += x[4*o + l];'), over(chain, 'prefetch x[0];')];
  test.each<[title: string, body: string]>([
    ['where little is done', over('y[4*o + l] := x[4*o + l] + 1;')],
    ['where a cache holds the array', over(chain.replace('x[', 'few['))],
    ['in a sum', over('s[l] += tanh(x[4*o + l]);')],
    ['where turns leave something out', over(chain.replaceAll('4*o', '6*o'))],
    ['where nothing is read', over('y[4*o + l] := tanh(exp(sin(cos(s[l]))));')],
    ['where the row has been asked for', `for b < 3 { ${first} ${asked} ${over(chain)} }`],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });
});
