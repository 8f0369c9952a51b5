/**
 * Every operation on every edge value, through generated code and by definition. IEEE arithmetic leaves
 * no freedom, so the bits must be the same; libm and JavaScript may differ in the last places of
 * exponentials, logarithms, powers and angles of f64, where neighbours are as good.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import type { DType } from '../../compiler/core/dtype.ts';
import { functions } from '../../compiler/core/functions/index.ts';
import { infoOf, type Op, ops } from '../../compiler/core/op.ts';
import type { TensorNode } from '../../compiler/core/tensor-node.ts';
import { type Cells, interpret } from '../../compiler/loop/interpret.ts';
import type { Program } from '../../compiler/loop/ir.ts';
import { parseProgram } from '../../compiler/loop/parse.ts';
import { shortest } from '../../compiler/index.ts';
import { edgeValues, tuples, ulpsBetween } from '../support/edge-values.ts';
import { f64, fusedMultiplyAdd } from '../support/exact-arithmetic.ts';
import { needCompilerOf } from '../support/cpp-compiler.ts';
import { compileAll, compileEverywhere } from '../support/run-compiled.ts';
import { zeros } from '../support/run-program.ts';
import { compiling } from '../support/tested-backends.ts';

type Compared = 'f32' | 'f64' | 'i32';
type Tuples = readonly (readonly number[])[];

/** Of f32 those in `functions` have none: what they are is written down step by step. */
const freedom: Partial<Record<Op, number>> = {
  ...{ exp: 1, exp2: 1, expm1: 2, log: 1, log2: 1, log1p: 2, pow: 1, erf: 2, erf_inv: 3 },
  ...{ sigmoid: 3, softplus: 2, sin: 1, cos: 1, tan: 1, asin: 1, acos: 1, atan: 1, atan2: 2 },
  ...{ sinh: 2, cosh: 2, tanh: 2, asinh: 3, acosh: 3, atanh: 2 },
};
const names = Object.keys(ops) as Op[];

function freedomOf(op: Op, dtype: Compared): number {
  const isOwn = dtype === 'f32' && Object.hasOwn(functions, op);
  return dtype === 'i32' || isOwn ? 0 : (freedom[op] ?? 0);
}

/** The operands: all combinations of edge values, but for three operands of fewer. */
function operandsOf(op: Op, dtype: Compared): Tuples {
  const values = edgeValues(dtype);
  const { arity, result } = infoOf(op);
  if (arity < 3) return tuples(values, arity);
  const few = values.filter((_, i) => i < 6 || i % 2 === 0);
  if (result !== 'where') return tuples(few, 3);
  return [0, 1].flatMap(condition => tuples(few, 2).map(arms => [condition, ...arms]));
}

function typesOf(op: Op, dtype: Compared): { readonly operands: DType[]; readonly result: DType } {
  const { arity, result } = infoOf(op);
  const operands = Array<DType>(arity).fill(dtype);
  if (result === 'where') operands[0] = 'bool';
  return { operands, result: result === 'bool' ? 'bool' : dtype };
}

const call = (op: Op, args: readonly string[]): string => {
  const { sign } = infoOf(op);
  return sign === undefined ? `${op}(${args.join(', ')})` : `${args[0]} ${sign} ${args[1]}`;
};

/** One loop over all operands, which a compiler may turn into vector code. */
function overArrays(op: Op, dtype: Compared, given: Tuples): Program {
  const { operands, result } = typesOf(op, dtype);
  const arrays = operands.map((type, i) => `${'abc'.charAt(i)}: ${type}[${given.length}]`);
  const reads = operands.map((_, i) => `${'abc'.charAt(i)}[i]`);
  return parseProgram(`p():
    device ${arrays.join(', ')}, result: ${result}[${given.length}];
    for i < ${given.length} { result[i] := ${call(op, reads)}; }`);
}

/** A statement for each, which a compiler may compute itself. */
function overConstants(op: Op, dtype: Compared, given: Tuples): Program {
  const { operands, result } = typesOf(op, dtype);
  const text = (value: number, i: number): string => {
    const type = operands[i] ?? dtype;
    return `${shortest(type, value)}:${type}`;
  };
  const lines = given.map((t, i) => `result[${i}] := ${call(op, t.map(text))};`);
  return parseProgram(`p(): device result: ${result}[${given.length}]; ${lines.join('\n')}`);
}

