/** The functions of `compiler/core/functions/` in C: of floats, or of vectors of them. */
import { functions } from '../../compiler/core/functions/index.ts';
import type {
  Apply,
  Operation,
  ScalarFunction,
  Select,
  Step,
  Type,
  Value,
} from '../../compiler/core/functions/language.ts';
import { unreachable } from '../../compiler/support/errors.ts';
import { type CallText, precedence } from '../clike/dialect.ts';
import { cLiteral } from '../clike/literal.ts';
import {
  type CastText,
  comparisonSigns,
  type Kind,
  type Named,
  scalars,
} from './function-kinds.ts';

export type FunctionOp = keyof typeof functions;

export function hasFunction(op: string): op is FunctionOp {
  return op in functions;
}

/** The name of an op's f32 function. */
export function functionText(op: FunctionOp, kind: Kind = scalars): CallText {
  return textOf(functions[op], kind);
}

const known = new WeakMap<Kind, Map<string, CallText>>();

/** Computed once: every program asks which names are reserved. */
function textOf(f: ScalarFunction, kind: Kind): CallText {
  const texts = known.get(kind) ?? new Map<string, CallText>();
  known.set(kind, texts);
  const text = texts.get(f.name) ?? print(f, kind);
  texts.set(f.name, text);
  return text;
}

function print(f: ScalarFunction, kind: Kind): CallText {
  const parts = kind.inParts?.(f);
  if (parts) {
    const { needs } = textOf(f, parts.of);
    const name = kind.functionName(f.name, 'f32');
    return { kind: 'call', name, needs: [...needs, ...parts.needs, parts.text] };
  }
  return new Printer(kind).print(f);
}

class Printer {
  readonly #kind: Kind;
  readonly #needs = new Set<string>();

  constructor(kind: Kind) {
    this.#kind = kind;
  }

  print({ name: op, parameters, steps, result }: ScalarFunction): CallText {
    const name = this.#kind.functionName(op, 'f32');
    const params = parameters.map(p => `${this.#type(p.type)} ${p.name}`).join(', ');
    const lines = [...steps.flatMap(step => this.#step(step)), `return ${this.#value(result)};`];
    const body = lines.map(line => `  ${line}\n`).join('');
    const text = `static inline ${this.#type('f32')} ${name}(${params}) {\n${body}}`;
    return { kind: 'call', name, needs: [...this.#needs, text] };
  }

  /** The name of a definition that must precede the function. */
  #use({ name, needs }: Named): string {
    needs.forEach(line => this.#needs.add(line));
    return name;
  }

  #type(type: Type): string {
    return this.#use(this.#kind.type(type));
  }

  #step(step: Step): readonly string[] {
    const { name, type } = step.variable;
    if (step.kind === 'let') {
      return [`const ${this.#type(type)} ${name} = ${this.#value(step.value)};`];
    }
    const [first = '', ...others] = step.coefficients.map(c => this.#operand(constant(type, c)));
    const fma = this.#use(this.#kind.call('fma', type));
    return [
      `${this.#type(type)} ${name} = ${first};`,
      ...others.map(c => `${name} = ${fma}(${name}, ${step.at.name}, ${c});`),
    ];
  }

  #value(e: Value, level = 0): string {
    switch (e.kind) {
      case 'constant':
        return this.#literal(e.type, e.value, level);
      case 'variable':
        return e.name;
      case 'apply':
        return this.#apply(e, level);
      case 'select':
        return this.#select(e, level);
      case 'convert':
        return this.#converted(this.#kind.convert(e.value.type, e.type), e.value, level);
      case 'bits':
        return this.#converted(this.#kind.bits(e.value.type, e.type), e.value, level);
      case 'call':
        return this.#call(textOf(e.callee, this.#kind), e.args);
      default:
        return unreachable(e);
    }
  }

  #literal(type: Type, value: number, level: number): string {
    const text = literal(type, value);
    return within(level, text.startsWith('-') ? precedence.prefix : precedence.atom, text);
  }

  #apply({ op, type, args }: Apply, level: number): string {
    const [a, b] = args;
    const wrapping = this.#kind.wrapping?.(op, type);
    if (wrapping) return this.#call(wrapping, args);
    const sign = signs[op];
    if (!sign || !a) return this.#call(this.#kind.call(op, type), args);
    if (!b) return within(level, sign.level, sign.text + this.#value(a, precedence.atom));
    const { inner = sign.level } = sign;
    const right = this.#value(b, Math.max(inner, sign.level + 1));
    return within(level, sign.level, `${this.#value(a, inner)} ${sign.text} ${right}`);
  }

  #call(called: Named, args: readonly Value[]): string {
    return `${this.#use(called)}(${args.map(a => this.#operand(a)).join(', ')})`;
  }

  /** An argument of a function. */
  #operand(e: Value): string {
    const text = this.#value(e);
    const splat = e.kind === 'constant' ? this.#kind.splat?.(e.type) : undefined;
    return splat ? `${this.#use(splat)}(${text})` : text;
  }

  #select(e: Select, level: number): string {
    const { comparison, left, right, then, otherwise, type } = e;
    const choose = this.#kind.select?.(comparison, left.type, type);
    if (choose) return this.#call(choose, [left, right, then, otherwise]);
    const sign = comparisonSigns[comparison];
    const own = comparison === 'eq' ? precedence.equal : precedence.less;
    const condition = `${this.#value(left, own + 1)} ${sign} ${this.#value(right, own + 1)}`;
    const arms = [then, otherwise].map(v => this.#value(v, precedence.select + 1));
    return within(level, precedence.select, `${condition} ? ${arms.join(' : ')}`);
  }

  #converted(by: CallText | CastText, e: Value, level: number): string {
    if (by.kind === 'call') return `${this.#use(by)}(${this.#value(e)})`;
    return within(
      level,
      precedence.prefix,
      `(${this.#use(by)})${this.#value(e, precedence.prefix)}`,
    );
  }
}

/** `inner`: operands of lower precedence are parenthesised, even if C does not need it. */
interface Sign {
  readonly text: string;
  readonly level: number;
  readonly inner?: number;
}

const bitwise = { level: precedence.bitAnd, inner: precedence.prefix };
const signs: Partial<Record<Operation, Sign>> = {
  add: { text: '+', level: precedence.sum },
  sub: { text: '-', level: precedence.sum },
  mul: { text: '*', level: precedence.product },
  div: { text: '/', level: precedence.product },
  neg: { text: '-', level: precedence.prefix },
  bit_and: { text: '&', ...bitwise },
  shift_left: { text: '<<', ...bitwise },
  shift_right: { text: '>>', ...bitwise },
};

/** Integers other than counts are bit patterns. */
function literal(type: Type, value: number): string {
  if (type === 'f32' || type === 'f64') return cLiteral(type, value);
  const digits = Math.abs(value).toString(Math.abs(value) < 100 ? 10 : 16);
  return `${value < 0 ? '-' : ''}${Math.abs(value) < 100 ? '' : '0x'}${digits}`;
}

function constant(type: Type, value: number): Value {
  return { kind: 'constant', type, value };
}

function within(level: number, own: number, text: string): string {
  return own < level ? `(${text})` : text;
}
