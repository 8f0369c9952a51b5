import { expect, test } from 'vitest';
import {
  areInConflict,
  conflict,
  footprintOf,
  GrowingFootprint,
  usedIn,
  usersAmong,
  useSame,
  writtenIn,
} from '../../../compiler/loop/footprint.ts';
import { forLoop, statementsOf, type Stmt } from '../../../compiler/loop/ir.ts';
import { loopVar } from '../../../compiler/core/index-expr.ts';
import { programOf } from '../../support/loop-text.ts';

const program = programOf(
  'x: f32[4], y: f32[4], z: f32[4]',
  `local t: f32[4];
   for i < 4 { when i < 3 { t[i] := x[i]; t[i] += z[i]; } }
   for j < 4 { y[j] := x[j]; }
   fill z, 0;`,
);
const [declared, first, second, last] = statementsOf(program.body) as [Stmt, Stmt, Stmt, Stmt];

function names(nodes: Iterable<{ readonly name: string }>): readonly string[] {
  return [...nodes].map(node => node.name);
}

test('a statement uses what it reads and stores to, wherever in it that stands', () => {
  expect([names(usedIn(first)), names(writtenIn(first))]).toEqual([['t', 'x', 'z'], ['t']]);
  expect(names(usedIn(program.body))).toEqual(['t', 'x', 'z', 'y']);
  expect(names(usedIn(declared))).toEqual([]);
});

test('a loop that is rebuilt around the same body has the same footprint', () => {
  const other = first.kind === 'for' ? forLoop(loopVar('k'), 4, first.body, 'parallel') : first;
  expect(footprintOf(other)).toBe(footprintOf(first));
});

test('statements are in conflict if one stores to what the other uses', () => {
  expect(conflict(first, second)).toBe(false);
  expect(useSame(first, second)).toBe(true);
  expect([conflict(first, last), conflict(last, first)]).toEqual([true, true]);
  expect(useSame(second, last)).toBe(false);
});

test('a footprint grows by what is added', () => {
  const grown = new GrowingFootprint();
  expect(areInConflict(grown, footprintOf(last))).toBe(false);
  grown.add(second);
  expect(areInConflict(grown, footprintOf(last))).toBe(false);
  grown.add(first);
  expect(areInConflict(grown, footprintOf(last))).toBe(true);
});

test('the users of an array come in the order they run', () => {
  const users = usersAmong(statementsOf(program.body));
  const usersOf = [...users].map(([node, all]) => [node.name, all]);
  expect(Object.fromEntries(usersOf)).toEqual({
    t: [first],
    x: [first, second],
    y: [second],
    z: [first, last],
  });
});
