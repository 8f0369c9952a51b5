/** Operations without a C operator: calls of libm, and of functions that the source defines. */
import { type DType, kindOf } from '../../compiler/index.ts';
import type { CallText, Conversion } from '../clike/dialect.ts';
import { conversion } from './convert.ts';
import { typeName } from './type-name.ts';

export const parameters = ['a', 'b', 'c'];

export function isFloat(dtype: DType): boolean {
  return kindOf(dtype) === 'float';
}

export function isSigned(dtype: DType): boolean {
  return kindOf(dtype) === 'integer' && !dtype.startsWith('u');
}

/** A helper function, where an expression would evaluate an operand twice. */
export function helper(name: string, arity: number, body: string): (dtype: DType) => CallText {
  return dtype => {
    const type = typeName[dtype];
    const params = parameters.slice(0, arity).map(p => `${type} ${p}`);
    const typed = `${name}_${dtype}`;
    const needs = `static inline ${type} ${typed}(${params.join(', ')}) { return ${body}; }`;
    return { kind: 'call', name: typed, needs: [needs] };
  };
}

/**
 * The larger or the smaller of two numbers, or the first if it is NaN. In two selections of existing
 * values: for one with a compound condition gcc emits branches, which are unpredictable in a maximum of random values.
 */
export function extreme(name: string, sign: '<' | '>'): (dtype: DType) => CallText {
  const chosen = `a ${sign} b ? a : b`;
  return dtype => {
    if (!isFloat(dtype)) return helper(name, 2, chosen)(dtype);
    const [type, typed] = [typeName[dtype], `${name}_${dtype}`];
    const steps = `const ${type} c = ${chosen}; return a == a ? c : a;`;
    const needs = [`static inline ${type} ${typed}(${type} a, ${type} b) { ${steps} }`];
    return { kind: 'call', name: typed, needs };
  };
}

/** A libm function; integers go through double. */
export function libm(name: string, arity: number): (dtype: DType) => CallText {
  return dtype => {
    const [type, called] = dtype === 'f32' ? ['float', `${name}f`] : ['double', name];
    const params = Array<string>(arity).fill(type).join(', ');
    const needs = [`${type} ${called}(${params});`];
    if (isFloat(dtype)) return { kind: 'call', name: called, needs };
    const steps = conversion('f64', dtype);
    // C converts implicitly; C++ would look for an integer overload.
    const args = parameters.slice(0, arity).map(p => `(double)${p}`);
    const whole = helper(
      name,
      arity,
      steps.reduce(converted, `${called}(${args.join(', ')})`),
    )(dtype);
    return withNeeds([...needs, ...needsOf(steps)], whole);
  };
}

/** A helper function that calls libm; integers go through double. */
export function formula(
  name: string,
  calls: readonly string[],
  body: string,
): (dtype: DType) => CallText {
  return dtype => {
    if (dtype === 'f32' || dtype === 'f64') {
      const called = calls.flatMap(call => libm(call, 1)(dtype).needs);
      const suffixed = body.replaceAll(/[a-z]\w+(?=\()/g, call =>
        dtype === 'f32' ? `${call}f` : call,
      );
      return withNeeds(called, helper(name, 1, suffixed)(dtype));
    }
    const { name: called, needs } = formula(name, calls, body)('f64');
    const steps = conversion('f64', dtype);
    const whole = helper(name, 1, steps.reduce(converted, `${called}(a)`))(dtype);
    return withNeeds([...needs, ...needsOf(steps)], whole);
  };
}

/** Rounding functions leave integers unchanged. */
export function rounding(name: string): (dtype: DType) => CallText {
  return dtype => (isFloat(dtype) ? libm(name, 1) : helper(name, 1, 'a'))(dtype);
}

/** A function of one dtype applied to operands of another. */
export function byWayOf(
  through: DType,
  own: CallText,
  arity: number,
): (name: string, dtype: DType) => CallText {
  return (name, dtype) => {
    const [there, back] = [conversion(dtype, through), conversion(through, dtype)];
    const args = parameters.slice(0, arity).map(p => there.reduce(converted, p));
    const call = back.reduce(converted, `${own.name}(${args.join(', ')})`);
    const needs = [...needsOf(there), ...needsOf(back), ...own.needs];
    return withNeeds(needs, helper(name, arity, call)(dtype));
  };
}

export function needsOf(steps: readonly Conversion[]): readonly string[] {
  return steps.flatMap(step => (step.kind === 'call' ? step.needs : []));
}

export function converted(text: string, step: Conversion): string {
  switch (step.kind) {
    case 'call':
      return `${step.name}(${text})`;
    case 'cast':
      return `(${typeName[step.to]})${text}`;
    case 'nonzero':
      return `${text} != 0`;
  }
}

export function withNeeds(needs: readonly string[], text: CallText): CallText {
  return { ...text, needs: [...needs, ...text.needs] };
}
