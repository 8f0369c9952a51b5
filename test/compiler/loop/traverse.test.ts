import { describe, expect, test } from 'vitest';
import { at, fixed, loopVar } from '../../../compiler/core/index-expr.ts';
import { tensorNode } from '../../../compiler/core/tensor-node.ts';
import {
  accumulate,
  apply,
  block,
  cast,
  comment,
  constant,
  declare,
  fill,
  forLoop,
  indexValue,
  read,
  type Stmt,
  write,
} from '../../../compiler/loop/ir.ts';
import { printExpr } from '../../../compiler/loop/print-expr.ts';
import {
  children,
  mapChildren,
  rewriteExpr,
  rewriteExprsIn,
  rewriteStmts,
  substituteLoops,
  visitExpr,
  visitStmts,
} from '../../../compiler/loop/traverse.ts';

const [i, j] = [loopVar('i'), loopVar('j')];
const x = tensorNode('x', 'f32', [4]);
const [xi, one] = [read(x, [at(i)]), constant('f32', 1)];
const condition = apply('lt', [xi, one]);
const choice = apply('where', [condition, xi, cast('f32', indexValue(at(i)))]);

const everyStatement = block([
  comment('all kinds'),
  declare(tensorNode('t', 'f32', [])),
  fill(x, 0),
  forLoop(i, 4, block([write(x, [at(i)], choice), accumulate('add', x, [at(i)], xi)])),
]);

describe('what changes nothing returns the very node', () => {
  test.each(
    [one, xi, indexValue(at(i)), cast('f64', xi), choice].map(e => [printExpr(e), e] as const),
  )('%s', (_, e) => {
    expect(mapChildren(e, child => child)).toBe(e);
    expect(rewriteExpr(e, () => undefined)).toBe(e);
  });

  test('statements', () => {
    expect(rewriteStmts(everyStatement, () => undefined)).toBe(everyStatement);
    expect(rewriteExprsIn(everyStatement, () => undefined)).toBe(everyStatement);
    expect(rewriteExprsIn(everyStatement, e => e)).toBe(everyStatement);
  });

  test('substitution of loops that do not occur', () => {
    expect(substituteLoops(choice, new Map([[j, fixed(0)]]))).toBe(choice);
  });
});

test('a rewrite reaches every expression of every statement, innermost first', () => {
  const seen: string[] = [];
  rewriteExprsIn(everyStatement, e => {
    seen.push(printExpr(e));
    return undefined;
  });
  expect(seen).toEqual([
    'x[i]',
    '1:f32',
    'x[i] < 1',
    'i',
    'f32(i)',
    'where(x[i] < 1, x[i], f32(i))',
    'x[i]',
  ]);
});

test('a rewrite keeps what is around what it changes', () => {
  const after = rewriteExprsIn(everyStatement, e => (e === one ? constant('f32', 2) : undefined));
  const values: string[] = [];
  visitStmts(after, s => {
    if (s.kind === 'write' || s.kind === 'accumulate') values.push(printExpr(s.value));
  });
  expect(values).toEqual(['where(x[i] < 2, x[i], f32(i))', 'x[i]']);
});

test('what a rule gives is not rewritten again, a node reached twice is rewritten once', () => {
  let applied = 0;
  const shared = apply('neg', [xi]);
  const after = rewriteExpr(apply('add', [shared, shared]), e => {
    if (e !== shared) return undefined;
    applied += 1;
    return apply('neg', [shared]);
  });
  expect(printExpr(after)).toBe('neg(neg(x[i])) + neg(neg(x[i]))');
  expect(applied).toBe(1);
});

test('statements are visited in the order they run, those that hold others first', () => {
  const kinds: string[] = [];
  visitStmts(everyStatement, s => kinds.push(s.kind));
  expect(kinds).toEqual([
    'block',
    'comment',
    'declare',
    'fill',
    'for',
    'block',
    'write',
    'accumulate',
  ]);
});

test('statements are rewritten innermost first', () => {
  const kinds: string[] = [];
  rewriteStmts(everyStatement, (s: Stmt) => {
    kinds.push(s.kind);
    return undefined;
  });
  expect(kinds.slice(3)).toEqual(['write', 'accumulate', 'block', 'for', 'block']);
});

test('expressions are visited parents first, and know their children', () => {
  const seen: string[] = [];
  visitExpr(choice, e => seen.push(e.kind));
  expect(seen).toEqual(['apply', 'apply', 'read', 'const', 'read', 'cast', 'index']);
  expect(children(choice)).toHaveLength(3);
  expect(children(cast('f64', xi))).toEqual([xi]);
  expect(children(xi)).toEqual([]);
});

test('loops are substituted in subscripts and in index values', () => {
  const after = substituteLoops(choice, new Map([[i, at(j, 2, 1)]]));
  expect(printExpr(after)).toBe('where(x[2*j + 1] < 1, x[2*j + 1], f32(index(2*j + 1)))');
});
