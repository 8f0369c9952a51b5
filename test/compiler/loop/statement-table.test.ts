import { expect, test } from 'vitest';
import { groupByNode, localsOf, sitesIn } from '../../../compiler/loop/facts.ts';
import { block, type Program, type Stmt, statementsOf } from '../../../compiler/loop/ir.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { sitesByNode, StatementTable } from '../../../compiler/loop/statement-table.ts';
import { programOf } from '../../support/loop-text.ts';

const program = programOf(
  'x: f32[4], y: f32[4], z: f32[4]',
  `local t: f32[4];
   for i < 4 { t[i] := x[i]; }
   for j < 4 { z[j] := x[j]; }
   for k < 4 { y[k] := t[k]; }`,
);
const [t] = localsOf(program);
const [, ofX, ofZ, ofY] = statementsOf(program.body);

function printed(table: StatementTable): string {
  return printProgram({ ...program, body: table.body() } satisfies Program);
}

test('asked for one array at a time sites are the same', () => {
  const oneLoop = programOf('x: f32[4], y: f32[4]', 'for i < 4 { y[i] := x[i]; }');
  for (const each of [program, oneLoop]) {
    const sitesOf = sitesByNode(each);
    for (const [node, sites] of groupByNode(sitesIn(each))) {
      expect(sitesOf(node)).toEqual(sites);
      expect(sitesOf(node)).toBe(sitesOf(node));
    }
  }
});

test('a table in which nothing is rewritten has the body it was made of', () => {
  expect(new StatementTable(program.body).body()).toBe(program.body);
});

test('only the statements that declare or use the array are rewritten', () => {
  if (!t) throw new Error('the program declares t');
  const seen: Stmt[] = [];
  const table = new StatementTable(program.body).rewritten(t, s => {
    seen.push(s);
    return s === ofX || s.kind === 'declare' ? block([]) : s;
  });
  expect(seen).toEqual([{ kind: 'declare', node: t }, ofX, ofY]);
  expect(statementsOf(table.body())).toEqual([ofZ, ofY]);
});

test('sites and names are those of what is there after that', () => {
  if (!t) throw new Error('the program declares t');
  const x = program.params[0] ?? t;
  const before = new StatementTable(program.body);
  expect([before.binds('i'), before.binds('t'), before.sitesOf(x).length]).toEqual([true, true, 2]);
  const table = before.rewritten(t, s => (s === ofY ? s : block([])));
  expect([table.binds('i'), table.binds('t'), table.binds('k')]).toEqual([false, false, true]);
  expect(table.sitesOf(x).map(({ leaf }) => leaf.node.name)).toEqual(['z']);
});

test('what one statement becomes are statements of the body', () => {
  if (!t) throw new Error('the program declares t');
  const table = new StatementTable(program.body).rewritten(t, s =>
    s.kind === 'declare' ? s : block([s]),
  );
  expect(printed(table)).toBe(printProgram(program));
  const split = programOf('x: f32[4], y: f32[4]', 'for p < 4 { y[p] := x[p]; } fill y, 1;');
  const again = table.rewritten(t, s => (s === ofY ? split.body : s));
  expect(statementsOf(again.body()).map(s => s.kind)).toEqual([
    'declare',
    'for',
    'for',
    'for',
    'fill',
  ]);
});
