import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Program } from '../../../compiler/loop/ir.ts';
import { interchange } from '../../../compiler/passes/interchange.ts';
import { laidOut, programOf, type Setting, through } from '../../support/loop-text.ts';
import { changedBy } from '../../support/order-of-terms.ts';
import { smallTarget } from '../../support/small-target.ts';

const setting: Setting = {
  device:
    'x: f32[9], p: f32[6, 6], q: f32[9, 9], y: f32[4, 4], w: f32[3, 2], b: f32[2, 9], n: i32[9]',
};
const run = through(interchange(smallTarget), setting);

describe("a kernel's loop stands outside those over the pixels", () => {
  test.each<[title: string, before: string, after: string]>([
    [
      'and runs backwards',
      'for h < 4 { for k < 3 { for o < 2 { x[h + k] += y[h, o] * w[k, o]; } } }',
      'for k < 3 { for h < 4 { for o < 2 { x[h + -1*k + 2] += y[h, o] * w[-1*k + 2, o]; } } }',
    ],
    [
      'after the loops over pictures',
      'for i < 2 { for h < 4 { for k < 3 { for o < 2 { b[i, h + k] += y[h, o] * w[k, o]; } } } }',
      'for i < 2 { for k < 3 { for h < 4 { for o < 2 { b[i, h + -1*k + 2] += y[h, o] * w[-1*k + 2, o]; } } } }',
    ],
    [
      'of both axes',
      'for h < 4 { for k < 3 { for v < 4 { for j < 2 { for o < 2 { p[h + k, v + j] += y[h, v] * w[k, o]; } } } } }',
      'for k < 3 { for j < 2 { for h < 4 { for v < 4 { for o < 2 { p[h + -1*k + 2, v + -1*j + 1] += y[h, v] * w[-1*k + 2, o]; } } } } }',
    ],
    [
      'with strides between the pixels',
      'for h < 4 { for k < 3 { for o < 2 { x[2*h + k] += y[h, o] * w[k, o]; } } }',
      'for k < 3 { for h < 4 { for o < 2 { x[2*h + -1*k + 2] += y[h, o] * w[-1*k + 2, o]; } } }',
    ],
    [
      'forwards where later turns of both meet',
      'for h < 4 { for k < 3 { for o < 2 { x[h + -1*k + 2] += y[h, o] * w[k, o]; } } }',
      'for k < 3 { for h < 4 { for o < 2 { x[h + -1*k + 2] += y[h, o] * w[k, o]; } } }',
    ],
    [
      'forwards where it stood outside its own pixels',
      'for k < 3 { for v < 4 { for j < 2 { for h < 4 { for o < 2 { p[h + k, v + j] += y[h, v] * w[k, o]; } } } } }',
      'for k < 3 { for j < 2 { for v < 4 { for h < 4 { for o < 2 { p[h + k, v + -1*j + 1] += y[h, v] * w[k, o]; } } } } }',
    ],
    [
      'beside one of a single turn',
      'for h < 4 { for k < 1 { for v < 4 { for j < 2 { for o < 2 { p[h + k, v + j] += y[h, v] * w[k, o]; } } } } }',
      'for h < 4 { for k < 1 { for j < 2 { for v < 4 { for o < 2 { p[h + k, v + -1*j + 1] += y[h, v] * w[k, o]; } } } } }',
    ],
    [
      'whatever is accumulated',
      'for h < 4 { for k < 3 { for o < 2 { x[h + k] /= y[h, o] * w[k, o]; } } }',
      'for k < 3 { for h < 4 { for o < 2 { x[h + -1*k + 2] /= y[h, o] * w[-1*k + 2, o]; } } }',
    ],
  ])('%s', (_, before, after) => {
    expect(run(before)).toBe(laidOut(after, setting));
  });
});

