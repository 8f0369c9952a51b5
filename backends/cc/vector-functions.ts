/**
 * Functions of whole vectors, in gcc's and clang's vector types: the same
 * steps as the scalar functions, so the same bits.
 */
import {
  type Comparison,
  arityOf,
  type Operation,
  type ScalarFunction,
  type Type,
  usesDoubles,
} from '../../compiler/core/functions/language.ts';
import { functions } from '../../compiler/core/functions/index.ts';
import type { DType, Op } from '../../compiler/index.ts';
import type { CallText } from '../clike/dialect.ts';
import { builtIn, comparisonSigns, type Kind, type Named, type Parts } from './function-kinds.ts';
import { type FunctionOp, functionText } from './functions.ts';
import { mulNoNanOfVectors } from './no-nan.ts';
import { builtInOf, choiceOf, either } from './vector-builtins.ts';
import { splat, vectorType } from './vector-type.ts';

/** A vector function for an op; undefined if a loop over its lanes is as good. */
export function vectorFunctionOf(op: Op, dtype: DType, lanes: number): CallText | undefined {
  const isPlain = op === 'fma' || op === 'sqrt' || op === 'abs';
  if (isPlain && (dtype === 'f32' || dtype === 'f64')) {
    return { kind: 'call', ...lanewise(op, dtype, lanes) };
  }
  const choice = dtype === 'f32' ? choiceOf(op, dtype, lanes) : undefined;
  if (choice) return choice;
  if (op === 'mul_no_nan') return dtype === 'f32' && lanes === 16 ? mulNoNanOfVectors() : undefined;
  return dtype === 'f32' && lanes >= 4 && isFunction(op) ? vectorFunction(op, lanes) : undefined;
}

function isFunction(op: Op): op is FunctionOp {
  return Object.hasOwn(functions, op);
}

/** `exp_f32x16`, of this many floats at once: a power of 2, from 4 on. */
export function vectorFunction(op: FunctionOp, lanes: number): CallText {
  return functionText(op, vectorsOf(lanes));
}

function vectorsOf(lanes: number, isHalf = false): Kind {
  const typeOf = (type: Type): Named => vectorType(type, lanes);
  return {
    functionName: (op, type) => `${op}${isHalf ? '_half' : ''}_${type}x${lanes}`,
    type: typeOf,
    call: (op, type) => lanewise(op, type, lanes),
    convert: (from, to) => conversionOf(typeOf(from), typeOf(to)),
    bits: (_, to) => ({ ...typeOf(to), kind: 'cast' }),
    select: (comparison, compared, type) => selectOf(comparison, compared, type, lanes),
    splat: type => splat(type, lanes),
    inParts: f => (!isHalf && usesDoubles(f) ? halvesOf(f, lanes) : undefined),
  };
}

/** Where there is no builtin for it, a loop over the lanes, which compilers turn into one instruction. */
function lanewise(op: Operation, type: Type, lanes: number): Named {
  const vector = vectorType(type, lanes);
  const { name: called, needs } = builtIn(op, type);
  const args = 'abc'.slice(0, arityOf(op)).split('');
  const name = `${op}_${vector.name}`;
  const params = args.map(a => `${vector.name} ${a}`).join(', ');
  const each = `r[l] = ${called}(${args.map(a => `${a}[l]`).join(', ')});`;
  const loop = laneLoop(vector.name, each, lanes);
  const known = builtInOf(op, type, lanes);
  const head = `static inline ${vector.name} ${name}(${params})`;
  const text = known
    ? either(known.has, head, { builtIn: `return ${known.value};`, lanes: loop })
    : `${head} { ${loop} }`;
  return { name, needs: [...needs, ...vector.needs, text] };
}

function selectOf(comparison: Comparison, compared: Type, type: Type, lanes: number): Named {
  const [operands, arms] = [vectorType(compared, lanes), vectorType(type, lanes)];
  const by = compared === type ? '' : `_by_${compared}`;
  const name = `where_${comparison}_${arms.name}${by}`;
  const params = `${operands.name} x, ${operands.name} y, ${arms.name} a, ${arms.name} b`;
  const each = `r[l] = x[l] ${comparisonSigns[comparison]} y[l] ? a[l] : b[l];`;
  const head = `static inline ${arms.name} ${name}(${params})`;
  const text = `${head} { ${laneLoop(arms.name, each, lanes)} }`;
  return { name, needs: [...operands.needs, ...arms.needs, text] };
}

function laneLoop(type: string, each: string, lanes: number): string {
  return `${type} r; for (int l = 0; l < ${lanes}; ++l) ${each} return r;`;
}

function conversionOf(from: Named, to: Named): CallText {
  const name = `${to.name}_of_${from.name}`;
  const own = `static inline ${to.name} ${name}(${from.name} a) { return __builtin_convertvector(a, ${to.name}); }`;
  return { kind: 'call', name, needs: [...from.needs, ...to.needs, own] };
}

/** Doubles have twice the bytes, so half as many are computed at once. */
function halvesOf({ name: op, parameters }: ScalarFunction, lanes: number): Parts {
  const of = vectorsOf(lanes / 2, true);
  const [whole, half] = [vectorType('f32', lanes), vectorType('f32', lanes / 2)];
  const [name, called] = [`${op}_${whole.name}`, of.functionName(op, 'f32')];
  const each = (from: number): string => {
    const chosen = indices(from, lanes / 2);
    const args = parameters.map(p => `__builtin_shufflevector(${p.name}, ${p.name}, ${chosen})`);
    return `${called}(${args.join(', ')})`;
  };
  const params = parameters.map(p => `${whole.name} ${p.name}`).join(', ');
  const text = `static inline ${whole.name} ${name}(${params}) {
  const ${half.name} low = ${each(0)};
  const ${half.name} high = ${each(lanes / 2)};
  return __builtin_shufflevector(low, high, ${indices(0, lanes)});
}`;
  return { of, needs: [...whole.needs, ...half.needs], text };
}

function indices(from: number, count: number): string {
  return Array.from({ length: count }, (_, i) => from + i).join(', ');
}
