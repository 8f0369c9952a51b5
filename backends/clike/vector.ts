/**
 * Emits the stores of a vector loop on whole vectors: `*(f32x8*)&y[8 * v] = x * 2.0f;`. An op
 * without a vector operator is a function with a loop over the lanes, which compilers turn
 * into vector instructions.
 */
import {
  type Accumulate,
  type Apply,
  type DType,
  type Expr,
  fixed,
  type Index,
  infoOf,
  InternalError,
  type LoopVar,
  loopsIn,
  type TensorNode,
} from '../../compiler/index.ts';
import { substitute } from '../../compiler/core/index-expr.ts';
import type { Cast, Write } from '../../compiler/loop/ir.ts';
import { strideOf } from '../../compiler/loop/stride.ts';
import { visitExpr } from '../../compiler/loop/traverse.ts';
import type { ExprEmitter } from './expr.ts';

/** A value in the loop: a vector, or a number that is uniform over the lanes. */
interface Text {
  readonly text: (level: number) => string;
  readonly isVector: boolean;
  readonly dtype: DType;
}

/** Undefined if it has no vector form: then a loop over its lanes is emitted. */
export function vectorStore(
  s: Write | Accumulate,
  loop: LoopVar,
  lanes: number,
  exprs: ExprEmitter,
): string | undefined {
  if (strideOf(s.node, s.index, loop) !== 1 || !isSupported(s.value, loop, exprs)) return undefined;
  if (!isInMemory(s.node, lanes, exprs)) return undefined;
  if (s.kind === 'accumulate' && resultOf(s.op, s.node.dtype) !== s.node.dtype) return undefined;
  const emitter = new VectorEmitter(exprs, loop, lanes);
  const target = emitter.cell(s.node, s.index);
  if (s.kind === 'write') return `${target} = ${emitter.vector(s.value)};`;
  const { dtype } = s.node;
  const operands = [{ text: () => target, isVector: true, dtype }, emitter.value(s.value)];
  return `${target} = ${emitter.apply(s.op, dtype, operands).text(0)};`;
}

/** Conditions are vectors of integers in registers, but bytes in memory. */
function isInMemory({ dtype }: TensorNode, lanes: number, { dialect }: ExprEmitter): boolean {
  return dtype !== 'bool' && dialect.vectorType(dtype, lanes) !== undefined;
}

function isSupported(value: Expr, loop: LoopVar, exprs: ExprEmitter): boolean {
  let isSo = true;
  visitExpr(value, e => {
    // A computed subscript needs a line of its own before the store.
    if (e.kind === 'gather') isSo = false;
    if (!variesIn(e, loop)) return;
    const isStrided = e.kind === 'read' && strideOf(e.node, e.index, loop) !== undefined;
    if (e.kind === 'read') isSo &&= isStrided && isInMemory(e.node, 2, exprs);
    else isSo &&= e.kind === 'apply' || e.kind === 'cast';
    isSo &&= exprs.dialect.vectorType(e.dtype, 2) !== undefined;
  });
  return isSo;
}

/** Whether its value may differ between lanes. */
function variesIn(value: Expr, loop: LoopVar): boolean {
  let varies = false;
  visitExpr(value, e => {
    if (e.kind === 'read' || e.kind === 'gather') {
      varies ||= e.index.some(ix => 'terms' in ix && loopsIn(ix).includes(loop));
    }
    if (e.kind === 'index') varies ||= loopsIn(e.index).includes(loop);
  });
  return varies;
}

class VectorEmitter {
  readonly #exprs: ExprEmitter;
  readonly #loop: LoopVar;
  readonly #lanes: number;

  constructor(exprs: ExprEmitter, loop: LoopVar, lanes: number) {
    this.#exprs = exprs;
    this.#loop = loop;
    this.#lanes = lanes;
  }

  /** `*(f32x16*)&x[16 * v]` */
  cell(node: TensorNode, index: readonly Index[]): string {
    return `*(${this.#type(node.dtype)}*)&${this.#first(node, index)}`;
  }

