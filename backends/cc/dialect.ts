import { type DType, kindOf } from '../../compiler/index.ts';
import { type CallText, type Dialect, type OpText, precedence } from '../clike/dialect.ts';
import { cLiteral } from '../clike/literal.ts';
import { conversion, isOwnArithmetic } from './convert.ts';
import { loopsThatSum } from './sum-order.ts';
import { erfInvNeeds } from './erf-inv.ts';
import {
  byWayOf,
  converted,
  extreme,
  formula,
  helper,
  isFloat,
  isSigned,
  libm,
  needsOf,
  parameters,
  rounding,
  withNeeds,
} from './calls.ts';
import { type FunctionOp, functionText } from './functions.ts';
import { threefryNeeds } from './threefry.ts';
import { typeName } from './type-name.ts';
import { vectorConversion } from './narrow-vector.ts';
import { mulNoNan } from './no-nan.ts';
import { vectorFunctionOf } from './vector-functions.ts';
import { transposeOf } from './transpose.ts';
import { splatOf, vectorTypeOf } from './vector-type.ts';

/** A valid shift count: not negative, and smaller than the number of bits. */
const countFits = '(unsigned long)b < 8 * sizeof a';

/** Comparing first keeps the conversion defined: NaN fails every comparison. */
function position(dtype: DType): CallText {
  const [name, type] = dtype === 'i32' ? ['position_i32', 'int'] : ['position', 'double'];
  const isCell = dtype === 'i32' ? 'a >= 0 && a < n' : 'a >= 0 && a < n && (long)a == a';
  const head = `static inline long ${name}(${type} a, long n)`;
  return { kind: 'call', name, needs: [`${head} { return ${isCell} ? (long)a : -1; }`] };
}

/** A variable of the library, set when it is loaded. */
const parallelNeeds = `void (*einc_parallel)(
  long turns, void (*part)(long first, long last, void *const *args), void *const *args);`;

/**
 * C99 and `_Alignas`, with gcc and clang builtins and no headers: the libm functions that a kernel needs are
 * declared in one line each.
 *
 * Stack arrays declare their alignment. Otherwise gcc 12 vectorises loops as if it aligned the
 * array itself, and sometimes fails to do so: storing such a vector crashes the process.
 */
