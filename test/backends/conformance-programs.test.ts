/** What programs are made of, through generated code and by definition: the same bits. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { DType } from '../../compiler/core/dtype.ts';
import { cellsOf, type TensorNode } from '../../compiler/core/tensor-node.ts';
import type { Cells } from '../../compiler/loop/interpret.ts';
import { parseProgram } from '../../compiler/loop/parse.ts';
import { programOf } from '../support/loop-text.ts';
import { edgeValues } from '../support/edge-values.ts';
import { needCompilerOf } from '../support/cpp-compiler.ts';
import { compileAll, compileEverywhere } from '../support/run-compiled.ts';
import { difference, outputsOf, zeros } from '../support/run-program.ts';
import { compiling } from '../support/tested-backends.ts';

/** `T` is each float type in turn; `x`, `y`, `n` and `c` hold edge values, the others zeros. */
const device =
  's: T, d: f64, x: T[37], y: T[37], z: T[37], n: i32[16], m: i32[16], c: bool[2], e: bool[37], w: T[3, 4, 5]';

const bodies: Readonly<Record<string, string>> = {
  'index values': 'for i < 37 { z[i] := T(index(2*i + 3)) * T(i) - T(batch) / T(step); }',
  'index values of several loops':
    'for i < 3 { for j < 4 { for k < 5 { w[i, j, k] := T(index(20*i + -5*j + k + 7)); } } }',
  'a static index as a subscript': 'for i < 36 { z[i] := x[batch] + y[i + 1]; }',
  'strides forwards and backwards': 'for i < 18 { z[2*i + 1] := x[-2*i + 36]; }',
  'digits of a count':
    'for i < 3 { for j < 4 { for k < 5 { w[((20*i + 5*j + k) % 3), ((20*i + 5*j + k) / 3 % 4), ((20*i + 5*j + k) / 12)] := T(index(3*((i + j) / 2) + -1*(k % 2))) * x[((7*k) / 5)]; } } }',
  'rows and columns':
    'for i < 3 { for j < 4 { for k < 5 { w[i, j, k] := x[i] * T(j) + y[k]; } } } for j < 4 { z[j] := w[2, j, 4]; }',
  'a loop that never runs': 'for i < 0 { z[i] := 1; } z[0] := 2;',
  'a cast to the other float': 'for i < 37 { z[i] := T(f32(f64(x[i]) * 3)); d += f64(z[0]); }',
  'casts to integers and back': 'for i < 16 { n[i] := i32(x[i]); z[i] := T(i32(y[i] * 1e9)); }',
  'casts of what no integer is near': `for i < 16 { m[i] := i32(x[i] * x[i] * 3e9); }`,
  'casts of integers': 'for i < 16 { z[i] := T(n[i]); d += f64(n[i]) / 3; }',
  'casts to and from bool': 'for i < 37 { e[i] := bool(x[i]); z[i] := T(e[i]) + T(bool(y[i])); }',
  'bool and integer': 'for i < 16 { e[i] := bool(n[i]); m[i] := i32(e[i]) + i32(c[1]); }',
  'where on comparisons':
    'for i < 37 { z[i] := where(x[i] < y[i], x[i], where(x[i] == y[i], 7, y[i])); }',
  'where on bools and numbers':
    'for i < 37 { z[i] := where(c[1], x[i], y[i]) + where(bool(x[i]), 1, 2); e[i] := where(bool(y[i]), c[0], c[1]); }',
  'where with an arm that is infinite': 'for i < 37 { z[i] := where(x[i] == 0, 1, 1 / x[i]); }',
  'comparisons of bools': 'for i < 37 { e[i] := (x[i] < y[i]) == (y[i] < x[i]); }',
  'fma, and a product and a sum': 'for i < 37 { z[i] := fma(x[i], 3, y[i]) - (x[i] * 3 + y[i]); }',
  'a chain that must not be regrouped':
    'for i < 37 { s := s + x[i] * 0.1 - y[i] * 0.1 + 1e7 - 1e7; }',
  'products that overflow on the way': 'for i < 37 { z[i] := x[i] * 1e30 * 1e-30 / 3; }',
  'a quotient is no product with an inverse': 'for i < 37 { z[i] := x[i] / 3 + y[i] / 10; }',
  'a difference of equals': 'for i < 37 { z[i] := x[i] - x[i]; e[i] := x[i] != x[i]; }',
  'minus zero': 'for i < 37 { z[i] := 0 - x[i]; y[i] := neg(x[i]) + -0; } s := -0; s += -0;',
  'relu, max and min of NaN':
    'for i < 37 { z[i] := relu(x[i]) + max(x[i], y[i]) * 0 + min(y[i], 0); }',
  'integers that wrap': 'for i < 16 { m[i] := n[i] * n[i] + n[i] * 65537 - 1; }',
  'integers divided': 'for i < 16 { m[i] := n[i] / 7 - 1 / n[i] + n[i] / -1; }',
  'integers in max, min, abs, relu':
    'for i < 16 { m[i] := max(n[i], 5) - min(n[i], abs(n[i])) + relu(n[i]); }',
  'integers through libm':
    'for i < 16 { m[i] := n[i] ** 2 + i32(sqrt(f64(abs(n[i])))) + sqrt(abs(n[i])); }',
  'vectors: arithmetic, and numbers beside them': `for v < 2 unrolled { for l < 16 vector {
    z[16*v + l + 1] := 2 * x[16*v + l] - y[16*v + l] / (x[1] + 1) * T(step); } }`,
  'vectors: accumulations of every kind': `for l < 8 vector { z[l] += x[l]; } for l < 8 vector { z[l] *= y[l]; }
    for l < 8 vector { z[l] max= x[l]; } for l < 8 vector { z[l] += 0.5; } for l < 8 vector { n[l] -= m[l]; }`,
  'vectors: conditions': `for l < 16 vector { z[l] := where(x[l] < y[l], x[l], where(x[l] == y[l], 7, y[l])); }
    for l < 4 vector { z[l + 16] := where(c[1], x[l], y[l]) + where(bool(x[l]), 1, y[l]); }`,
  'vectors: casts': `for l < 8 vector { z[l] := T(n[l]) + T(i32(x[l])); }`,
  'vectors: functions': `for l < 16 vector { z[l] := fma(sqrt(abs(x[l])), relu(y[l]), max(x[l], y[l])) + floor(y[l]); }
    for l < 16 vector { z[l + 16] := sat01(x[l]) * sign(y[l]); }`,
  'vectors: strides': `for l < 16 vector { z[l] := x[2*l + 1] + y[-1*l + 20]; } for l < 4 vector { z[l + 16] := w[1, l, 2]; }`,
  'vectors: stores that are no vectors': `for l < 16 vector { z[2*l] := x[l]; } for l < 16 vector { z[2*l + 1] := T(l) + T(e[l]); }`,
  'vectors: conditions in memory': `for l < 8 vector { z[l] := T(e[l]) + T(m[l]); } for l < 8 vector { e[l + 8] := x[l] < y[l]; }`,
  'vectors: several statements': `for l < 8 vector { z[l] := x[l]; z[l] *= y[l]; z[l + 8] := 3; }`,
  'a tile that is held in registers': `local t: T[4, 16];
    for i < 4 unrolled { for v < 2 unrolled { for l < 8 vector { t[i, 8*v + l] := 0; } } }
    for k < 5 { for i < 4 unrolled { for v < 2 unrolled { for l < 8 vector {
      t[i, 8*v + l] += x[4*k + i] * y[k + 8*v + l]; } } } }
    for i < 2 unrolled { for v < 2 unrolled { for l < 8 vector { z[16*i + 8*v + l] += t[i, 8*v + l] * t[i + 2, 8*v + l]; } } }`,
  'parallel turns': 'for i < 37 parallel { z[i] := x[i] * 2; }',
  fills:
    'fill x, 0.1; fill y, NaN; fill z, -0; fill n, -2147483648; fill e, 1; zero_out w; fill s, -Infinity;',
  'fills of locals':
    'local t: T[9]; zero_out t; local u: T[9]; fill u, 1e-45; local v: T; fill v, 3; for i < 9 { z[i] := t[i] + u[i] + v; }',
  'locals of every type, anew in each turn':
    'for i < 9 { local t: T := x[i]; local q: i32 := n[i]; local b: bool := t < 1; t += 1; z[i] := where(b, t, T(q)); }',
  'a later read sees an earlier write': 'for i < 36 { x[i + 1] := x[i] * 0.5 + y[i]; }',
  'an array read while it is written': 'for i < 37 { x[i] := x[-1*i + 36]; }',
};

