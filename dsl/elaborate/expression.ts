/** Expressions of `op` to tensors. */
import { type Span, type StaticSymbol, unreachable } from '../../compiler/index.ts';
import { applyOperation, type Written } from '../graph/apply.ts';
import type { Operation } from '../graph/operation.ts';
import { constantTensor, dataTensor, symbolTensor } from '../graph/make.ts';
import { Tensor } from '../graph/tensor.ts';
import type {
  Apply,
  Einsum,
  Expr,
  Hole,
  Infix,
  Inline,
  Name,
  Prefix,
  TensorLit,
} from '../language/ast.ts';
import { holeMark, type TemplateSource } from '../language/template-source.ts';
import { indexings } from '../ops/indexing.ts';
import { type CumulativeName, isCumulative } from '../ops/cumulative.ts';
import { functionNames, isFunctionName } from '../ops/names.ts';
import {
  arityOf,
  infixOperation,
  negation,
  operationNamed,
  product,
  slice,
} from '../ops/operations.ts';
import { randomFunctions } from '../ops/random.ts';
import { stack } from '../ops/stack.ts';
import { arities, isTransform, type TransformName, transforms } from '../ops/transforms.ts';
import type { Solver } from '../shape/solve.ts';
import { applyEinsum, capture, einsumOperation } from './einsum.ts';
import { fail, unknownName, wrongHole } from './errors.ts';
import { isSymbol } from './hole.ts';
import { applyIndexing } from './indexing.ts';
import type { Setting } from './layer.ts';
import { applyCumulative, applyStep, type Operand } from './scan-step.ts';
import { specOf } from './spec.ts';
import { literalValues } from './tensor-literal.ts';
import {
  applyDefinition,
  definitionOf,
  isTensorFunction,
  labelOfCall,
  type TensorFunction,
  wrongArity,
} from './tensor-function.ts';

export type Value = Tensor | TensorFunction;

/** A template being elaborated: its text, what its holes hold, and what its names mean. */
export interface Environment {
  readonly source: TemplateSource;
  readonly holes: readonly unknown[];
  readonly names: ReadonlyMap<string, Value>;
  /** The loops of `cd` around: names for static symbols. */
  readonly symbols: ReadonlyMap<string, StaticSymbol>;
  /** The parameter of each inline definition. */
  readonly inlines: ReadonlyMap<Inline, Tensor>;
  /** Of the layer that is being made. */
  readonly settings: ReadonlyMap<string, Setting>;
  /** The sizes that specs have captured so far, as tensors. */
  readonly captures: Map<string, Tensor>;
}

/** A setting used as a value. */
function settingValue(name: string, setting: Setting, span: Span): Value {
  if (typeof setting === 'number') return constantTensor(setting, [span]);
  if (setting instanceof Tensor || isTensorFunction(setting)) return setting;
  throw fail('EINC0221', `\`${name}\` is a list of sizes, not a tensor`, span);
}

export class ExpressionElaborator {
  readonly #environment: Environment;
  readonly #solver: Solver;

  constructor(environment: Environment, solver: Solver) {
    this.#environment = environment;
    this.#solver = solver;
  }

  /** `label` names the tensor that the whole expression makes. */
  tensor(e: Expr, label?: string): Tensor {
    const value = this.#value(e, label);
    if (value instanceof Tensor) return value;
    const shown = e.kind === 'hole' ? '${…}' : value.label;
    throw fail('EINC0210', `\`${value.label}\` is a tensor function, not a tensor`, e.span, {
      help: [`apply it: ${shown}(x)`],
    });
  }

