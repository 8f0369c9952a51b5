/** The sentences at the top of `loop/ir.ts`, one by one. */
import { describe, expect, test } from 'vitest';
import { loopVar } from '../../../compiler/core/index-expr.ts';
import { type Cells, interpret } from '../../../compiler/loop/interpret.ts';
import type { Program } from '../../../compiler/loop/ir.ts';
import { programOf } from '../../support/loop-text.ts';
import { zeros } from '../../support/run-program.ts';

const device = 'x: f32[4], y: f32[4], s: f32, d: f64, n: i32[4], c: bool[4]';

/** What a body leaves in an array; `x` starts as 1, 2, 3, 4, all others as zeros. */
function after(body: string, array = 'x'): readonly number[] {
  const program = programOf(device, body, 'batch : [0..3], step');
  const cells = run(program).get(array);
  return [...(cells ?? [])];
}

function run(program: Program): ReadonlyMap<string, Cells> {
  const memory = program.params.map(node => {
    const cells = zeros(node.dtype, node.dims[0] ?? 1);
    if (node.name === 'x') cells.set([1, 2, 3, 4]);
    return [node, cells] as const;
  });
  const symbols = new Map([
    [loopVar('batch'), 2],
    [loopVar('step'), 7],
  ]);
  interpret(program, new Map(memory), symbols);
  return new Map(memory.map(([node, cells]) => [node.name, cells]));
}

describe('loops run 0 <= i < extent', () => {
  test.each([
    ['upwards, one by one', 'for i < 3 { s := s * 10 + f32(index(i + 1)); }', 's', [123]],
    ['not at all when the extent is 0', 'for i < 0 { s := 1; }', 's', [0]],
    [
      'the inner ones first',
      'for i < 2 { for j < 2 { s := s * 10 + f32(index(2*i + j)); } }',
      's',
      [123],
    ],
    ['with offsets and strides in subscripts', 'for i < 2 { x[2*i + 1] := 0; }', 'x', [1, 0, 3, 0]],
    ['backwards by a negative stride', 'for i < 4 { y[-1*i + 3] := x[i]; }', 'y', [4, 3, 2, 1]],
  ])('%s', (_, body, array, expected) => {
    expect(after(body, array)).toEqual(expected);
  });
});

describe('statements run in order', () => {
  test.each([
    ['a later write wins', 'x[0] := 5; x[0] := 6;', [6, 2, 3, 4]],
    ['a read sees what was written', 'x[0] := 5; x[1] := x[0];', [5, 5, 3, 4]],
    ['also within a loop', 'for i < 3 { x[i + 1] := x[i] * 2; }', [1, 2, 4, 8]],
    ['a fill takes every cell', 'fill x, 9; x[2] := 1;', [9, 9, 1, 9]],
    ['a comment does nothing', '/* x[0] := 9; */', [1, 2, 3, 4]],
    ['+=', 'x[1] += 10;', [1, 12, 3, 4]],
    ['-=', 'x[1] -= 10;', [1, -8, 3, 4]],
    ['*=', 'x[1] *= 10;', [1, 20, 3, 4]],
    ['/=', 'x[1] /= 4;', [1, 0.5, 3, 4]],
    ['max=', 'x[1] max= 1; x[2] max= 5;', [1, 2, 5, 4]],
    ['min=', 'x[1] min= 1; x[2] min= 5;', [1, 1, 3, 4]],
    ['the value is computed before the cell is touched', 'x[1] += x[1] * x[1];', [1, 6, 3, 4]],
  ])('%s', (_, body, expected) => {
    expect(after(body)).toEqual(expected);
  });
});

describe('an expression has no effects', () => {
  test.each([
    ['where evaluates both arms and keeps one', 's := where(x[0] < 2, x[1], 0 / 0);', [2]],
    ['or the other', 's := where(x[1] < 2, 0 / 0, x[2]);', [3]],
    ['a static index is what the run was given', 's := f32(step);', [7]],
    ['a static index selects a cell', 's := x[batch];', [3]],
    ['fma keeps the order of its operands', 's := fma(x[1], x[2], x[3]);', [10]],
  ])('%s', (_, body, expected) => {
    expect(after(body, 's')).toEqual(expected);
  });
});

describe('every operation rounds once, to its dtype', () => {
  test.each([
    ['in f32', 's := (16777216 + 1) - 16777216;', 's', [0]],
    ['in f64', 'd := (16777216 + 1) - 16777216;', 'd', [1]],
    ['casts round', 's := f32(16777217:f64);', 's', [16777216]],
    ['constants are of their dtype', 'd := f64(0.1:f32);', 'd', [Math.fround(0.1)]],
    ['accumulations round too', 's := 16777216; s += 1; s += 1;', 's', [16777216]],
    ['fills round', 'local t: f32; fill t, 0.1; d := f64(t);', 'd', [Math.fround(0.1)]],
    ['fma is one operation', 's := fma(4097, 4097, -16785408);', 's', [4097 * 4097 - 16785408]],
    ['a product and a sum are two', 's := 4097 * 4097 - 16785408;', 's', [0]],
    ['integers wrap', 'n[0] := 2147483647; n[0] += 1;', 'n', [-(2 ** 31), 0, 0, 0]],
    ['integer products wrap', 'n[0] := 2147483647; n[0] *= 2147483647;', 'n', [1, 0, 0, 0]],
    [
      'a cast to bool asks whether it is not zero',
      'c[0] := bool(0.5:f32); c[1] := bool(0:f32);',
      'c',
      [1, 0, 0, 0],
    ],
    ['division follows IEEE 754', 's := 1 / 0;', 's', [Infinity]],
    ['overflow follows IEEE 754', 's := 3e38 * 10;', 's', [Infinity]],
    ['NaN wins in max', 's := max(0 / 0, 1);', 's', [NaN]],
    ['NaN wins in min', 's := min(1, 0 / 0);', 's', [NaN]],
    ['relu keeps NaN', 's := relu(0 / 0);', 's', [NaN]],
    ['relu keeps -0', 's := 1 / relu(-0);', 's', [-Infinity]],
  ])('%s', (_, body, array, expected) => {
    expect(after(body, array)).toEqual(expected);
  });
});

describe('what is declared holds nothing until written', () => {
  test.each([
    ['a scalar', 'local t: f32; s := t;', 's', [NaN]],
    ['an array', 'local t: f32[2]; t[0] := 1; s := t[1];', 's', [NaN]],
    [
      'anew each time the declaration is reached',
      'for i < 2 { local t: f32[2]; y[i] := t[0]; t[0] := 1; }',
      'y',
      [NaN, NaN, 0, 0],
    ],
  ])('%s', (_, body, array, expected) => {
    expect(after(body, array)).toEqual(expected);
  });

  test('scratch too', () => {
    expect(after('scratch t: f32[2]; s := t[0];', 's')).toEqual([NaN]);
  });
});

test('different nodes never share memory', () => {
  const body =
    'local t: f32[4]; local u: f32[4]; fill t, 1; fill u, 2; x[0] := t[0]; x[1] := u[0];';
  expect(after(body)).toEqual([1, 2, 3, 4]);
});

test('a subscript of several axes is row-major', () => {
  const body = `local t: f32[2, 2];
    for i < 2 { for j < 2 { t[i, j] := f32(index(2*i + j)); } }
    for i < 2 { for j < 2 { x[i + 2*j] := t[i, j]; } }`;
  expect(after(body)).toEqual([0, 2, 1, 3]);
});

test('an array without memory is a fault of the caller', () => {
  const program = programOf(device, 's := 1;');
  expect(() => interpret(program, new Map())).toThrow('no memory for s');
});