const accumulations = ['+=', '-=', '*=', '/=', 'max=', 'min='].flatMap(sign => [
  [`s ${sign} …, in order`, `s := 1; for i < 36 { s ${sign} x[i + 1]; z[i] := s; }`],
  [`${sign} in each cell`, `for i < 37 { x[i] ${sign} y[i]; n[0] ${sign} 3; }`],
  [`${sign} of a row`, `for i < 3 { for j < 4 { for k < 5 { w[i, j, 0] ${sign} y[k] * x[j]; } } }`],
  [`${sign} of integers`, `for i < 16 { m[i] := 5; m[i] ${sign} n[i]; n[15] ${sign} i32(i); }`],
]) as readonly (readonly [string, string])[];

const cases = [...Object.entries(bodies), ...accumulations].flatMap(([name, body]) =>
  (['f32', 'f64'] as const).map(dtype => {
    const typed = (text: string): string => text.replaceAll(/\bT\b/g, dtype);
    return { name, dtype, program: programOf(typed(device), typed(body), 'batch : [0..1], step') };
  }),
);

/** Edge values from the name's own place on. */
function edgesFor({ name, dtype, dims }: TensorNode, salt = 0): Cells {
  const cells = zeros(
    dtype,
    dims.reduce((a, b) => a * b, 1),
  );
  const start = 'xyznc'.indexOf(name) * 7 + salt;
  if (!/^[xync]$/.test(name)) return cells;
  const values = edgeValues(dtype);
  cells.forEach((_, i) => (cells[i] = values[(start + i) % values.length] ?? 0));
  return cells;
}

