/** Expressions and subscripts as C text, with no parenthesis that C does not need. */
import {
  cellsOf,
  type DType,
  type Expr,
  type For,
  givenArrays,
  type Index,
  infoOf,
  type Op,
  type Program,
  type TensorNode,
  unreachable,
} from '../../compiler/index.ts';
import { countOf } from '../../compiler/core/index-cover.ts';
import {
  type Cast,
  type Gather,
  type IndexValue,
  isComputed,
  type Subscript,
} from '../../compiler/loop/ir.ts';
import {
  type CallText,
  type Conversion,
  type Dialect,
  type OpText,
  precedence,
  within,
} from './dialect.ts';
import type { Identifiers } from './names.ts';
import { subscriptText } from './subscript.ts';

/** The counts and subscripts that an `i32` can hold. */
export const largestInt = 2 ** 31 - 1;

export class ExprEmitter {
  readonly dialect: Dialect;
  readonly identifiers: Identifiers;
  /** The loops that the compiler may not write out. */
  readonly rolled: ReadonlySet<For>;
  /** The arrays that come with the arguments, so that even a scalar is behind one. */
  readonly #pointers: ReadonlySet<TensorNode>;
  readonly #needs = new Set<string>();
  /** Variables for the computed subscripts of the statement being emitted, by what they hold. */
  readonly #positions = new Map<string, string>();

  /** How many first axes of an array are the same in all code that names it, and not written. */
  readonly #ownAxes = new Map<TensorNode, number>();

  /** Where the cells of an array are that do not stand as they are counted. */
  readonly #moved = new Map<TensorNode, CallText>();

  constructor(dialect: Dialect, identifiers: Identifiers, program: Program) {
    this.dialect = dialect;
    this.identifiers = identifiers;
    this.rolled = dialect.rolled(program);
    this.#pointers = new Set(givenArrays(program));
  }

  /** The lines that the expressions emitted so far need before the program. */
  needs(): readonly string[] {
    return [...this.#needs];
  }

  /** Whether an array comes with the arguments. */
  isGiven(node: TensorNode): boolean {
    return this.#pointers.has(node);
  }

  /** From here on the first axes of an array are left out: there is one of what is left for each thread. */
  leaveOut(node: TensorNode, axes: number): void {
    this.#ownAxes.set(node, axes);
  }

  /** From here on a cell of an array is where a function of its offset says. */
  move(node: TensorNode, place: CallText): void {
    this.#moved.set(node, place);
  }

  isMoved(node: TensorNode): boolean {
    return this.#moved.has(node);
  }

  /** The name of what the program needs before it. */
  need({ name, needs }: CallText): string {
    needs.forEach(line => this.#needs.add(line));
    return name;
  }

  /** A value of one dtype as another. */
  convert(from: DType, to: DType, value: (level: number) => string): string {
    return this.#converted(this.dialect.conversion(from, to), value, 0);
  }

  /** The lines that the statement emitted last needs before it, because it has computed subscripts. */
  takePositions(): readonly string[] {
    const lines = [...this.#positions].map(
      ([value, name]) => `const ${this.dialect.wideInteger} ${name} = ${value};`,
    );
    this.#positions.clear();
    return lines;
  }

  /** Parenthesised when it binds looser than `level`. */
  expr(e: Expr, level = 0): string {
    switch (e.kind) {
      case 'const': {
        const literal = this.dialect.literal(e.dtype, e.value);
        return within(
          level,
          literal.startsWith('-') ? precedence.prefix : precedence.atom,
          literal,
        );
      }
      case 'read':
        return this.cell(e.node, e.index);
      case 'gather':
        return this.#gather(e, level);
      case 'index':
        return this.#indexValue(e, level);
      case 'cast':
        return this.#cast(e, level);
      case 'apply': {
        const parts = e.args.map(a => (at: number) => this.expr(a, at));
        const dtype = e.args.at(-1)?.dtype ?? e.dtype;
        const text = this.dialect.op[e.op](dtype);
        const isStrict = text.kind === 'select' && e.args.slice(1).some(loads);
        return isStrict ? this.#call(text.strict, parts) : this.apply(e.op, dtype, parts, level);
      }
      default:
        return unreachable(e);
    }
  }

  /** An op on operands of `dtype`, each of which is asked for its text at a precedence. */
  apply(op: Op, dtype: DType, parts: readonly ((level: number) => string)[], level = 0): string {
    const text = this.dialect.op[op](dtype);
    const narrows = infoOf(op).result === 'same' ? this.dialect.narrows(dtype) : undefined;
    if (!narrows || text.kind === 'call') return this.#applied(text, parts, level);
    return this.#converted([narrows], (at: number) => this.#applied(text, parts, at), level);
  }

  #applied(text: OpText, parts: readonly ((level: number) => string)[], level: number): string {
    const part = (i: number, at: number): string => parts[i]?.(at) ?? '';
    switch (text.kind) {
      case 'infix': {
        const { inner = text.precedence } = text;
        const [left, right] = [part(0, inner), part(1, Math.max(inner, text.precedence + 1))];
        return within(level, text.precedence, `${left} ${text.sign} ${right}`);
      }
      case 'prefix':
        return within(level, precedence.prefix, text.sign + part(0, precedence.atom));
      case 'select': {
        const [c, a, b] = [0, 1, 2].map(i => part(i, precedence.select + 1));
        return within(level, precedence.select, `${c} ? ${a} : ${b}`);
      }
      case 'call':
        return this.#call(text, parts);
      default:
        return unreachable(text);
    }
  }

  #call(call: CallText, parts: readonly ((level: number) => string)[]): string {
    return `${this.need(call)}(${parts.map(part => part(0)).join(', ')})`;
  }

