/** Sums over rows that are taken in blocks, and what is computed again for those who need it late. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../../compiler/passes/decision.ts';
import { blockRows } from '../../../compiler/passes/block-rows.ts';
import { overridesOf } from '../../../compiler/schedule/override.ts';
import { printStep } from '../../../compiler/schedule/step.ts';
import { programOf, through } from '../../support/loop-text.ts';
import { changedBy } from '../../support/order-of-terms.ts';
import { smallTarget } from '../../support/small-target.ts';

const pass = blockRows(smallTarget);

/** Queries, keys and values of two heads, and what comes back to the result. */
const heads = {
  device: `q: f32[2, 48, 4], k: f32[2, 6, 4], v: f32[2, 6, 4], y: f32[2, 48, 4], dy: f32[2, 48, 4],
    dk: f32[2, 6, 4], dv: f32[2, 6, 4], both: f32[2, 2, 6, 4]`,
};
const inHeads = (rows: string, cells: string, store: string, term: string, terms: string): string =>
  `for h < 2 { for ${rows} { for ${cells} {
     local sum: f32 := 0;
     for ${terms} { sum += ${term}; }
     ${store};
   } } }`;
const [scores, weighted, dScores] = [
  inHeads('s < 48', 't < 6', 'p[h, s, t] := relu(sum)', 'q[h, s, d] * k[h, t, d]', 'd < 4'),
  inHeads('s < 48', 'd < 4', 'y[h, s, d] := sum', 'p[h, s, t] * v[h, t, d]', 't < 6'),
  inHeads('s < 48', 't < 6', 'g[h, s, t] := sum * p[h, s, t]', 'dy[h, s, d] * v[h, t, d]', 'd < 4'),
];
const down = (to: string, what: string, from: string): string =>
  inHeads('t < 6', 'd < 4', to, `${what}[h, s, t] * ${from}[h, s, d]`, 's < 48');
const downTo = (to: string): string => down(`${to}[h, t, d] := sum`, 'g', 'q');
const withBoth = 'local p: f32[2, 48, 6]; local g: f32[2, 48, 6];';
const backward = `${dScores} ${downTo('dk')} ${down('dv[h, t, d] := sum', 'p', 'dy')}`;

test('a sum over rows goes on from block to block', () => {
  const text = through(pass, heads)(`${withBoth} ${scores} ${dScores} ${downTo('dk')}`);
  expect(text).toMatchInlineSnapshot(`
    "local sum3s: f32[2, 6, 4];
    for h < 2 {
      local k_turned: f32[4, 6];
      for d < 4 {
        for t < 6 {
          k_turned[d, t] := k[h, t, d];
        }
      }
      local v_turned: f32[4, 6];
      for d < 4 {
        for t < 6 {
          v_turned[d, t] := v[h, t, d];
        }
      }
      for t < 6 {
        for d < 4 {
          sum3s[h, t, d] := 0;
        }
      }
      for s_block < 3 {
        local g: f32[16, 6];
        local p: f32[16, 6];
        for s < 16 {
          for t < 6 {
            local sum: f32 := 0;
            for d < 4 {
              sum += q[h, 16*s_block + s, d] * k_turned[d, t];
            }
            p[s, t] := relu(sum);
          }
        }
        for s < 16 {
          for t < 6 {
            local sum2: f32 := 0;
            for d < 4 {
              sum2 += dy[h, 16*s_block + s, d] * v_turned[d, t];
            }
            g[s, t] := sum2 * p[s, t];
          }
        }
        for t < 6 {
          for d < 4 {
            local sum3: f32 := sum3s[h, t, d];
            for s < 16 {
              sum3 += g[s, t] * q[h, 16*s_block + s, d];
            }
            sum3s[h, t, d] := sum3;
          }
        }
      }
      for t < 6 {
        for d < 4 {
          dk[h, t, d] := sum3s[h, t, d];
        }
      }
    }"
  `);
});

test('sums over rows may be parts of one array', () => {
  const slices = [0, 1].map(i => down(`both[h, ${i}, t, d] += sum`, ['g', 'p'][i] ?? '', 'q'));
  const text = through(
    pass,
    heads,
  )(`${withBoth} zero_out both; ${scores} ${dScores} ${slices.join(' ')}`);
  expect(text).toContain('local p: f32[16, 6];');
  expect(text).toContain('both[h, 1, t, d] += sum4s[h, t, d];');
});

/** What uses the result of all rows, and makes of it what comes back. */
const loss = `local n: f32 := 0; for i < 4 { n += y[1, 47, i]; }
  for h < 2 { for s < 48 { for i < 4 { dy[h, s, i] := n * y[h, s, i]; } } }`;

