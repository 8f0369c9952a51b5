/**
 * Functions of f32 through generated code and by definition: the same bits, for floats from all over.
 * What these bits are worth is measured in `test/ulps/`.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { functions } from '../../compiler/core/functions/index.ts';
import { evaluate, type Op } from '../../compiler/core/op.ts';
import { parseProgram } from '../../compiler/loop/parse.ts';
import { needCompilerOf } from '../support/cpp-compiler.ts';
import { compileEverywhere } from '../support/run-compiled.ts';

const count = 4096;
const ops = Object.keys(functions) as (keyof typeof functions)[];

/** Half of them any bits, half of them of ordinary size. */
function floats(seed: number): Float32Array<ArrayBuffer> {
  const bits = Uint32Array.from({ length: count }, (_, i) => Math.imul(i * 2 + seed, 0x9e3779b1));
  const cells = new Float32Array(bits.buffer);
  return cells.map((x, i) => (i % 2 === 0 ? x : (bits[i] ?? 0) * 2 ** -27 - 16));
}

const [a, b] = [floats(1), floats(2)];
const compiled = await compileEverywhere(ops.map(programOf));

function programOf(op: Op & keyof typeof functions): ReturnType<typeof parseProgram> {
  const { length } = functions[op].parameters;
  const call = op === 'pow' ? 'a[i] ** b[i]' : `${op}(a[i])`;
  return parseProgram(`p():
    device a: f32[${count}]${length === 2 ? `, b: f32[${count}]` : ''}, result: f32[${count}];
    for i < ${count} { result[i] := ${call}; }`);
}

describe.each(compiled)('$backend', ({ backend, runs }) => {
  beforeEach(context => needCompilerOf(backend, context));

  test.each(ops.map((op, i) => ({ op, i })))('$op', ({ op, i }) => {
    const left = runs[i]?.(0, ({ name }) =>
      name === 'a' ? a : name === 'b' ? b : new Float32Array(count),
    );
    const expected = a.map((x, cell) => evaluate(op, 'f32', x, b[cell]));
    expect(left?.get('result')).toEqual(expected);
  });
});
