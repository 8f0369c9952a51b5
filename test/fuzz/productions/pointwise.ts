/** Operations cell by cell. */
import { infoOf, type Op, ops } from '../../../compiler/index.ts';
import { infixFunctions } from '../../../dsl/ops/infix.ts';
import { broadcasts, type Known, type Made, type Pool } from '../pool.ts';

/** Their results soon grow past what can be compared. */
const growing: ReadonlySet<string> = new Set([
  ...['pow', 'exp', 'exp2', 'expm1', 'sinh', 'cosh', 'bit_and', 'bit_or', 'bit_xor'],
  ...['shift_left', 'shift_right', '**.'],
]);

/** All ops on floats. */
const names = (Object.keys(ops) as Op[]).filter(op => !growing.has(op) && !ofBits(op));
const unary = names.filter(op => infoOf(op).arity === 1);
const binary = names.filter(op => infoOf(op).arity === 2);
const ternary = names.filter(op => infoOf(op).arity === 3);

export function unaryOf(pool: Pool): Made | undefined {
  const x = pool.pick();
  return x && { text: `${oneOf(pool, unary)}(${x.name})`, dims: x.dims };
}

export function binaryOf(pool: Pool): Made | undefined {
  const x = pool.pick();
  const y = x && pool.pick(k => broadcasts(k.dims, x.dims));
  if (!x || !y) return undefined;
  const [a, b] = pool.choices.oneIn(2) ? [y.name, x.name] : [x.name, y.name];
  return { text: `${oneOf(pool, binary)}(${a}, ${b})`, dims: x.dims };
}

/** Without a dot products are of tensors, and there are no quotients. */
const signs = Object.keys(infixFunctions).filter(
  sign => !growing.has(sign) && !['*', '/', '**'].includes(sign),
);

export function infixOf(pool: Pool): Made | undefined {
  const x = pool.pick();
  const y = x && pool.pick(k => broadcasts(k.dims, x.dims));
  if (!x || !y) return undefined;
  return { text: `${x.name} ${oneOf(pool, signs)} ${y.name}`, dims: x.dims };
}

export function ternaryOf(pool: Pool): Made | undefined {
  const x = pool.pick();
  if (!x) return undefined;
  const fits = (k: Known): boolean => broadcasts(k.dims, x.dims);
  const [y, z] = [pool.pick(fits) ?? x, pool.pick(fits) ?? x];
  const op = oneOf(pool, ternary);
  return { text: `${op}(${x.name}, ${y.name}, ${z.name})`, dims: x.dims };
}

/** With a number, where simplification has its rules. */
export function constantOf(pool: Pool): Made | undefined {
  const x = pool.pick();
  const text = pool.choices.of(['1', '0.5', '2', '0', '3']);
  const sign = pool.choices.of(['*.', '+', '-', '/.', '**.']);
  const whole = sign === '/.' || sign === '**.' ? '2' : text;
  return x && { text: `${x.name} ${sign} ${whole}`, dims: x.dims };
}

/** A parameter in the shape of what it meets. */
export function parameterOf(pool: Pool): Made | undefined {
  const x = pool.pick();
  const sign = pool.choices.of(['+', '*.']);
  return x && { text: `${x.name} ${sign} { ${pool.param()} }`, dims: x.dims };
}

/** In integers of some width, which wrap; in narrow floats; and back. */
export function convertedOf(pool: Pool): Made | undefined {
  const x = pool.pick();
  const y = x && pool.pick(k => broadcasts(k.dims, x.dims));
  if (!x || !y) return undefined;
  const isInteger = pool.choices.oneIn(2);
  const dtype = oneOf(pool, isInteger ? integers : floats);
  const sign = oneOf(pool, isInteger ? integerSigns : ['+', '*.', '-']);
  return { text: `f32(${dtype}(${x.name}) ${sign} ${dtype}(${y.name}))`, dims: x.dims };
}

const integers = ['i32', 'u8', 'i16', 'u32', 'i8', 'u16', 'i64', 'u64'];
const floats = ['bf16', 'f16', 'f8e5m2', 'f8e4m3'];
const integerSigns = ['+', '*.', '-', '%', '/.', '>=', '@^'];

function oneOf<T>({ choices }: Pool, items: readonly T[]): T {
  const [first, ...others] = items;
  if (first === undefined) throw new Error('nothing to choose from');
  return choices.of([first, ...others]);
}

function ofBits(op: Op): boolean {
  const { operands, fromBits = false } = infoOf(op);
  return fromBits || operands !== undefined;
}
