import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Program } from '../../../compiler/loop/ir.ts';
import type { Decision } from '../../../compiler/passes/decision.ts';
import { blockRows } from '../../../compiler/passes/block-rows.ts';
import { overridesOf } from '../../../compiler/schedule/override.ts';
import { laidOut, programOf, type Setting, through } from '../../support/loop-text.ts';
import { changedBy } from '../../support/order-of-terms.ts';
import { smallTarget } from '../../support/small-target.ts';

const setting: Setting = {
  device:
    'x: f32[48, 4], w: f32[6, 4], u: f32[6, 5], y: f32[48, 5], z: f32[48, 6], g: f32[6], n: f32',
};
const pass = blockRows(smallTarget);
const run = through(pass, setting);

/** Loops around a product that stores cells of a row. */
const product = (store: string, cells: number, term: string, terms: number): string =>
  `for b < 48 { for o < ${cells} {
     local sum: f32 := 0;
     for i < ${terms} { sum += ${term}; }
     ${store} := sum;
   } }`;
const first = product('h[b, o]', 6, 'x[b, i] * w[o, i]', 4);
const second = product('y[b, o]', 5, 'h[b, i] * u[i, o]', 6);
const declares = 'local h: f32[48, 6];';

/** Of 48 rows 24 at a time: with all of them the array between would be larger than the cache. */
const inBlocks = `
  local w_turned: f32[4, 6];
  for i < 4 { for o < 6 { w_turned[i, o] := w[o, i]; } }
  for b_block < 2 {
    local h: f32[24, 6];
    for b < 24 { for o < 6 {
      local sum: f32 := 0;
      for i < 4 { sum += x[24*b_block + b, i] * w_turned[i, o]; }
      h[b, o] := sum;
    } }
    for b < 24 { for o < 5 {
      local sum: f32 := 0;
      for i < 6 { sum += h[b, i] * u[i, o]; }
      y[24*b_block + b, o] := sum;
    } }
  }`;

test('what lies between two products is there for some rows at a time', () => {
  expect(run(`${declares} ${first} ${second}`)).toBe(laidOut(inBlocks, setting));
});

test('what stands between comes first, and what comes later stays there', () => {
  const early = 'for o < 6 { g[o] := u[o, 0]; }';
  const late = 'n := u[0, 0];';
  const text = run(`${declares} ${first} ${early} ${second} ${late}`);
  expect(text).toBe(laidOut(`${early} ${inBlocks} ${late}`, setting));
});

test('what is filled first is filled part by part', () => {
  const padded = first.replace('h[b, o]', 'h[b, o + 1]');
  const all = `local h: f32[48, 8]; zero_out h; ${padded} ${second.replace('h[b, i]', 'h[b, i + 2]')}`;
  const expected = inBlocks
    .replace('local h: f32[24, 6];', 'local h: f32[24, 8]; zero_out h;')
    .replace('h[b, o] :=', 'h[b, o + 1] :=')
    .replace('h[b, i]', 'h[b, i + 2]');
  expect(run(all)).toBe(laidOut(expected, setting));
});

test('turns of a product may meet in cells, as those of the gradient of a picture do', () => {
  const of = { device: 'dy: f32[6, 16, 4], w: f32[3, 4, 4], dx: f32[6, 16, 4]' };
  const scattered = (first: string): string =>
    `for i < 3 { for p < 16 { for c < 4 {
       local sum: f32 := h[b, p + i, c];
       for o < 4 { sum += dy[${first}, p, o] * w[i, o, c]; }
       h[b, p + i, c] := sum;
     } } }`;
  const inside = (first: string): string =>
    `for p < 16 { for c < 4 { dx[${first}, p, c] := h[b, p + 1, c]; } }`;
  const body = `local h: f32[6, 18, 4]; zero_out h;
    for b < 6 { ${scattered('b')} } for b < 6 { ${inside('b')} }`;
  const at = '3*b_block + b';
  const expected = `for b_block < 2 {
    local h: f32[3, 18, 4]; zero_out h;
    for b < 3 { ${scattered(at)} } for b < 3 { ${inside(at)} }
  }`;
  expect(through(pass, of)(body)).toBe(laidOut(expected, of));
});

test('rows may be few where each reads often what they share', () => {
  const of = { device: 'x: f32[6, 16, 4], w: f32[4, 4], y: f32[6, 16, 4]' };
  const rows = (store: string, value: string): string =>
    `for b < 6 { for p < 16 { for o < 4 { local sum: f32 := 0; for i < 4 { sum += ${value}; } ${store} := sum; } } }`;
  const body = `local h: f32[6, 16, 4];
    ${rows('h[b, p, o]', 'x[b, p, i] * w[i, o]')} ${rows('y[b, p, o]', 'h[b, -1*p + 15, i] * w[i, o]')}`;
  expect(through(pass, of)(body)).toContain('for b_block < 2 {\n  local h: f32[3, 16, 4];');
});

