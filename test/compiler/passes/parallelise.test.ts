import { describe, expect, test } from 'vitest';
import { parallelise, paralleliseFrom } from '../../../compiler/passes/parallelise.ts';
import { laidOut, type Setting, through } from '../../support/loop-text.ts';

const setting: Setting = {
  device: 'x: f32[8], y: f32[8], w: f32[4, 8], n: i32[8], s: f32',
  symbols: 'batch : [0..3]',
};
/** Whatever they have to do. */
const run = through(paralleliseFrom(0), setting);

describe('turns that need nothing of each other', () => {
  test.each<[title: string, before: string]>([
    ['each with a cell of its own', 'for i < 8 LOOP { x[i] := y[i] * 2; }'],
    ['each with a row', 'for i < 4 LOOP { for j < 8 LOOP { w[i, j] := x[j]; } }'],
    ['each with a sum', 'for i < 4 LOOP { for j < 8 { x[i] += w[i, j]; } }'],
    ['each with arrays of its own', 'for i < 4 LOOP { local t: f32 := y[i]; t *= 2; x[i] := t; }'],
    ['one after the other', 'for i < 8 LOOP { x[i] := y[i]; } for i < 8 LOOP { y[i] := x[i]; }'],
    ['who read what is written before', 'local t: f32 := s; for i < 8 LOOP { x[i] := t; } s := t;'],
    ['who read a cell that is computed', 'for i < 8 LOOP { x[i] := y[at(n[i])]; }'],
  ])('%s', (_, text) => {
    expect(run(text.replaceAll('LOOP ', ''))).toBe(
      laidOut(text.replaceAll('LOOP', 'parallel'), setting),
    );
  });
});

describe('loops in each other are shared together', () => {
  const device = 'a: f32[3, 4, 5], b: f32[3, 4, 5], c: f32[3]';
  const marks = (body: string, pass = paralleliseFrom(0)): string[] =>
    [...through(pass, { device })(body).matchAll(/for (\w+) < \d+ parallel/g)].map(m => m[1] ?? '');

  test('as long as there are few turns', () => {
    expect(marks('for i < 3 { for j < 4 { for k < 5 { a[i, j, k] := 1; } } }')).toEqual([
      'i',
      'j',
      'k',
    ]);
    const many = { device: 'd: f32[8, 8, 5]' };
    const text = through(
      paralleliseFrom(0),
      many,
    )('for i < 8 { for j < 8 { for k < 5 { d[i, j, k] := 1; } } }');
    expect(text.match(/parallel/g)).toHaveLength(2);
  });

  test('where the outer one holds nothing else', () => {
    expect(marks('for i < 3 { c[i] := 1; for j < 4 { a[i, j, 0] := 1; } }')).toEqual(['i']);
    expect(marks('for i < 3 { for j < 4 { a[i, j, 0] := 1; b[i, j, 0] := 1; } }')).toEqual([
      'i',
      'j',
    ]);
  });

  test('where the turns of both need nothing of each other', () => {
    expect(marks('for i < 3 { for j < 4 { c[i] += a[i, j, 0]; } }')).toEqual(['i']);
  });

  test('where a turn of both has enough to do: a 64th of what makes threads worth it', () => {
    const of = { device: 'd: f32[3, 40], e: f32[3, 40]' };
    const body = 'for i < 3 { for j < 40 { d[i, j] := e[i, j]; } }';
    const marked = (least: number): number =>
      through(paralleliseFrom(least), of)(body).match(/parallel/g)?.length ?? 0;
    expect([marked(128), marked(129)]).toEqual([2, 1]);
  });
});

describe('all stays as it is', () => {
  test.each<[title: string, body: string]>([
    ['a sum over the turns', 'for i < 8 { s += x[i]; }'],
    ['a sum over the turns, in rows', 'for i < 4 { for j < 8 { x[j] += w[i, j]; } }'],
    ['turns that read what others write', 'for i < 7 { x[i + 1] := x[i]; }'],
    ['turns that share an array', 'local t: f32; for i < 8 { t := x[i]; y[i] := t; }'],
    ['stores that may meet', 'for i < 8 { x[at(n[i])] += 1; }'],
    ['one turn', 'for i < 1 { for j < 8 { w[i, j] := x[j]; } }'],
    ['no turn', 'for i < 0 { x[i] := 1; }'],
    ['a vector', 'for i < 8 vector { x[i] := y[i]; }'],
    ['an unrolled loop', 'for i < 8 unrolled { x[i] := y[i]; }'],
    ['no loop', 'fill x, 1; s := 2; /* no loop */ n[0] := 1;'],
  ])('%s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });
});

describe('what there is to do is stores, reads and operations, in all turns', () => {
  test.each<[body: string, work: number]>([
    ['for i < 8 { x[i] := 1; }', 8],
    ['for i < 8 { x[i] := y[i]; }', 16],
    ['for i < 8 { x[i] := y[i] + s; }', 32],
    ['for i < 8 { x[i] += y[i]; }', 24],
    ['for i < 4 { for j < 8 { w[i, j] := x[j]; } }', 64],
    ['for i < 4 { local t: f32[8]; zero_out t; x[i] := t[0]; /* words */ y[i] := 0; }', 44],
    ['for i < 8 { x[i] := y[at(n[i])]; }', 24],
  ])('%s', (body, work) => {
    const isMarked = (least: number): boolean =>
      through(paralleliseFrom(least), setting)(body).startsWith('for i < 8 parallel') ||
      through(paralleliseFrom(least), setting)(body).startsWith('for i < 4 parallel');
    expect([isMarked(work), isMarked(work + 1)]).toEqual([true, false]);
  });

  test.each([
    [87_381, 'for i < 87381 {'],
    [87_382, 'for i < 87382 parallel {'],
  ])('the pass of the compiler wants 2^18: %i sums', (extent, start) => {
    const { device, symbols } = { device: `x: f32[${extent}], y: f32[${extent}]`, symbols: '' };
    const text = through(parallelise, { device, symbols })(
      `for i < ${extent} { x[i] := 2 * y[i]; }`,
    );
    expect(text.startsWith(start)).toBe(true);
  });
});