describe.each(await compileEverywhere(cases.map(one => one.program)))(
  '$backend',
  ({ backend, runs }) => {
    beforeEach(context => needCompilerOf(backend, context));

    test.each(cases.map((one, i) => ({ ...one, run: runs[i] })))('$name, $dtype', one => {
      for (const salt of [0, 5, 11]) {
        const expected = outputsOf(one.program, salt, edgesFor);
        expect(difference(expected, one.run?.(salt, edgesFor) ?? new Map())).toBeUndefined();
      }
    });
  },
);

describe.each(compiling)('large extents, %s', backend => {
  beforeEach(context => needCompilerOf(backend, context));

  test.each(['f32', 'f64', 'i32'] as const satisfies readonly DType[])('%s', async dtype => {
    const program = programOf(
      `x: ${dtype}[300, 400], y: ${dtype}[400, 300], rows: ${dtype}[300], sum: ${dtype}`,
      `for i < 300 { for j < 400 {
       x[i, j] := ${dtype}(index(7*i + -3*j + 11)) / 8;
       y[j, i] := x[i, j] * x[i, j] + 1;
     } }
     for i < 300 { rows[i] := 0; for j < 400 { rows[i] += y[j, i]; } }
     for i < 300 { sum += rows[i] / 3; }`,
    );
    const [run] = await compileAll([program], undefined, backend);
    expect(difference(outputsOf(program), run?.() ?? new Map())).toBeUndefined();
  });
});

/** Loops of these extents around a statement, each called by a letter. */
function nestOf(...extents: readonly number[]): (loops: string, body: string) => string {
  return (loops, body) =>
    extents.reduceRight(
      (inner, extent, i) => `for ${loops.charAt(i)} < ${extent} { ${inner} }`,
      body,
    );
}