export const c99: Dialect = {
  // With wrapping `int` subscripts, compilers do not know that `a[64 * i + 1]` is next to `a[64 * i]`: each row of a tile
  // would have its own subscript, and most of them would be reloaded from the stack in the innermost loop.
  counter: 'long',
  wideInteger: 'long',
  restrict: 'restrict',
  typeName,
  functionPrefix: 'static void',
  separate: '__attribute__((noinline)) static void',
  linked: '__attribute__((noinline, visibility("hidden"))) void',
  vectorType: vectorTypeOf,
  vectorFunction: vectorFunctionOf,
  vectorConversion,
  splat: splatOf,
  transpose: transposeOf,
  localArray: (declaration, bytes) => (bytes < 32 ? declaration : `_Alignas(64) ${declaration}`),
  prefetch: (cell, purpose) => `__builtin_prefetch(&${cell}${purpose === 'store' ? ', 1' : ''});`,
  hasStarts: true,
  rolled: loopsThatSum,
  unroll: extent => `#pragma GCC unroll ${extent}`,
  literal: cLiteral,
  op: {
    add: infix('+', precedence.sum),
    sub: infix('-', precedence.sum),
    mul: infix('*', precedence.product),
    mul_no_nan: mulNoNan,
    div: dtype => divisions[kindOf(dtype)](dtype),
    mod,
    lt: infix('<', precedence.less),
    le: infix('<=', precedence.less),
    eq: infix('==', precedence.equal),
    ne: infix('!=', precedence.equal),
    and: onConditions('&', precedence.bitAnd, '&&', precedence.and),
    or: onConditions('|', precedence.bitOr, '||', precedence.or),
    not: () => ({ kind: 'prefix', sign: '!' }),
    neg: () => ({ kind: 'prefix', sign: '-' }),
    where: dtype => ({ kind: 'select', strict: strictWhere(dtype) }),
    pow: ownOnF32('pow', libm('pow', 2)),
    sqrt: libm('sqrt', 1),
    exp: ownOnF32('exp', libm('exp', 1)),
    exp2: ownOnF32('exp2', libm('exp2', 1)),
    expm1: ownOnF32('expm1', libm('expm1', 1)),
    log: ownOnF32('log', libm('log', 1)),
    log2: ownOnF32('log2', libm('log2', 1)),
    log1p: ownOnF32('log1p', libm('log1p', 1)),
    erf: ownOnF32('erf', libm('erf', 1)),
    sigmoid: ownOnF32(
      'sigmoid',
      formula('sigmoid', ['exp', 'fabs'], '(a < 0 ? exp(-fabs(a)) : 1) / (1 + exp(-fabs(a)))'),
    ),
    softplus: ownOnF32(
      'softplus',
      formula('softplus', ['exp', 'log1p', 'fabs'], 'log1p(exp(-fabs(a))) + (a > 0 ? a : 0)'),
    ),
    erf_inv: dtype => erfInv(dtype),
    sin: ownOnF32('sin', libm('sin', 1)),
    cos: ownOnF32('cos', libm('cos', 1)),
    tan: ownOnF32('tan', libm('tan', 1)),
    asin: libm('asin', 1),
    acos: libm('acos', 1),
    atan: libm('atan', 1),
    atan2: libm('atan2', 2),
    sinh: ownOnF32('sinh', libm('sinh', 1)),
    cosh: ownOnF32('cosh', libm('cosh', 1)),
    tanh: ownOnF32('tanh', libm('tanh', 1)),
    asinh: libm('asinh', 1),
    acosh: libm('acosh', 1),
    atanh: libm('atanh', 1),
    floor: rounding('floor'),
    ceil: rounding('ceil'),
    trunc: rounding('trunc'),
    // In the processor's default rounding mode, half to even.
    round: rounding('rint'),
    abs: dtype => (isFloat(dtype) ? libm('fabs', 1) : helper('abs', 1, 'a < 0 ? -a : a'))(dtype),
    fma: dtype => (isFloat(dtype) ? libm('fma', 3) : helper('fma', 3, 'a * b + c'))(dtype),
    sign: helper('sign', 1, 'a > 0 ? 1 : a < 0 ? -1 : a'),
    relu: helper('relu', 1, 'a < 0 ? 0 : a'),
    sat01: helper('sat01', 1, 'a < 0 ? 0 : a > 1 ? 1 : a'),
    relu_gate: helper('relu_gate', 2, 'a > 0 ? b : 0'),
    sat01_gate: helper('sat01_gate', 2, 'a > 0 && a < 1 ? b : 0'),
    stop_gradient: () => ({ kind: 'prefix', sign: '' }),
    max: extreme('max', '>'),
    min: extreme('min', '<'),
    bit_and: onBits('bit_and', 'a & b'),
    bit_or: onBits('bit_or', 'a | b'),
    bit_xor: onBits('bit_xor', 'a ^ b'),
    shift_left: onBits('shift_left', `${countFits} ? (unsigned long)a << b : 0`),
    shift_right: onBits('shift_right', `${countFits} ? a >> b : a < 0 ? -1 : 0`),
    threefry2x32: onWords('threefry2x32', 2),
    threefry4x32_crypto_first: onWords('threefry4x32_crypto_first', 3),
    threefry4x32_crypto_second: onWords('threefry4x32_crypto_second', 3),
    threefry4x32_light_first: onWords('threefry4x32_light_first', 3),
    threefry4x32_light_second: onWords('threefry4x32_light_second', 3),
    unit: () => ({ kind: 'prefix', sign: '' }),
    signed_unit: () => ({ kind: 'prefix', sign: '' }),
  },
  parallel: {
    share: { kind: 'call', name: 'einc_parallel', needs: [parallelNeeds] },
    never: conditions => `if (${conditions.join(' || ')}) __builtin_unreachable();`,
  },
  conversion,
  position,
  narrows: dtype => (isOwnArithmetic(dtype) ? undefined : conversion('i32', dtype)[0]),
};

