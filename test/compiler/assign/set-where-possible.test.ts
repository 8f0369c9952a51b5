import { expect, test } from 'vitest';
import { access, assign, type Assign, type Code, sequence } from '../../../compiler/assign/ir.ts';
import type { Projections } from '../../../compiler/assign/projections.ts';
import { setWherePossible } from '../../../compiler/assign/set-where-possible.ts';
import type { StaticSymbol } from '../../../compiler/core/static-symbol.ts';
import { projections } from '../../support/assignments.ts';

const batch: StaticSymbol = { kind: 'static-symbol', name: 'batch', range: 3 };
const each = projections({ axes: { i: 3 } }, 'i', 'i');
const reduced = projections({ axes: { i: 3, k: 2 } }, 'i', 'ik');

type Row = Assign<string, Projections>;
function toY(op: Row['op'], reset: boolean, space = each): Row {
  return assign(access('y', 0), { op, reset }, access('x', 1), space);
}

test('a sum of one value a cell is that value', () => {
  expect(setWherePossible(toY('add', true))).toEqual(toY('set', false));
});

test.each<[reason: string, code: Row]>([
  ['several values reach a cell', toY('add', true, reduced)],
  ['the sum adds to what is there', toY('add', false)],
  ['a difference is the negated value', toY('sub', true)],
  ['a maximum of one value is rare, and is left alone', toY('max', true)],
  ['it is set already', toY('set', false)],
])('stays: %s', (_, code) => {
  expect(setWherePossible(code)).toEqual(code);
});

test('also in sequences, sections and loops', () => {
  const around = (inner: Row): Code<string, Projections> =>
    sequence([
      inner,
      { kind: 'section', title: 'x', body: inner },
      { kind: 'repeat', symbol: batch, body: inner },
    ]);
  expect(setWherePossible(around(toY('add', true)))).toEqual(around(toY('set', false)));
});