test('what is needed again behind others is computed again', () => {
  const text = through(pass, heads)(`${withBoth} ${scores} ${weighted} ${loss} ${backward}`);
  expect(text).toMatchInlineSnapshot(`
    "for h < 2 {
      local k_turned: f32[4, 6];
      for d < 4 {
        for t < 6 {
          k_turned[d, t] := k[h, t, d];
        }
      }
      for s_block < 2 {
        local p: f32[24, 6];
        for s < 24 {
          for t < 6 {
            local sum: f32 := 0;
            for d < 4 {
              sum += q[h, 24*s_block + s, d] * k_turned[d, t];
            }
            p[s, t] := relu(sum);
          }
        }
        for s < 24 {
          for d < 4 {
            local sum2: f32 := 0;
            for t < 6 {
              sum2 += p[s, t] * v[h, t, d];
            }
            y[h, 24*s_block + s, d] := sum2;
          }
        }
      }
    }
    local n: f32 := 0;
    for i < 4 {
      n += y[1, 47, i];
    }
    for h < 2 {
      for s < 48 {
        for i < 4 {
          dy[h, s, i] := n * y[h, s, i];
        }
      }
    }
    local sum4s: f32[2, 6, 4];
    local sum5s: f32[2, 6, 4];
    for h < 2 {
      local k_turned2: f32[4, 6];
      for d < 4 {
        for t < 6 {
          k_turned2[d, t] := k[h, t, d];
        }
      }
      local v_turned: f32[4, 6];
      for d < 4 {
        for t < 6 {
          v_turned[d, t] := v[h, t, d];
        }
      }
      for t < 6 {
        for d < 4 {
          sum4s[h, t, d] := 0;
        }
      }
      for t < 6 {
        for d < 4 {
          sum5s[h, t, d] := 0;
        }
      }
      for s_block < 3 {
        local p2: f32[16, 6];
        local g: f32[16, 6];
        for s < 16 {
          for t < 6 {
            local sum6: f32 := 0;
            for d < 4 {
              sum6 += q[h, 16*s_block + s, d] * k_turned2[d, t];
            }
            p2[s, t] := relu(sum6);
          }
        }
        for s < 16 {
          for t < 6 {
            local sum3: f32 := 0;
            for d < 4 {
              sum3 += dy[h, 16*s_block + s, d] * v_turned[d, t];
            }
            g[s, t] := sum3 * p2[s, t];
          }
        }
        for t < 6 {
          for d < 4 {
            local sum4: f32 := sum4s[h, t, d];
            for s < 16 {
              sum4 += g[s, t] * q[h, 16*s_block + s, d];
            }
            sum4s[h, t, d] := sum4;
          }
        }
        for t < 6 {
          for d < 4 {
            local sum5: f32 := sum5s[h, t, d];
            for s < 16 {
              sum5 += p2[s, t] * dy[h, 16*s_block + s, d];
            }
            sum5s[h, t, d] := sum5;
          }
        }
      }
      for t < 6 {
        for d < 4 {
          dk[h, t, d] := sum4s[h, t, d];
        }
      }
      for t < 6 {
        for d < 4 {
          dv[h, t, d] := sum5s[h, t, d];
        }
      }
    }"
  `);
});

describe('is not computed again', () => {
  const isKept = (body: string): void => {
    const text = through(pass, heads)(`${withBoth} ${body}`);
    expect(text).toContain('local p: f32[2, 48, 6];');
    expect(text).not.toContain('p2');
  };

  test('where what it is computed from has changed', () => {
    const changed = 'for h < 2 { for t < 6 { for i < 4 { k[h, t, i] := n; } } }';
    isKept(`${scores} ${weighted} ${loss} ${changed} ${backward}`);
  });

  test('where that takes more than half of what needs it', () => {
    isKept(`${scores} ${weighted} ${loss} ${down('dv[h, t, d] := sum', 'p', 'dy')}`);
  });

  test('where somebody else needs it as a whole', () => {
    isKept(`${scores} ${weighted} ${loss} ${backward} n := p[1, 2, 3];`);
  });

  test('where a program asks for it', () => {
    const asked = blockRows(smallTarget, overridesOf({ g: { fuse: false } }));
    const body = `${withBoth} ${scores} ${weighted} ${loss} ${backward}`;
    expect(through(asked, heads)(body)).not.toContain('p2');
  });
});

test('a sum over rows that is needed by what comes behind is done before that', () => {
  const body = `${scores} ${dScores} ${down('k[h, t, d] := sum', 'g', 'q')} ${scores}`;
  expect(through(pass, heads)(`${withBoth} ${body}`)).toContain('local p: f32[2, 48, 6];');
});

test('it says what is computed again', () => {
  const told: Decision[] = [];
  const body = `${withBoth} ${scores} ${weighted} ${loss} ${backward}`;
  pass.run(programOf(heads.device, body), d => told.push(d));
  const steps = told.flatMap(d => (d.about === 'nest' ? [printStep(d.step)] : []));
  expect(steps).toEqual([
    'p, p2 for those who need them late',
    '24 of 48 rows of p at once',
    '16 of 48 rows of g, p2 at once',
  ]);
});

// ── Random chains ───────────────────────────────────────────────────────────────────────────────

const between = fc.constantFrom('p', 'g');
const stores = fc.constantFrom(
  'dk[h, t, d] := sum',
  'dk[h, t, d] += sum',
  'dv[h, t, d] := sum * 2',
  'both[h, 0, t, d] += sum',
  'both[h, 1, t, d] := sum + both[h, 1, t, d]',
  'k[h, t, d] := sum',
);
const headNests = fc.oneof(
  fc.tuple(stores, between, fc.constantFrom('q', 'dy', 'y')).map(parts => down(...parts)),
  fc
    .tuple(between, between)
    .map(
      ([to, from]) =>
        `for h < 2 { for s < 48 { for t < 6 { ${to}[h, s, t] := ${from}[h, s, t] * ${to}[h, s, t]; } } }`,
    ),
  fc.constantFrom(
    scores,
    weighted,
    dScores,
    loss,
    dScores.replace('dy[h, s, d]', 'y[h, -1*s + 47, d]'),
  ),
  between.map(from => weighted.replaceAll('p[', `${from}[`)),
);

test('random chains with sums over rows keep every bit', () => {
  const programs = fc.array(headNests, { minLength: 1, maxLength: 4 }).map(parts => {
    const named = parts.map((part, i) => part.replaceAll(/\bn\b/g, `n${i}`));
    return programOf(heads.device, `${withBoth} ${scores} zero_out g; ${named.join(' ')}`);
  });
  expect(changedBy(pass, programs)).toBeGreaterThan(50);
});