function infix(sign: string, level: number): () => OpText {
  return () => ({ kind: 'infix', sign, precedence: level });
}

/** Undefined integer quotients trap on the processor; here they are 0, or wrap. */
const divisions: Readonly<Record<ReturnType<typeof kindOf>, (dtype: DType) => OpText>> = {
  float: infix('/', precedence.product),
  integer: dtype => {
    const own = isSigned(dtype) ? 'b == -1 ? -a : a / b' : 'a / b';
    return helper('div', 2, `b == 0 ? 0 : ${own}`)(dtype);
  },
  bool: helper('div', 2, 'b == 0 ? 1 : a'),
};

/** A function that the compiler defines itself, so that its bits are the same everywhere. */
function ownOnF32(op: FunctionOp, others: (dtype: DType) => CallText): (dtype: DType) => CallText {
  return dtype => (dtype === 'f32' ? functionText(op) : others(dtype));
}

/** For bools both operands are evaluated, for the reason given at `strictWhere`. */
function onConditions(
  sign: string,
  level: number,
  ofNumbers: string,
  loose: number,
): (dtype: DType) => OpText {
  return dtype =>
    dtype === 'bool'
      ? { kind: 'infix', sign, precedence: level, inner: precedence.sum }
      : { kind: 'infix', sign: ofNumbers, precedence: loose };
}

/**
 * Both arms of `where` are evaluated, so both may be loaded: that is faster than masked loads,
 * which gcc 12 with AVX gets wrong in some nests.
 */
function strictWhere(dtype: DType): CallText {
  const type = typeName[dtype];
  const name = `where_${dtype}`;
  const needs = `static inline ${type} ${name}(_Bool c, ${type} a, ${type} b) { return c ? a : b; }`;
  return { kind: 'call', name, needs: [needs] };
}

function mod(dtype: DType): CallText {
  if (!isFloat(dtype)) {
    const signsDiffer = 'a % b != 0 && (a % b < 0) != (b < 0)';
    const own = isSigned(dtype) ? `b == -1 ? 0 : ${signsDiffer} ? a % b + b : a % b` : 'a % b';
    return helper('mod', 2, `b == 0 ? 0 : ${own}`)(dtype);
  }
  const rest = libm('fmod', 2)(dtype);
  const signed = helper(
    'of_sign',
    2,
    'a == 0 ? b < 0 ? -0.0 : 0.0 : (a < 0) != (b < 0) ? a + b : a',
  );
  const { name, needs } = signed(dtype);
  const whole = helper('mod', 2, `${name}(${rest.name}(a, b), b)`)(dtype);
  return withNeeds([...rest.needs, ...needs], whole);
}

/** For floats through i32. */
function onBits(name: string, body: string): (dtype: DType) => CallText {
  return dtype => {
    const ofIntegers = helper(name, 2, body);
    if (!isFloat(dtype)) return ofIntegers(dtype);
    const { name: called, needs } = ofIntegers('i32');
    const steps = conversion(dtype, 'i32');
    const [a = '', b = ''] = parameters.map(p => steps.reduce(converted, p));
    const whole = helper(name, 2, `${called}(${a}, ${b})`)(dtype);
    return withNeeds([...needsOf(steps), ...needs], whole);
  };
}

/** For u64; other dtypes are converted to it. */
function onWords(name: keyof typeof threefryNeeds, arity: number): (dtype: DType) => CallText {
  return dtype => {
    const own = { kind: 'call', name: `${name}_u64`, needs: threefryNeeds[name] } as const;
    return dtype === 'u64' ? own : byWayOf('u64', own, arity)(name, dtype);
  };
}

/** Always in double: for an f32 this costs no more steps, and its last place is right. */
function erfInv(dtype: DType): CallText {
  const log = libm('log', 1)('f64');
  const own = { ...log, name: 'erf_inv_f64', needs: [...log.needs, ...erfInvNeeds] };
  return dtype === 'f64' ? own : byWayOf('f64', own, 1)('erf_inv', dtype);
}
