/** Computed subscripts: their text, their meaning, and what is checked of them. */
import { describe, expect, test } from 'vitest';
import { at, fixed, loopVar } from '../../../compiler/core/index-expr.ts';
import { tensorNode } from '../../../compiler/core/tensor-node.ts';
import { groupByNode, sitesIn, writtenIn } from '../../../compiler/loop/facts.ts';
import { interpret } from '../../../compiler/loop/interpret.ts';
import { constant, gather, read, scatter } from '../../../compiler/loop/ir.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { children, substituteLoops } from '../../../compiler/loop/traverse.ts';
import { ValueNumbers } from '../../../compiler/loop/value-number.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { programOf } from '../../support/loop-text.ts';

const device = 'x: f32[4], y: f32[4], z: f32[3, 4], s: f32, n: i32[4], at: f32[4]';

describe('reads back as it was printed', () => {
  test.each([
    's := x[at(s)];',
    's := x[at(x[0])] + z[at(n[0]), at(n[1])];',
    's := z[1, at(x[at(n[2])] - 1)];',
    's := z[at(1:i32), 3] * z[at(0.5:f32), 0];',
    's := at[at(at[0])];',
    'x[at(s)] += 1;',
    'z[at(s), 2] max= 2 * x[at(n[3])];',
    'for i < 4 {\n    for at2 < 3 {\n      z[at2, at(x[i])] -= y[at(i)];\n    }\n  }',
  ])('%s', statement => {
    const text = `p():\n  device ${device};\n  ${statement}\n`;
    expect(printProgram(parseProgram(text))).toBe(text);
  });

  test('a write there is not in the language', () => {
    expect(() => parseProgram(`p(): device ${device}; x[at(s)] := 1;`)).toThrow(
      'expected an accumulation, where a subscript is computed,',
    );
  });
});

describe('a value that is no cell reads 0 and writes nothing', () => {
  const node = tensorNode('x', 'f64', [3]);
  const id = tensorNode('id', 'f64', []);
  const y = tensorNode('y', 'f64', []);
  const program = (statement: string) =>
    programOf('x: f64[3], id: f64, y: f64, pair: f64[2]', statement);

  function run(statement: string, value: number): Readonly<Record<string, readonly number[]>> {
    const { params, ...rest } = program(statement);
    const cells = [[10, 20, 30], [value], [-1], [1, 2]].map(c => Float64Array.from(c));
    interpret(
      { params, ...rest },
      new Map(params.map((p, i) => [p, cells[i] ?? new Float64Array()])),
    );
    return Object.fromEntries(params.map((p, i) => [p.name, [...(cells[i] ?? [])]]));
  }

  test.each([
    [0, 10],
    [2, 30],
    [-0, 10],
    [3, 0],
    [-1, 0],
    [0.5, 0],
    [-0.5, 0],
    [NaN, 0],
    [Infinity, 0],
    [-Infinity, 0],
    [2 ** 32, 0],
    [1e300, 0],
  ])('%f reads %f', (value, expected) => {
    expect(run('y := x[at(id)];', value)['y']).toEqual([expected]);
    const added = [0, 1, 2].map(k => (k + 1) * 10 + (Object.is(k, value + 0) ? 5 : 0));
    expect(run('x[at(id)] += 5;', value)['x']).toEqual(added);
  });

  test('one subscript outside is enough, and the others are not looked at', () => {
    expect(run('y := pair[at(id)] + 1;', 7)['y']).toEqual([1]);
  });

  test('an axis without cells has none to name', () => {
    const p = programOf('x: f64[0], y: f64[2]', 'x[at(y[0])] += 1; y[1] := x[at(y[0])];');
    const [x, y] = [new Float64Array(0), Float64Array.from([0, 7])];
    interpret(p, new Map(p.params.map((n, i) => [n, i === 0 ? x : y])));
    expect([...y]).toEqual([0, 0]);
  });

  test('nodes are what the text says', () => {
    expect(gather(node, [read(id, [])]).dtype).toBe('f64');
    expect(scatter('add', node, [read(id, [])], read(y, [])).kind).toBe('scatter');
  });
});

test('an access that has nothing computed is none of these', () => {
  const x = tensorNode('x', 'f32', [4]);
  expect(() => gather(x, [fixed(1)])).toThrow('no subscript of x is computed');
  expect(() => scatter('add', x, [fixed(1)], constant('f32', 0))).toThrow('no subscript of x');
  expect(() => gather(x, [])).toThrow('x has 1 axes but is indexed with 0');
  expect(() => scatter('add', x, [constant('f32', 0)], constant('f64', 0))).toThrow('f64 stored');
});

test('what is not computed stays proven', () => {
  const [z, x] = [tensorNode('z', 'f32', [3, 4]), tensorNode('x', 'f32', [4])];
  const i = loopVar('i');
  const body = scatter(
    'add',
    z,
    [at(i), read(x, [at(i)])],
    gather(z, [fixed(3), read(x, [fixed(9)])]),
  );
  const p = { name: 'p', symbols: [{ loop: i, range: 5 }], params: [x, z], scratch: [], body };
  expect(() => verify(p)).toThrow(/z\[i\] spans 0\.\.4[^]*x\[i\] spans 0\.\.4[^]*z\[3\][^]*x\[9\]/);
});

test('sites: a gather is a read of any cell, a scatter a store to any', () => {
  const p = programOf(device, 'for i < 4 { z[at(x[i]), i] += y[at(n[i])]; }');
  const sites = groupByNode(sitesIn(p));
  const kinds = [...sites].map(([node, all]) =>
    all.map(({ kind, index }) => `${node.name} ${kind} ${index ? 'known' : 'any'}`).join(),
  );
  expect(kinds).toEqual(['x read known', 'y read any', 'n read known', 'z scatter any']);
  expect([...writtenIn(p.body)].map(n => n.name)).toEqual(['z']);
});

test('its subscripts are its children, and loops in it are replaced', () => {
  const [z, x] = [tensorNode('z', 'f32', [3, 4]), tensorNode('x', 'f32', [4])];
  const [i, j] = [loopVar('i'), loopVar('j')];
  const g = gather(z, [read(x, [at(i)]), at(i)]);
  expect(children(g)).toEqual([read(x, [at(i)])]);
  const moved = gather(z, [read(x, [at(j)]), at(j)]);
  expect(substituteLoops(g, new Map([[i, at(j)]]))).toEqual(moved);
  expect(substituteLoops(g, new Map())).toBe(g);
});

test('equal ones have equal numbers', () => {
  const [z, x] = [tensorNode('z', 'f32', [4, 4]), tensorNode('x', 'f32', [4])];
  const numbers = new ValueNumbers();
  const [a, b] = [read(x, [fixed(0)]), read(x, [fixed(1)])];
  const of = (...index: Parameters<typeof gather>[1]): number => numbers.of(gather(z, index));
  expect(of(a, b)).toBe(of(read(x, [fixed(0)]), b));
  expect(
    new Set([of(a, b), of(b, a), of(a, fixed(1)), of(fixed(1), a), of(a, fixed(2))]).size,
  ).toBe(5);
});
