import { expect, test } from 'vitest';
import {
  access,
  assign,
  type Code,
  type Scalar,
  scalarApply,
  scalarConst,
  sequence,
} from '../../../compiler/assign/ir.ts';
import {
  accessesOf,
  mapAccesses,
  mapCode,
  mapScalar,
  symbolsOf,
  visitAssigns,
} from '../../../compiler/assign/traverse.ts';
import { staticSymbol } from '../../support/assignments.ts';

const [batch, step] = [staticSymbol('batch', 3), staticSymbol('step')];

/** `where(a < 1, !@batch * b, a)`, every kind of scalar. */
const scalar: Scalar<string> = scalarApply(
  'where',
  scalarApply('lt', access('a', 1), scalarConst(1)),
  scalarApply<string>('mul', { kind: 'symbol', symbol: batch }, access('b', 2)),
  access('a', 3),
);

const toY = (value: Scalar<string>, logic = '.'): Code<string, string> =>
  assign(access('y', 0), { op: 'add', reset: true }, value, logic);

const code: Code<string, string> = sequence([
  toY(access('first', 1)),
  { kind: 'section', title: 't', body: sequence([toY(access('second', 1)), toY(scalar)]) },
  { kind: 'repeat', symbol: step, body: toY(access('last', 1)) },
]);

test('assignments are visited in the order they run', () => {
  const seen: string[] = [];
  visitAssigns(code, a => seen.push(accessesOf(a.value)[0]?.node ?? ''));
  expect(seen).toEqual(['first', 'second', 'a', 'last']);
});

test('accesses come in the order written, one read twice twice', () => {
  expect(accessesOf(scalar).map(({ node, slot }) => `${node}${slot}`)).toEqual(['a1', 'b2', 'a3']);
  expect(accessesOf(scalarConst(1))).toEqual([]);
});

test('symbols are those whose values a scalar uses', () => {
  expect(symbolsOf(scalar)).toEqual([batch]);
  expect(symbolsOf(access('a', 1))).toEqual([]);
});

test('a scalar over other arrays is the same in all else', () => {
  const renamed = mapScalar(scalar, name => name.toUpperCase());
  expect(accessesOf(renamed).map(({ node, slot }) => `${node}${slot}`)).toEqual(['A1', 'B2', 'A3']);
  expect(mapScalar(renamed, name => name.toLowerCase())).toEqual(scalar);
});

test('an access is replaced by any scalar', () => {
  const replaced = mapAccesses(scalar, a => (a.node === 'b' ? scalarConst(2) : a));
  expect(accessesOf(replaced).map(a => a.node)).toEqual(['a', 'a']);
  expect(symbolsOf(replaced)).toEqual([batch]);
});

test('code over other arrays and projections is the same in all else', () => {
  const mapped = mapCode(
    code,
    name => ({ name }),
    logic => ({ logic }),
  );
  const seen: string[] = [];
  visitAssigns(mapped, ({ target, value, op, reset, projections }) => {
    const operands = accessesOf(value).map(a => a.node.name);
    seen.push(`${target.node.name} ${op} ${reset} ${projections.logic} ${operands.join()}`);
  });
  expect(seen).toEqual([
    'y add true . first',
    'y add true . second',
    'y add true . a,b,a',
    'y add true . last',
  ]);
  const back = mapCode(
    mapped,
    n => n.name,
    p => p.logic,
  );
  expect(back).toEqual(code);
});

test('a sequence holds no other, and one of one is that one', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(name => toY(access(name, 1)));
  if (!a || !b || !c) throw new Error('no code');
  expect(sequence([a, sequence([b, c])])).toEqual({ kind: 'sequence', body: [a, b, c] });
  expect(sequence([sequence([a])])).toBe(a);
});
