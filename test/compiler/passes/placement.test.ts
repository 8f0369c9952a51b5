import { describe, expect, test } from 'vitest';
import { groupByNode, localsOf, sitesIn } from '../../../compiler/loop/facts.ts';
import { soleFormula } from '../../../compiler/passes/inline/definition.ts';
import { placementOf } from '../../../compiler/passes/inline/placement.ts';
import { programOf } from '../../support/loop-text.ts';

/** Of `t`, the first local. */
function placement(body: string): string {
  const program = programOf('x: f32[4], y: f32[4], w: f32[3, 4], s: f32', body);
  const sites = groupByNode(sitesIn(program));
  const [node] = localsOf(program);
  if (!node) throw new Error('no local');
  const definition = soleFormula(sites.get(node) ?? []);
  const { mode, because } = placementOf(definition, input => sites.get(input) ?? []);
  return `${mode} because ${because}`;
}

describe('where an array lives, and why', () => {
  test.each<[placement: string, body: string]>([
    ['virtual because it is constant', 'local t: f32[4]; fill t, 1; s := t[0];'],
    [
      'local because it is not computed by one formula',
      'local t: f32[4]; t[0] := x[0]; s := t[0];',
    ],
    [
      'local because its inputs change before it is read',
      'local t: f32[4]; for i < 4 { t[i] := x[i]; } zero_out x; s := t[0];',
    ],
    [
      'virtual because 4 reads of 4 cells, 2 each: recomputing costs 8, storing 16',
      'local t: f32[4]; for i < 4 { t[i] := x[i] * 2; } for i < 4 { y[i] := t[i]; }',
    ],
    [
      'virtual because 1 read of 4 cells, 21 each: recomputing costs 21, storing 89',
      'local t: f32[4]; for i < 4 { t[i] := exp(x[i]); } s := t[0];',
    ],
    [
      'local because 12 reads of 4 cells, 21 each: recomputing would cost 252, storing 100',
      'local t: f32[4]; for i < 4 { t[i] := exp(x[i]); } for j < 3 { for i < 4 { y[i] += t[i]; } }',
    ],
    [
      'virtual because 3 reads of 3 cells, 12 each: recomputing costs 36, storing 42',
      'local t: f32[3]; zero_out t; for b < 3 { for i < 4 { t[b] += w[b, i] * x[i]; } } for b < 3 { s += t[b]; }',
    ],
  ])('%s', (expected, body) => {
    expect(placement(body)).toBe(expected);
  });
});

describe('a cell costs', () => {
  const each = (body: string): string =>
    /, (\d+) each/.exec(placement(`${body} for i < 4 { y[i] := t[i]; }`))?.[1] ?? '';

  test.each<[cost: string, title: string, body: string]>([
    ['1', 'a read', 'local t: f32[4]; for i < 4 { t[i] := x[i]; }'],
    ['0', 'a symbol or a cast', 'local t: f32[4]; for i < 4 { t[i] := f32(i); }'],
    ['8', 'its operations and reads', 'local t: f32[4]; for i < 4 { t[i] := x[i] / s; }'],
    [
      '23',
      'what an input costs that nobody else reads',
      'local t: f32[4]; local u: f32[4]; for i < 4 { u[i] := exp(x[i]); } for i < 4 { t[i] := u[i] + x[i]; }',
    ],
    [
      '2',
      'only a read of an input that others read too',
      'local t: f32[4]; local u: f32[4]; for i < 4 { u[i] := exp(x[i]); } for i < 4 { t[i] := neg(u[i]); } s := u[0];',
    ],
    [
      '43',
      'an input once for each of its reads',
      'local t: f32[4]; local u: f32[4]; for i < 4 { u[i] := exp(x[i]); } for i < 4 { t[i] := u[i] * u[i]; }',
    ],
    [
      '1',
      'nothing for constant inputs',
      'local t: f32[4]; local u: f32[4]; fill u, 2; for i < 4 { t[i] := neg(u[i]); }',
    ],
    [
      '6',
      'its reduction, turn by turn',
      'local t: f32[4]; zero_out t; for i < 4 { for j < 3 { t[i] += neg(w[j, i]); } }',
    ],
  ])('%s: %s', (cost, _, body) => {
    expect(each(body)).toBe(cost);
  });

  test('a long chain of arrays read twice is weighed in no time', () => {
    const names = Array.from({ length: 40 }, (_, n) => `t${n}`);
    const links = names.map((name, n) => {
      const from = names[n - 1] ?? 'x';
      return `for i < 4 { ${name}[i] := ${from}[i] * ${from}[i]; }`;
    });
    const declares = names.toReversed().map(name => `local ${name}: f32[4];`);
    expect(placement(`${declares.join('')}${links.join('')} s := t39[0];`)).toMatch(/^virtual/);
  });
});