describe('stays as it is', () => {
  const same = (body: string): void => expect(run(body)).toBe(laidOut(body, setting));

  test('where the array is small', () => {
    const fits = blockRows({ ...smallTarget, cacheBytes: 48 * 6 * 4 });
    const body = `${declares} ${first} ${second}`;
    expect(through(fits, setting)(body)).toBe(laidOut(body, setting));
  });

  test('where somebody else reads the array', () => {
    same(`${declares} ${first} ${second} for o < 6 { g[o] := h[3, o]; }`);
  });

  test('where a row needs another row', () => {
    same(`${declares} ${first} ${second.replace('h[b, i]', 'h[-1*b + 47, i]')}`);
    same(`${declares} ${first} ${second.replace('u[i, o]', 'y[-1*b + 47, o]')}`);
  });

  test('where what stands between needs the first and is needed by the second', () => {
    same(`${declares} local m: f32; ${first} m := h[2, 0]; ${second.replace('u[i, o]', 'm')}`);
  });

  test('where all rows read more than a cache holds', () => {
    const large = { device: `${setting.device}, big: f32[300, 4], v: f32[300, 5]` };
    const body = `local h: f32[48, 300];
      ${product('h[b, o]', 300, 'x[b, i] * big[o, i]', 4)}
      ${product('y[b, o]', 5, 'h[b, i] * v[i, o]', 300)}`;
    expect(through(pass, large)(body)).toBe(laidOut(body, large));
  });

  test('where few rows fit, and each reads what they share once', () => {
    const wide = { device: 'x: f32[48, 2], w: f32[2, 40], u: f32[40, 2], y: f32[48, 2]' };
    const body = `local h: f32[48, 40];
      ${product('h[b, o]', 40, 'x[b, i] * w[i, o]', 2)}
      ${product('y[b, o]', 2, 'h[b, i] * u[i, o]', 40)}`;
    expect(through(pass, wide)(body)).toBe(laidOut(body, wide));
  });

  test('where there is no product, as loops over rows are fused without this', () => {
    same(`${declares}
      for b < 48 { for o < 6 { h[b, o] := exp(x[b, 0]); } }
      for b < 48 { for o < 6 { z[b, o] := h[b, o] + 1; } }`);
  });

  test('where rows cannot be divided evenly', () => {
    const prime = (text: string): string => text.replaceAll('48', '49');
    const odd = { device: prime(setting.device) };
    const body = prime(`${declares} ${first} ${second}`);
    expect(through(pass, odd)(body)).toBe(laidOut(body, odd));
  });

  test('where a program asks for it', () => {
    const asked = blockRows(smallTarget, overridesOf({ h: { fuse: false } }));
    const body = `${declares} ${first} ${second}`;
    expect(through(asked, setting)(body)).toBe(laidOut(body, setting));
  });
});

test('it says what it did', () => {
  const told: Decision[] = [];
  pass.run(programOf(setting.device, `${declares} ${first} ${second}`), d => told.push(d));
  expect(told.flatMap(d => (d.about === 'nest' ? [d.step] : []))).toEqual([
    { kind: 'rows at once', arrays: ['h'], rows: 24, of: 48 },
  ]);
});

// ── Random chains ───────────────────────────────────────────────────────────────────────────────

/** Where a statement reads: its own row, one that another turn stores, or one that all read. */
const rows = fc.constantFrom('b', 'b', 'b', 'b', '-1*b + 47', '3');
const arrays = fc.constantFrom('h', 'k', 'h', 'k', 'z');
const nests = fc.oneof(
  fc
    .tuple(arrays, arrays, rows)
    .map(([to, from, at]) => product(`${to}[b, o]`, 6, `${from}[${at}, i] * u[i, o]`, 5)),
  fc
    .tuple(arrays, arrays, rows)
    .map(
      ([to, from, at]) =>
        `for b < 48 { for o < 6 { ${to}[b, o] := ${from}[${at}, o] + ${to}[b, o]; } }`,
    ),
  arrays.map(from => `for o < 6 { g[o] := ${from}[7, o]; }`),
  arrays.map(from => product('y[b, o]', 5, `${from}[b, i] * u[i, o]`, 6)),
);

function programOfNests(parts: readonly string[]): Program {
  const start = product('h[b, o]', 6, 'x[b, i] * w[o, i]', 4);
  const all = `local h: f32[48, 6]; local k: f32[48, 6]; ${start} zero_out k;`;
  return programOf(
    setting.device.replace('u: f32[6, 5]', 'u: f32[6, 6]'),
    `${all} ${parts.join(' ')}`,
  );
}

test('random chains keep every bit', () => {
  const programs = fc.array(nests, { minLength: 2, maxLength: 5 }).map(programOfNests);
  expect(changedBy(pass, programs)).toBeGreaterThan(50);
});

test('a heads axis stays outside', () => {
  const device = 'q: f32[4, 32, 3], kv: f32[4, 6, 3], out: f32[32, 4, 3]';
  const body = `local s: f32[4, 32, 6];
    for h < 4 { for b < 32 { for t < 6 { local sum: f32 := 0; for d < 3 { sum += q[h, b, d] * kv[h, t, d]; } s[h, b, t] := sum; } } }
    for b < 32 { for h < 4 { for d < 3 { local sum: f32 := 0; for t < 6 { sum += s[h, b, t] * kv[h, t, d]; } out[b, h, d] := sum; } } }`;
  expect(through(pass, { device })(body)).toMatchInlineSnapshot(`
    "for h < 4 {
      local s: f32[32, 6];
      for b < 32 {
        for t < 6 {
          local sum: f32 := 0;
          for d < 3 {
            sum += q[h, b, d] * kv[h, t, d];
          }
          s[b, t] := sum;
        }
      }
      for b < 32 {
        for d < 3 {
          local sum2: f32 := 0;
          for t < 6 {
            sum2 += s[b, t] * kv[h, t, d];
          }
          out[b, h, d] := sum2;
        }
      }
    }"
  `);
});
