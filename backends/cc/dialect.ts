import {
  type CallText,
  type Conversion,
  precedence,
  type Dialect,
  type OpText,
} from '../clike/dialect.ts';
import { cLiteral } from '../clike/literal.ts';
import { type DType, kindOf } from '../../compiler/index.ts';
import { conversion, isOwnArithmetic } from './convert.ts';
import { cellType } from './narrow-float.ts';

const parameters = ['a', 'b', 'c'];

/**
 * C99 with gcc's and clang's builtins and no headers: what a kernel needs of libm is declared in
 * one line each.
 */
export const c99: Dialect = {
  wideInteger: 'long',
  typeName: {
    f64: 'double',
    f32: 'float',
    f16: cellType('f16'),
    bf16: cellType('bf16'),
    f8e4m3: cellType('f8e4m3'),
    f8e5m2: cellType('f8e5m2'),
    i8: 'signed char',
    i16: 'short',
    i32: 'int',
    i64: 'long long',
    u8: 'unsigned char',
    u16: 'unsigned short',
    u32: 'unsigned',
    u64: 'unsigned long long',
    bool: '_Bool',
  },
  functionPrefix: 'static void',
  literal: cLiteral,
  op: {
    add: infix('+', precedence.sum),
    sub: infix('-', precedence.sum),
    mul: infix('*', precedence.product),
    div: dtype => divisions[kindOf(dtype)](dtype),
    lt: infix('<', precedence.less),
    eq: infix('==', precedence.equal),
    ne: infix('!=', precedence.equal),
    neg: () => ({ kind: 'prefix', sign: '-' }),
    where: () => ({ kind: 'select' }),
    pow: libm('pow', 2),
    sqrt: libm('sqrt', 1),
    exp: libm('exp', 1),
    log: libm('log', 1),
    tanh: libm('tanh', 1),
    sin: libm('sin', 1),
    cos: libm('cos', 1),
    abs: dtype => (isFloat(dtype) ? libm('fabs', 1) : helper('abs', 1, 'a < 0 ? -a : a'))(dtype),
    fma: dtype => (isFloat(dtype) ? libm('fma', 3) : helper('fma', 3, 'a * b + c'))(dtype),
    relu: helper('relu', 1, 'a < 0 ? 0 : a'),
    max: helper('max', 2, 'a > b || a != a ? a : b'),
    min: helper('min', 2, 'a < b || a != a ? a : b'),
  },
  conversion,
  narrows: dtype => (isOwnArithmetic(dtype) ? undefined : conversion('i32', dtype)[0]),
};

function infix(sign: string, level: number): () => OpText {
  return () => ({ kind: 'infix', sign, precedence: level });
}

/** Where integers have no quotient the processor traps; here it is 0, or wraps. */
const divisions: Readonly<Record<ReturnType<typeof kindOf>, (dtype: DType) => OpText>> = {
  float: infix('/', precedence.product),
  integer: dtype => {
    const own = dtype.startsWith('u') ? 'a / b' : 'b == -1 ? -a : a / b';
    return helper('div', 2, `b == 0 ? 0 : ${own}`)(dtype);
  },
  bool: helper('div', 2, 'b == 0 ? 1 : a'),
};

function isFloat(dtype: DType): boolean {
  return kindOf(dtype) === 'float';
}

/** A function of libm; integers go through double. */
function libm(name: string, arity: number): (dtype: DType) => OpText {
  return dtype => {
    const [type, called] = dtype === 'f32' ? ['float', `${name}f`] : ['double', name];
    const params = Array<string>(arity).fill(type).join(', ');
    const needs = [`${type} ${called}(${params});`];
    if (isFloat(dtype)) return { kind: 'call', name: called, needs };
    const steps = conversion('f64', dtype);
    const args = parameters.slice(0, arity).join(', ');
    const whole = helper(name, arity, steps.reduce(converted, `${called}(${args})`))(dtype);
    const ofSteps = steps.flatMap(step => (step.kind === 'call' ? step.needs : []));
    return { ...whole, needs: [...needs, ...ofSteps, ...whole.needs] };
  };
}

function converted(text: string, step: Conversion): string {
  switch (step.kind) {
    case 'call':
      return `${step.name}(${text})`;
    case 'cast':
      return `(${c99.typeName[step.to]})${text}`;
    case 'nonzero':
      return `${text} != 0`;
  }
}

/** A function of our own, where an expression would name an operand twice. */
function helper(name: string, arity: number, body: string): (dtype: DType) => CallText {
  return dtype => {
    const type = c99.typeName[dtype];
    const params = parameters.slice(0, arity).map(p => `${type} ${p}`);
    const typed = `${name}_${dtype}`;
    const needs = `static inline ${type} ${typed}(${params.join(', ')}) { return ${body}; }`;
    return { kind: 'call', name: typed, needs: [needs] };
  };
}