interface Case {
  readonly op: Op;
  readonly dtype: Compared;
  readonly given: Tuples;
  readonly program: Program;
}

const arrayCases: readonly Case[] = (['f32', 'f64', 'i32'] as const).flatMap(dtype =>
  names.map(op => {
    const given = operandsOf(op, dtype);
    return { op, dtype, given, program: overArrays(op, dtype, given) };
  }),
);
const constantCases: readonly Case[] = (['f32', 'f64', 'i32'] as const).flatMap(dtype =>
  names
    .filter(op => freedomOf(op, dtype) === 0)
    .map(op => {
      const given = operandsOf(op, dtype).filter(
        (_, i, { length }) => i % Math.ceil(length / 99) === 0,
      );
      return { op, dtype, given, program: overConstants(op, dtype, given) };
    }),
);

/** What stands in each array before: the operands, in columns. */
function inputOf({ given }: Case): (node: TensorNode) => Cells {
  return node => {
    const cells = zeros(node.dtype, given.length);
    given.forEach((tuple, i) => (cells[i] = tuple['abc'.indexOf(node.name)] ?? 0));
    return cells;
  };
}

function byDefinition(one: Case): Cells {
  const memory = new Map(one.program.params.map(node => [node, inputOf(one)(node)]));
  interpret(one.program, memory);
  return [...memory].find(([node]) => node.name === 'result')?.[1] ?? new Float64Array();
}

const [arrayRuns, constantRuns] = await Promise.all([
  compileEverywhere(arrayCases.map(one => one.program)),
  // What a compiler makes of constants is the same whatever the rest is about.
  compileAll(constantCases.map(one => one.program)),
]);

/** What differs by more than it may, in words. */
function differences(one: Case, compiled: Cells, expected: ArrayLike<number>): readonly string[] {
  const { op, dtype, given } = one;
  const allowed = freedomOf(op, dtype);
  return given.flatMap((tuple, i) => {
    const [ours = NaN, right = NaN] = [compiled[i], expected[i]];
    const apart =
      dtype === 'i32' ? Number(!Object.is(ours, right)) : ulpsBetween(dtype, ours, right);
    return apart <= allowed ? [] : [`${op}(${tuple.join(', ')}) is ${ours}, not ${right}`];
  });
}

/** The interpreter's `fma` rounds twice where an exact product does not fit f64; C's never does. */
function expectedOf(one: Case): ArrayLike<number> {
  if (one.op !== 'fma' || one.dtype !== 'f64') return byDefinition(one);
  return one.given.map(([a = NaN, b = NaN, c = NaN]) => fusedMultiplyAdd(f64, a, b, c));
}

describe.each([
  ...arrayRuns.map(({ backend, runs }) => ['array', backend, arrayCases, runs] as const),
  ['constant', compiling[0] ?? 'cc', constantCases, constantRuns] as const,
])('%s operands, %s', (_, backend, cases, runs) => {
  beforeEach(context => needCompilerOf(backend, context));

  test.each(cases.map((one, i) => ({ ...one, i })))('$op of $dtype', one => {
    const compiled = runs[one.i]?.(0, inputOf(one)).get('result') ?? new Float64Array();
    expect(compiled).toHaveLength(one.given.length);
    expect(differences(one, compiled, expectedOf(one)).slice(0, 5)).toEqual([]);
  });
});

test('where an exact product fits f64, the interpreter fuses as C does', () => {
  const fits = arrayCases
    .filter(({ op, dtype }) => op === 'fma' && dtype === 'f64')
    .map(one => {
      const given = one.given.filter(([a = 0, b = 0]) => isOrdinary(a * b) && isOrdinary(a));
      return { ...one, given, program: overArrays('fma', 'f64', given) };
    });
  for (const one of fits) expect(differences(one, byDefinition(one), expectedOf(one))).toEqual([]);
});

function isOrdinary(x: number): boolean {
  return Math.abs(x) > 1e-290 && Math.abs(x) < 1e290;
}
