/** Emits expressions as C, with only the parentheses that C needs. */
import {
  type DType,
  type Expr,
  type For,
  infoOf,
  type Op,
  type Program,
  type TensorNode,
  unreachable,
} from '../../compiler/index.ts';
import {
  type Cast,
  type Gather,
  type IndexValue,
  isComputed,
  type Subscript,
} from '../../compiler/loop/ir.ts';
import { CellEmitter } from './cell.ts';
import {
  type CallText,
  type Conversion,
  type Dialect,
  type OpText,
  precedence,
  within,
} from './dialect.ts';
import type { Identifiers } from './names.ts';

export { largestInt } from './cell.ts';

export class ExprEmitter extends CellEmitter {
  /** Variables for the computed subscripts of the statement being emitted, by their value. */
  readonly #positions = new Map<string, string>();
  /** The loops that the compiler must not unroll. */
  readonly rolled: ReadonlySet<For>;

  constructor(dialect: Dialect, identifiers: Identifiers, program: Program) {
    super(dialect, identifiers, program);
    this.rolled = dialect.rolled(program);
  }

  /** Converts a value from one dtype to another. */
  convert(from: DType, to: DType, value: (level: number) => string): string {
    return this.#converted(this.dialect.conversion(from, to), value, 0);
  }

  /** Declarations of the computed subscripts of the last statement, to be emitted before it. */
  takePositions(): readonly string[] {
    const lines = [...this.#positions].map(
      ([value, name]) => `const ${this.dialect.wideInteger} ${name} = ${value};`,
    );
    this.#positions.clear();
    return lines;
  }

  /** Parenthesised if it binds looser than `level`. */
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

  /** An op on operands of `dtype`; each part gives its text for a precedence. */
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

  /** A cell, and the variables of its computed subscripts: if one is negative, the cell does not exist. */
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

  /** `where(condition, cell, -1)` checks the condition first, so that only a cell that is wanted is computed. */
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

  /** An index as a value of its dtype, so that it wraps as any `i32` does. */
  #indexValue({ index, dtype }: IndexValue, level: number): string {
    const { counter, typeName } = this.dialect;
    const type = typeName[dtype];
    if (counter === type) return this.index(index, level);
    const value = this.index(index, precedence.prefix + 1);
    return /^\d+$/.test(value) ? value : within(level, precedence.prefix, `(${type})${value}`);
  }
}

/** Whether it reads an array, not just scalars. */
function loads(e: Expr): boolean {
  if (e.kind === 'gather') return true;
  if (e.kind === 'read') return e.node.dims.length > 0;
  return e.kind === 'apply' ? e.args.some(loads) : e.kind === 'cast' && loads(e.value);
}