describe('all stays as it is', () => {
  test.each<[title: string, body: string]>([
    ['without a sum inside', 'for h < 4 { for k < 3 { x[h + k] += y[h, 0] * w[k, 0]; } }'],
    ['where it is outside', 'for k < 3 { for h < 4 { for o < 2 { x[h + k] += y[h, o]; } } }'],
    ['where no pixels meet', 'for h < 4 { for k < 2 { for o < 2 { x[2*h + k] += w[k, o]; } } }'],
    ['in a sum', 'for o < 2 { for h < 4 { for k < 3 { x[h + k] += y[h, o] * w[k, o]; } } }'],
    ['a loop met twice', 'for h < 4 { for k < 3 { for o < 2 { q[h + k, h] += w[k, o]; } } }'],
    [
      'three loops',
      'for h < 4 { for k < 2 { for j < 2 { for o < 2 { x[h + k + j] += w[k, o]; } } } }',
    ],
    [
      'a pair around a loop that may differ',
      'for h < 4 { for k < 3 { for e < 2 { for v < 4 { for j < 2 { p[h + k, v + j] += w[k, e]; } } } } }',
    ],
    [
      'what reads its array',
      'for h < 4 { for k < 3 { for o < 2 { x[h + k] += x[h] * w[k, o]; } } }',
    ],
    ['what may', 'for h < 4 { for k < 3 { for o < 2 { x[h + k] += x[at(n[h])] * w[k, o]; } } }'],
    ['a write', 'for h < 4 { for k < 3 { x[h + k] := y[h, 0]; } }'],
    [
      'two statements',
      'for h < 4 { for k < 3 { for o < 2 { x[h + k] += w[k, o]; y[h, k] := 1; } } }',
    ],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });
});

test('small nests stay as they are', () => {
  const small = through(interchange({ ...smallTarget, leastTurns: 25 }), setting);
  const nest = (o: number): string =>
    `for h < 4 { for k < 3 { for o < ${o} { x[h + k] += y[h, o] * w[k, 0]; } } }`;
  expect(small(nest(2))).toBe(laidOut(nest(2), setting));
  expect(small(nest(3))).not.toBe(laidOut(nest(3), setting));
});

// ── Random nests ────────────────────────────────────────────────────────────────────────────────

const coeffs = fc.constantFrom(1, 1, 1, 2, 3, -1, -2);
const extents = fc.integer({ min: 1, max: 4 });
const loopNames = ['b', 'h', 'k', 'v', 'j', 'o', 'e'] as const;
const shapes = fc.record({
  order: fc.shuffledSubarray([...loopNames], { minLength: 7 }),
  extents: fc.tuple(extents, extents, extents, extents, extents, extents, extents),
  coeffs: fc.tuple(coeffs, coeffs, coeffs, coeffs),
  keepsOrder: fc.boolean(),
  crossed: fc.nat(5),
  op: fc.constantFrom('+=', '-=', '/=', 'max='),
});
type Shape = typeof shapes extends fc.Arbitrary<infer S> ? S : never;

/** `t[b, a*h + c*k, …]` in seven loops, o and e of which are a sum. */
function nestOf(shape: Shape): Program {
  const extent = new Map(loopNames.map((loop, i) => [loop, shape.extents[i] ?? 1] as const));
  const order = shape.keepsOrder ? loopNames : shape.order;
  const [a, b, c, d] = shape.coeffs;
  const second =
    shape.crossed === 0
      ? ([
          [c, 'h'],
          [d, 'j'],
        ] as const)
      : ([
          [c, 'v'],
          [d, 'j'],
        ] as const);
  const axes = [
    [[1, 'b']],
    [
      [a, 'h'],
      [b, 'k'],
    ],
    second,
  ] as const;
  const spans = axes.map(terms => {
    const ends = terms.map(([coeff, loop]) => coeff * ((extent.get(loop) ?? 1) - 1));
    const lowest = ends.reduce((low, end) => low + Math.min(0, end), 0);
    const size = ends.reduce((sum, end) => sum + Math.abs(end), 1);
    return { size, text: [...terms.map(([k, loop]) => `${k}*${loop}`), -lowest].join(' + ') };
  });
  const leaf = `t[${spans.map(s => s.text).join(', ')}] ${shape.op} x[${loopNames.join(', ')}];`;
  const heads = order.map(loop => `for ${loop} < ${extent.get(loop) ?? 1} {`).join(' ');
  const [t, x] = [spans.map(s => s.size), shape.extents].map(dims => dims.join(', '));
  return programOf(`t: f32[${t}], x: f32[${x}]`, `${heads} ${leaf} ${'}'.repeat(order.length)}`);
}

test('random nests keep every bit', () => {
  expect(changedBy(interchange(smallTarget), shapes.map(nestOf))).toBeGreaterThan(30);
});