test('where over a nest, after a comparison over another', async () => {
  // gcc 12 with AVX computes this wrongly when the arm is loaded under a mask.
  const nest = nestOf(4, 5, 3);
  const program = parseProgram(`p():
    device p: f64[4, 5, 3], x: f64[4, 5, 3], s: f64;
    local off: f64[4, 5, 3]; local is: f64[4, 5, 3]; local chosen: f64[4, 5, 3];
    ${nest('abc', 'off[a, b, c] := f64(index(15*a + 3*b + c));')}
    ${nest('def', 'is[d, e, f] := f64(p[d, e, f] == off[d, e, f]);')}
    ${nest('ghi', 'chosen[g, h, i] := where(bool(is[g, h, i]), x[g, h, i], 0);')}
    ${nest('jkl', 's += chosen[j, k, l] * f64(index(15*j + 3*k + l + 1));')}`);
  const [run] = await compileAll([program]);
  const input = (node: TensorNode): Cells =>
    Float64Array.from({ length: cellsOf(node) }, (_, i) =>
      node.name === 's' ? 0 : node.name === 'x' ? i + 1 : i % 3 === 0 ? i : -1,
    );
  const compiled = run?.(0, input) ?? new Map<string, Cells>();
  expect(difference(outputsOf(program, 0, input), compiled)).toBeUndefined();
});

test.each(['&&', '||'])('%s of comparisons over a nest, after another nest', async op => {
  // gcc 12 with AVX computes this wrongly when the right side is loaded under a mask.
  const nest = nestOf(8, 3);
  const program = parseProgram(`p():
    device p: f64[8, 3], x: f64[8, 3], y: f64[8, 3], s: f64;
    local off: f64[8, 3]; local is: f64[8, 3];
    ${nest('ab', 'off[a, b] := f64(index(3*a + b));')}
    ${nest('cd', `is[c, d] := f64((p[c, d] < off[c, d]) ${op} (x[c, d] < y[c, d]));`)}
    ${nest('ef', 's += is[e, f] * f64(index(3*e + f + 1));')}`);
  const [run] = await compileAll([program]);
  const values: Readonly<Record<string, (i: number) => number>> = {
    p: i => (i % 3 === 0 ? i : i - 1),
    x: i => i % 2,
    y: i => (i % 5) % 2,
  };
  const input = (node: TensorNode): Cells =>
    Float64Array.from({ length: cellsOf(node) }, (_, i) => values[node.name]?.(i) ?? 0);
  const compiled = run?.(0, input) ?? new Map<string, Cells>();
  expect(difference(outputsOf(program, 0, input), compiled)).toBeUndefined();
});

test('a vector stored to a small array of a function that calls nothing', async () => {
  // gcc 12 takes the array for aligned where it has put it below the stack pointer.
  const program = parseProgram(`p(batch : [0..1], step):
    device a: bf16[4], b: bf16[3, 4], c: bf16[1], table: bf16[2, 3, 4];
    local t: bf16[3, 4];
    for i < 3 {
      local tile: f32[4];
      for l < 4 vector { tile[l] := 1; }
      for k < 4 { for l < 4 vector {
        tile[l] /= (f32(b[((4*i + k) / 2 % 3), k]) + f32(b[i, ((4*i + k) / 3 % 4)])) / f32(c[0]);
      } }
      for l < 4 vector { t[i, l] := bf16(tile[l]); }
    }
    local u: bf16[2, 3, 4];
    local one: bf16;
    for batch2 < 2 {
      zero_out u;
      for i < 2 { for j < 3 {
        u[i, j, 2] := bf16(relu_gate(f32(bf16(f32(table[1, 1, 1]) * 2)), -1));
      } }
      one := 1;
    }
    local s: f32[4]; zero_out s;
    local s_sum: f32 := s[1];
    for i < 3 { for j < 4 { s_sum += f32(t[i, j]); } }
    s[1] := s_sum;
    for k < 4 { a[k] := bf16(f32(a[k]) + s[k]); }
    local r: f32[4]; zero_out r;
    local r_sum: f32 := r[2];
    for i < 2 { for j < 3 { for k < 4 { r_sum += f32(u[i, j, k]); } } }
    r[2] := r_sum;
    for k < 4 { a[k] := bf16(f32(a[k]) + r[k]); }`);
  const [run] = await compileAll([program]);
  expect(difference(outputsOf(program), run?.() ?? new Map<string, Cells>())).toBeUndefined();
});