  #value(e: Expr, label?: string): Value {
    switch (e.kind) {
      case 'number':
        return constantTensor(e.value, [e.span]);
      case 'hole':
        return this.#hole(e);
      case 'name':
        return this.#name(e.name, e.span);
      case 'field':
        throw fail('EINC0211', `\`op\` has no \`.${e.field.text}\`, only tensors`, e.field.span, {
          help: ['the parts of a tensor are used in `cd`'],
        });
      case 'inline':
        return this.#inline(e);
      case 'prefix':
        return this.#prefix(e, label);
      case 'infix':
        return this.#infix(e, label);
      case 'apply':
        return this.#apply(e, label);
      case 'einsum':
        return this.#einsum(e, label);
      case 'tensor':
        return this.#literal(e, label);
      default:
        return unreachable(e);
    }
  }

  #hole(e: Hole): Value {
    const value = this.#environment.holes[e.index];
    if (value instanceof Tensor || isTensorFunction(value)) return value;
    if (typeof value === 'number') return constantTensor(value, [e.span]);
    throw wrongHole(value, e.span, 'a tensor, a number or a tensor function');
  }

  #name(name: string, span: Span): Value {
    const { names, settings } = this.#environment;
    const value = names.get(name);
    if (value) return value;
    const setting = settings.get(name);
    if (setting !== undefined) return settingValue(name, setting, span);
    if (isFunctionName(name)) {
      throw fail('EINC0210', `\`${name}\` is a function, not a tensor`, span, {
        help: [`apply it: ${name}(x)`],
      });
    }
    throw unknownName(name, span, [...names.keys(), ...settings.keys()], functionNames);
  }

  #inline(e: Inline): Tensor {
    const tensor = this.#environment.inlines.get(e);
    if (tensor) return tensor;
    throw fail('EINC0208', 'a parameter cannot be introduced here', e.span);
  }

  #prefix({ op, operand, span }: Prefix, label?: string): Tensor {
    if (op === '-') {
      if (operand.kind === 'number') return constantTensor(-operand.value, [span]);
      return this.#applied(negation, [operand], { span, operator: span }, label);
    }
    if (op !== '!@') return this.tensor(operand, label);
    return symbolTensor(this.#symbol(operand), [span]);
  }

  #symbol(e: Expr): StaticSymbol {
    const { holes, symbols } = this.#environment;
    const known = e.kind === 'name' ? symbols.get(e.name) : undefined;
    const value = e.kind === 'hole' ? holes[e.index] : known;
    if (isSymbol(value)) return value;
    if (e.kind === 'hole') throw wrongHole(value, e.span, 'a static symbol');
    const hint = e.kind === 'name' ? [`write \${${e.name}} if \`${e.name}\` is one`] : [];
    throw fail('EINC0202', 'a static symbol must stand here, in a hole', e.span, { help: hint });
  }

  #infix(e: Infix, label?: string): Tensor {
    const { op, opSpan, left, right, span } = e;
    if (op === '@|') return this.#slice(e, label);
    if (op === '/' || op === '**') {
      throw fail('EINC0205', `\`${op}\` is not an operator of \`op\``, opSpan, {
        help: [`for the element-wise operation write \`${op}.\``],
      });
    }
    const operation = op === '*' ? product : infixOperation(op);
    return this.#applied(operation, [left, right], { span, operator: opSpan }, label);
  }

  #slice({ left, right, span, opSpan }: Infix, label?: string): Tensor {
    const symbol = this.#symbol(right);
    if (symbol.range === undefined) {
      throw fail(
        'EINC0501',
        `\`${symbol.name}\` has no range, so it cannot select a slice`,
        right.span,
        {
          help: [`give it one: symbol('${symbol.name}', count)`],
        },
      );
    }
    return this.#applied(slice(symbol), [left], { span, operator: opSpan }, label);
  }

  #einsum(e: Einsum, label?: string): Tensor {
    const { op, opSpan, span } = e;
    const given = specOf(e.spec, this.#environment.holes);
    const operation = einsumOperation(op, given, e.operands, opSpan);
    const written = { span, operator: opSpan, operands: this.#written(e.operands) };
    const operands = e.operands.map(operand => this.tensor(operand));
    const context = { solver: this.#solver, label };
    const { spec } = given;
    const result = applyEinsum(op, operation, { spec, operands }, written, context);
    for (const [name, size] of capture(e.captures, spec, result, this.#solver)) {
      this.#environment.captures.set(name, size);
    }
    return result;
  }

  #literal(e: TensorLit, label?: string): Tensor {
    const { span, items, row } = e;
    const literal = literalValues(e);
    if (!literal) {
      return this.#applied(stack(row, items.length, span), items, { span, operator: span }, label);
    }
    const { values, rows } = literal;
    return dataTensor(label ?? 'literal', { kind: 'values', values }, { rows }, span);
  }

  #apply({ callee, args, span }: Apply, label?: string): Tensor {
    if (callee.kind === 'name' && !this.#environment.names.has(callee.name)) {
      const made = this.#builtin(callee, args, span, label);
      if (made) return made;
    }
    const called = this.#value(callee);
    if (called instanceof Tensor) {
      const what = called.source.kind === 'constant' ? 'a number' : 'a tensor';
      throw fail('EINC0210', `this is ${what}, and only functions can be applied`, callee.span, {
        help: ['for a product write `*` or `*.`'],
      });
    }
    const definition = definitionOf(called);
    const { label: name, arity } = definition;
    if (args.length !== arity) throw wrongArity(name, arity, args.length, { span });
    const operands = args.map(arg => this.tensor(arg));
    const context = { solver: this.#solver, label: label ?? labelOfCall(name, operands) };
    return applyDefinition(definition, operands, context, span);
  }

  /** Undefined when nothing is built in under this name. */
  #builtin(callee: Name, args: readonly Expr[], span: Span, label?: string): Tensor | undefined {
    const { name } = callee;
    const operation = operationNamed(name);
    if (operation) {
      const arity = arityOf(operation);
      if (args.length !== arity) throw wrongArity(operation.operator, arity, args.length, { span });
      return this.#applied(operation, args, { span, operator: callee.span }, label);
    }
    if (name === 'dim') return this.#captured(args, span);
    if (isTransform(name)) return this.#transformed(name, args, span, label);
    if (name === 'scan') return this.#scan(args, span, label);
    if (isCumulative(name)) return this.#cumulative(name, args, span, label);
    const indexing = indexings.get(name) ?? randomFunctions.get(name);
    if (!indexing) return undefined;
    const operands = args.map(arg => this.tensor(arg));
    const written = { span, operator: callee.span, operands: this.#written(args) };
    return applyIndexing(indexing, name, operands, written, { solver: this.#solver, label });
  }

  /** `dim d`: the size that a spec has captured. */
  #captured(args: readonly Expr[], span: Span): Tensor {
    const { captures } = this.#environment;
    const [name] = args;
    if (args.length !== 1) throw wrongArity('dim', 1, args.length, { span });
    const size = name?.kind === 'name' ? captures.get(name.name) : undefined;
    if (size) return size;
    throw fail('EINC0304', 'no spec before this has captured that', name?.span ?? span, {
      help: ['capture an axis or a row after a spec: x ++ "...|..d.. => ...|0" ["d"]'],
    });
  }

  /** `scan(step, init, xs)`: what the step gives for each cell of the axis. */
  #scan(args: readonly Expr[], span: Span, label?: string): Tensor {
    const [first, ...rest] = args;
    if (!first) throw wrongArity('scan', 3, args.length, { span });
    const step = this.#value(first);
    if (step instanceof Tensor) {
      throw fail('EINC0312', '`scan` takes a step, which is a function', first.span, {
        help: ['define one: step(h, x) = tanh({ w } * x + { u } * h)'],
      });
    }
    const [init, xs, ...more] = this.#operands(rest);
    if (!init || !xs || more.length > 0) throw wrongArity('scan', 3, args.length, { span });
    const context = { span, label, solver: this.#solver };
    return applyStep(definitionOf(step), { init, xs }, context);
  }

  #cumulative(name: CumulativeName, args: readonly Expr[], span: Span, label?: string): Tensor {
    const [x, ...others] = this.#operands(args);
    if (!x || others.length > 0) throw wrongArity(name, 1, args.length, { span });
    return applyCumulative(name, x, {}, { span, label, solver: this.#solver });
  }

  #operands(args: readonly Expr[]): readonly Operand[] {
    const written = this.#written(args);
    return args.map((arg, i) => ({ ...written[i], tensor: this.tensor(arg) }));
  }

  #transformed(name: TransformName, args: readonly Expr[], span: Span, label?: string): Tensor {
    const [y, x, third = y] = args.map(arg => this.tensor(arg));
    if (args.length !== arities[name] || !y || !x || !third) {
      throw wrongArity(name, arities[name], args.length, { span });
    }
    const { hint, shape, dtypeVar, source } = transforms[name](y, x, third, this.#solver) ?? y;
    return new Tensor({ label, hint, shape, dtype: dtypeVar, source, origins: [span] });
  }

  #applied(
    operation: Operation,
    args: readonly Expr[],
    place: Pick<Written, 'span' | 'operator'>,
    label?: string,
  ): Tensor {
    const operands = args.map(arg => this.tensor(arg));
    const context = { solver: this.#solver, label };
    return applyOperation(
      operation,
      operands,
      { ...place, operands: this.#written(args) },
      context,
    );
  }

  #written(args: readonly Expr[]): Written['operands'] {
    const { text } = this.#environment.source;
    return args.map(({ span }) => ({
      span,
      text: text.slice(span.start, span.end).replaceAll(holeMark, '${…}'),
    }));
  }
}
