import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { separateSums } from '../../../compiler/passes/separate-sums.ts';
import { overridesOf } from '../../../compiler/schedule/override.ts';
import { laidOut, programOf, type Setting, through } from '../../support/loop-text.ts';
import { changedBy } from '../../support/order-of-terms.ts';
import { smallTarget } from '../../support/small-target.ts';

const setting: Setting = {
  device: 'w: f32[8, 5], x: f32[6, 5], y: f32[6, 8], r: f32[6], s: f32[6, 5], n: f32',
};
const pass = separateSums(smallTarget);
const run = through(pass, setting);
const nest = (last: string): string =>
  `for b < 6 { for o < 8 { local p: f32 := 0; for i < 5 { p += w[o, i] * x[b, i]; } ${last} } }`;
const apart = (term: string, sum: string): string =>
  `${nest(term)} for b < 6 { for o < 8 { ${sum} } }`;

test('terms are stored first, whatever they add to', () => {
  expect(run(nest('n += abs(p);'))).toBe(
    laidOut(
      `local n_terms: f32[6, 8]; ${apart('n_terms[b, o] := abs(p);', 'n += n_terms[b, o];')}`,
      setting,
    ),
  );
  expect(run(nest('r[b] *= p;'))).toBe(
    laidOut(
      `local r_terms: f32[6, 8]; ${apart('r_terms[b, o] := p;', 'r[b] *= r_terms[b, o];')}`,
      setting,
    ),
  );
});

test('in a loop they have one array for all turns', () => {
  expect(run(`for t < 2 { ${nest('n += p;')} r[t] := n; }`)).toBe(
    laidOut(
      `local n_terms: f32[6, 8]; for t < 2 { ${apart('n_terms[b, o] := p;', 'n += n_terms[b, o];')} r[t] := n; }`,
      setting,
    ),
  );
});

describe('stays as it is', () => {
  test.each<[string, string]>([
    ['where turns need nothing of each other anyway', nest('y[b, o] += p;')],
    ['where a term needs the sum so far', nest('n += p * n;')],
    ['where no product is summed', 'for b < 6 { for o < 8 { n += y[b, o]; } }'],
    ['where no tile would come of it', nest('n += p + x[b, 0];').replace('p +=', 'p += s[b, i] *')],
  ])('%s', (_, body) => {
    const same = body.includes('s[b, i]') ? body.replace('w[o, i]', 'f32(i)') : body;
    expect(run(same)).toBe(laidOut(same, setting));
  });

  test('where a program asks for it', () => {
    const asked = separateSums(smallTarget, overridesOf({ n: { tile: false } }));
    expect(through(asked, setting)(nest('n += p;'))).toBe(laidOut(nest('n += p;'), setting));
  });
});

test('random sums of sums keep every bit', () => {
  const target = fc.constantFrom('n', 'r[b]', 'r[3]', 's[b, 2]', 'y[b, o]', 'y[0, o]');
  const term = fc.constantFrom('p', 'abs(p)', 'p * r[b]', 'p + y[b, 1]', 'p - n');
  const op = fc.constantFrom('+=', '-=', '*=', 'max=');
  const programs = fc
    .array(fc.tuple(target, op, term), { minLength: 1, maxLength: 3 })
    .map(all =>
      programOf(setting.device, all.map(([to, by, of]) => nest(`${to} ${by} ${of};`)).join(' ')),
    );
  expect(changedBy(pass, programs)).toBeGreaterThan(50);
});
