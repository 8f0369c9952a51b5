import { type CallText, precedence, type Dialect, type OpText } from '../clike/dialect.ts';
import { cLiteral } from '../clike/literal.ts';
import type { DType } from '../../compiler/index.ts';

const parameters = ['a', 'b', 'c'];

/** C leaves open what becomes of a float that no integer is near; here it wraps, and NaN is 0. */
const toInteger: CallText = {
  kind: 'call',
  name: 'to_i32',
  needs: [
    'double fmod(double, double);',
    'static inline int to_i32(double a) { return a - a != 0 ? 0 : (int)(long long)fmod(a, 0x1p32); }',
  ],
};

/** Comparing first keeps the conversion defined: NaN fails every comparison. */
function position(dtype: DType): CallText {
  const [name, type] = dtype === 'i32' ? ['position_i32', 'int'] : ['position', 'double'];
  const isCell = dtype === 'i32' ? 'a >= 0 && a < n' : 'a >= 0 && a < n && (long)a == a';
  const head = `static inline long ${name}(${type} a, long n)`;
  return { kind: 'call', name, needs: [`${head} { return ${isCell} ? (long)a : -1; }`] };
}

/**
 * C99 with gcc's and clang's builtins and no headers: what a kernel needs of libm is declared in
 * one line each.
 */
export const c99: Dialect = {
  wideInteger: 'long',
  typeName: { f32: 'float', f64: 'double', i32: 'int', bool: '_Bool' },
  functionPrefix: 'static void',
  literal: cLiteral,
  op: {
    add: infix('+', precedence.sum),
    sub: infix('-', precedence.sum),
    mul: infix('*', precedence.product),
    // Where integers have no quotient the processor traps; here it is 0, or wraps.
    div: dtype =>
      dtype === 'i32'
        ? helper('div', 2, 'b == 0 ? 0 : b == -1 ? -a : a / b')(dtype)
        : infix('/', precedence.product)(),
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
    abs: dtype => (dtype === 'i32' ? helper('abs', 1, 'a < 0 ? -a : a') : libm('fabs', 1))(dtype),
    fma: libm('fma', 3),
    relu: helper('relu', 1, 'a < 0 ? 0 : a'),
    max: helper('max', 2, 'a > b || a != a ? a : b'),
    min: helper('min', 2, 'a < b || a != a ? a : b'),
  },
  toInteger,
  position,
};

function infix(sign: string, level: number): () => OpText {
  return () => ({ kind: 'infix', sign, precedence: level });
}

/** A function of libm; integers go through double. */
function libm(name: string, arity: number): (dtype: DType) => OpText {
  return dtype => {
    const [type, called] = dtype === 'f32' ? ['float', `${name}f`] : ['double', name];
    const params = Array<string>(arity).fill(type).join(', ');
    const needs = [`${type} ${called}(${params});`];
    if (dtype !== 'i32') return { kind: 'call', name: called, needs };
    const args = parameters.slice(0, arity).join(', ');
    const whole = helper(name, arity, `${toInteger.name}(${called}(${args}))`)(dtype);
    return { ...whole, needs: [...needs, ...toInteger.needs, ...whole.needs] };
  };
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