  /** In the first lane. */
  #first(node: TensorNode, index: readonly Index[]): string {
    const binding = new Map([[this.#loop, fixed(0)]]);
    return this.#exprs.cell(
      node,
      index.map(ix => substitute(ix, binding)),
    );
  }

  vector(e: Expr, level = 0): string {
    return this.#spread(this.value(e))(level);
  }

  value(e: Expr): Text {
    const { dtype } = e;
    if (!variesIn(e, this.#loop)) {
      return { text: level => this.#exprs.expr(e, level), isVector: false, dtype };
    }
    switch (e.kind) {
      case 'read':
        return { text: () => this.#load(e.node, e.index), isVector: true, dtype };
      case 'cast':
        return this.#cast(e);
      case 'apply':
        return this.#apply(e);
      case 'const':
      case 'gather':
      case 'index':
        throw new InternalError(`${e.kind} on vectors`);
    }
  }

  #load(node: TensorNode, index: readonly Index[]): string {
    const stride = strideOf(node, index, this.#loop) ?? 1;
    if (stride === 1) return this.cell(node, index);
    const type = this.#type(node.dtype);
    const scalar = this.#exprs.dialect.typeName[node.dtype];
    const head = `${type} strided_${type}(const ${scalar} *a, long stride)`;
    const name = this.#laneFunction(`strided_${type}`, head, type, 'a[l * stride]');
    return `${name}(&${this.#first(node, index)}, ${stride})`;
  }

  #apply({ op, args }: Apply): Text {
    const operands = args.map(arg => this.value(arg));
    return this.apply(op, args.at(-1)?.dtype ?? 'f32', operands);
  }

  apply(op: Apply['op'], dtype: DType, operands: readonly Text[]): Text {
    const { dialect } = this.#exprs;
    const own = dialect.op[op](dtype);
    const result = resultOf(op, dtype);
    const isPlain = own.kind === 'infix' && /^[-+*/]$/.test(own.sign);
    if (isPlain) {
      const parts = operands.map(({ text }) => text);
      return {
        text: level => this.#exprs.apply(op, dtype, parts, level),
        isVector: true,
        dtype: result,
      };
    }
    const known = dialect.vectorFunction(op, dtype, this.#lanes);
    const name = known ? this.#exprs.need(known) : this.#laneOp(op, dtype, operands);
    const parts = operands.map(operand => this.#spread(operand)(0));
    return { text: () => `${name}(${parts.join(', ')})`, isVector: true, dtype: result };
  }

  /** A function that applies the op lane by lane. */
  #laneOp(op: Apply['op'], dtype: DType, operands: readonly Text[]): string {
    const type = this.#type(resultOf(op, dtype));
    const name = `${op}_${this.#type(dtype)}`;
    const names = ['a', 'b', 'c'].slice(0, operands.length);
    const params = operands.map((o, i) => `${this.#type(o.dtype)} ${names[i]}`);
    const value = this.#exprs.apply(
      op,
      dtype,
      names.map(n => () => `${n}[l]`),
    );
    return this.#laneFunction(name, `${type} ${name}(${params.join(', ')})`, type, value);
  }

  #cast({ dtype, value }: Cast): Text {
    const operand = this.value(value);
    const known = this.#exprs.dialect.vectorConversion(operand.dtype, dtype, this.#lanes);
    const name = known ? this.#exprs.need(known) : this.#laneCast(operand.dtype, dtype);
    return { text: () => `${name}(${this.#spread(operand)(0)})`, isVector: true, dtype };
  }

  /** A function that converts lane by lane. */
  #laneCast(from: DType, to: DType): string {
    const [type, operand] = [this.#type(to), this.#type(from)];
    const name = `${type}_from_${operand}`;
    const converted = this.#exprs.convert(from, to, () => 'a[l]');
    return this.#laneFunction(name, `${type} ${name}(${operand} a)`, type, converted);
  }

  #laneFunction(name: string, head: string, type: string, value: string): string {
    const loop = `for (int l = 0; l < ${this.#lanes}; ++l) r[l] = ${value};`;
    const text = `static inline ${head} {\n  ${type} r;\n  ${loop}\n  return r;\n}`;
    return this.#exprs.need({ kind: 'call', name, needs: [text] });
  }

  /** Broadcasts a number to all lanes. */
  #spread({ text, isVector, dtype }: Text): (level: number) => string {
    if (isVector) return text;
    const splat = this.#exprs.dialect.splat(dtype, this.#lanes);
    if (!splat) throw new InternalError(`no vectors of ${dtype}`);
    return () => `${this.#exprs.need(splat)}(${text(0)})`;
  }

  #type(dtype: DType): string {
    const type = this.#exprs.dialect.vectorType(dtype, this.#lanes);
    if (!type) throw new InternalError(`no vectors of ${dtype}`);
    return this.#exprs.need(type);
  }
}

function resultOf(op: Apply['op'], dtype: DType): DType {
  return infoOf(op).result === 'bool' ? 'bool' : dtype;
}
