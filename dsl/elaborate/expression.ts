/** Expressions of `op` to tensors. */
import { type Span, type StaticSymbol, unreachable } from '../../compiler/index.ts';
import { applyOperation, type Written } from '../graph/apply.ts';
import type { Operation } from '../graph/operation.ts';
import { constantTensor, symbolTensor } from '../graph/make.ts';
import { Tensor } from '../graph/tensor.ts';
import type { Apply, Einsum, Expr, Hole, Infix, Inline, Prefix } from '../language/ast.ts';
import { holeMark, type TemplateSource } from '../language/template-source.ts';
import { functionNames, isFunctionName } from '../ops/names.ts';
import { arityOf, functions, infixOperations, negation, slice } from '../ops/operations.ts';
import { arities, isTransform, type TransformName, transforms } from '../ops/transforms.ts';
import type { Solver } from '../shape/solve.ts';
import { applyEinsum, einsumOperation } from './einsum.ts';
import { fail, unknownName, wrongHole } from './errors.ts';
import { isSymbol } from './hole.ts';
import { specOf } from './spec.ts';
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
    const value = this.#environment.names.get(name);
    if (value) return value;
    if (isFunctionName(name)) {
      throw fail('EINC0210', `\`${name}\` is a function, not a tensor`, span, {
        help: [`apply it: ${name}(x)`],
      });
    }
    throw unknownName(name, span, [...this.#environment.names.keys()], functionNames);
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
    return this.#applied(infixOperations[op], [left, right], { span, operator: opSpan }, label);
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
    return applyEinsum(op, operation, { spec: given.spec, operands }, written, context);
  }

  #apply({ callee, args, span }: Apply, label?: string): Tensor {
    const builtin = callee.kind === 'name' && !this.#environment.names.has(callee.name);
    const operation = builtin ? functions.get(callee.name) : undefined;
    if (operation) {
      const arity = arityOf(operation);
      if (args.length !== arity) throw wrongArity(operation.operator, arity, args.length, { span });
      return this.#applied(operation, args, { span, operator: callee.span }, label);
    }
    if (builtin && isTransform(callee.name)) {
      return this.#transformed(callee.name, args, span, label);
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

  #transformed(name: TransformName, args: readonly Expr[], span: Span, label?: string): Tensor {
    const [y, x, third = y] = args.map(arg => this.tensor(arg));
    if (args.length !== arities[name] || !y || !x || !third) {
      throw wrongArity(name, arities[name], args.length, { span });
    }
    const { hint, shape, source } = transforms[name](y, x, third, this.#solver) ?? y;
    return new Tensor({ label, hint, shape, source, origins: [span] });
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