  #cast({ dtype, value }: Cast, level: number): string {
    const steps = this.dialect.conversion(value.dtype, dtype);
    return this.#converted(steps, (at: number) => this.expr(value, at), level);
  }

  #converted(
    steps: readonly Conversion[],
    value: (level: number) => string,
    level: number,
  ): string {
    const step = steps.at(-1);
    if (!step) return value(level);
    const inner = (at: number): string => this.#converted(steps.slice(0, -1), value, at);
    switch (step.kind) {
      case 'call':
        return this.#call(step, [inner]);
      case 'nonzero':
        return within(level, precedence.equal, `${inner(precedence.prefix)} != 0`);
      case 'cast': {
        const type = this.dialect.typeName[step.to];
        return within(level, precedence.prefix, `(${type})${inner(precedence.prefix)}`);
      }
      default:
        return unreachable(step);
    }
  }

  #gather({ node, index, dtype }: Gather, level: number): string {
    const { cell, guards } = this.guarded(node, index);
    const isOutside = guards.map(at => `${at} < 0`).join(' || ');
    const text = `${isOutside} ? ${this.dialect.literal(dtype, 0)} : ${cell}`;
    return within(level, precedence.select, text);
  }

  /** A cell, and the variables of its computed subscripts: where one is negative there is none. */
  guarded(
    node: TensorNode,
    index: readonly Subscript[],
  ): { readonly cell: string; readonly guards: readonly string[] } {
    const guards: string[] = [];
    const known = index.map((ix, axis) => {
      if (!isComputed(ix)) return ix;
      const name = this.#position(ix, node.dims[axis] ?? 0);
      guards.push(name);
      return name;
    });
    return { cell: this.cell(node, known), guards: [...new Set(guards)] };
  }

  #position(value: Expr, extent: number): string {
    const text = this.#positionText(value, extent);
    const name = this.#positions.get(text) ?? this.identifiers.fresh('at');
    this.#positions.set(text, name);
    return name;
  }

  /** Of what is outside unless a condition holds, nothing more is asked where it does not. */
  #positionText(value: Expr, extent: number): string {
    if (value.kind === 'apply' && value.op === 'where') {
      const [condition, cell, otherwise] = value.args;
      const isOutside = otherwise?.kind === 'const' && Number(otherwise.value) < 0;
      if (condition && cell && isOutside) {
        const test = this.expr(condition, precedence.select + 1);
        return `${test} ? ${this.#positionText(cell, extent)} : -1`;
      }
    }
    const parts = [(level: number) => this.expr(value, level), () => String(extent)];
    return this.#call(this.dialect.position(value.dtype), parts);
  }

  /**
   * Row-major: `a[i, j]` of a 2x3 array is `a[i * 3 + j]`; a declared scalar is a variable. A subscript
   * may be the name of a variable that holds it.
   */
  cell(node: TensorNode, all: readonly (Index | string)[]): string {
    const name = this.identifiers.ofNode(node);
    const ownAxes = this.#ownAxes.get(node) ?? 0;
    const [index, dims] = [all.slice(ownAxes), node.dims.slice(ownAxes)];
    if (index.length === 0 && !this.#pointers.has(node)) return name;
    const isWide = cellsOf(node) > largestInt;
    const known = index.filter(ix => typeof ix !== 'string');
    const moved = this.#moved.get(node);
    const cellAt = (offset: string): string =>
      `${name}[${moved ? `${this.need(moved)}(${offset})` : offset}]`;
    const count = known.length === index.length ? countOf(known, dims) : undefined;
    if (count) return cellAt(this.index(count, 0, isWide));
    const offset = index.reduce<string>((text, ix, axis) => {
      const own = typeof ix === 'string' ? ix : this.index(ix, precedence.sum, isWide);
      if (axis === 0 || isZero(text)) return own;
      if (dims[axis] === 1) return text;
      const row = /^\w+$/.test(text) ? text : `(${text})`;
      return isZero(own) ? `${row} * ${dims[axis]}` : `${row} * ${dims[axis]} + ${own}`;
    }, '0');
    return cellAt(offset);
  }

  /** As a number to compute with, which wraps as any `i32` does. */
  #indexValue({ index, dtype }: IndexValue, level: number): string {
    const { counter, typeName } = this.dialect;
    const type = typeName[dtype];
    if (counter === type) return this.index(index, level);
    const value = this.index(index, precedence.prefix + 1);
    return /^\d+$/.test(value) ? value : within(level, precedence.prefix, `(${type})${value}`);
  }

  /** A sum of loops and digits. */
  index(index: Index, level: number, isWide = false): string {
    const { counter, wideInteger } = this.dialect;
    const wide = isWide ? `(${wideInteger})` : '';
    const ofLoop = counter === wideInteger ? '' : wide;
    return subscriptText(index, level, loop => ofLoop + this.identifiers.ofLoop(loop), wide);
  }
}

function isZero(offset: string): boolean {
  return /^(\(\w+\))?0$/.test(offset);
}

/** Whether it reads an array, and not just scalars. */
function loads(e: Expr): boolean {
  if (e.kind === 'gather') return true;
  if (e.kind === 'read') return e.node.dims.length > 0;
  return e.kind === 'apply' ? e.args.some(loads) : e.kind === 'cast' && loads(e.value);
}
