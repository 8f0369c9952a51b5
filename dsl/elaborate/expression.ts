/** Expressions of `op` to tensors. */
import { type Span, type StaticSymbol, unreachable } from '../../compiler/index.ts';
import { applyOperation, type Written } from '../graph/apply.ts';
import type { Operation } from '../graph/operation.ts';
import { constantTensor, dataTensor, symbolTensor } from '../graph/make.ts';
import { Tensor } from '../graph/tensor.ts';
import type {
  Apply,
  Configure,
  Einsum,
  Expr,
  GivenSetting,
  Hole,
  Infix,
  Inline,
  Name,
  Picking,
  Prefix,
  TensorLit,
} from '../language/ast.ts';
import { holeMark } from '../language/template-source.ts';
import { indexings, taking } from '../ops/indexing.ts';
import { type CumulativeName, isCumulative } from '../ops/cumulative.ts';
import { functionNames, isFunctionName, isView, type ViewName } from '../ops/names.ts';
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
import { pick } from '../ops/views.ts';
import { arities, isTransform, type TransformName, transforms } from '../ops/transforms.ts';
import type { Solver } from '../shape/solve.ts';
import { applyEinsum, capture, einsumOperation, sizeCaptured } from './einsum.ts';
import { both, each } from './collect.ts';
import {
  type Environment,
  settingValue,
  symbolAt,
  type Value,
  withoutSettings,
} from './environment.ts';
import { fail, notAFunction, unknownName, wrongHole } from './errors.ts';
import { applyIndexing } from './indexing.ts';
import { applyLayer } from './layer.ts';
import { layerAt, plainSetting } from './layers-in-template.ts';
import { computedIn, type ComputedIndex, type PickContext, picksOf, rowTaken } from './picks.ts';
import { applyCumulative, applyStep, notAStep, type Operand } from './scan-step.ts';
import { specOf } from './spec.ts';
import { literalValues } from './tensor-literal.ts';
import { applyView } from './views.ts';
import {
  applyDefinition,
  definitionOf,
  isTensorFunction,
  labelOfCall,
  wrongArity,
} from './tensor-function.ts';

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
      case 'pick':
        return this.#pick(e, label);
      case 'configure':
        return this.layer(e);
      case 'einsum':
        return this.#einsum(e, label);
      case 'tensor':
        return this.#literal(e, label);
      default:
        return unreachable(e);
    }
  }

  /** What a layer makes of the settings it is given; the same each time it is asked for. */
  layer(e: Configure): Value {
    const { layers, holes } = this.#environment;
    if (!layers) {
      throw fail('EINC0208', 'a layer makes parameters, which cannot be introduced here', e.span);
    }
    const known = layers.made.get(e);
    if (known) return known;
    const layer = layerAt(e.callee, layers.named, holes);
    const given = e.settings.map(setting => [setting.name.text, this.#setting(setting)] as const);
    const made = applyLayer(layer, Object.fromEntries(given), e.span, this.#solver);
    layers.made.set(e, made);
    return made;
  }

  #setting(setting: GivenSetting): unknown {
    const plain = plainSetting(setting, this.#environment.holes);
    if (plain) return plain.value;
    const { value } = setting;
    if (value.kind === 'string') return undefined;
    const outer = value.kind === 'name' ? this.#environment.settings.get(value.name) : undefined;
    return outer ?? this.#value(value);
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
    const layer = this.#environment.layers?.named.get(name);
    if (layer) throw withoutSettings(name, layer, span);
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

  #symbol(e: Expr, use?: 'slice'): StaticSymbol {
    const symbol = symbolAt(e, this.#environment);
    if (use === undefined || symbol.range !== undefined) return symbol;
    const { name } = symbol;
    throw fail('EINC0501', `\`${name}\` has no range, so it cannot select a slice`, e.span, {
      help: [`give it one: symbol('${name}', count)`],
    });
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
    const symbol = this.#symbol(right, 'slice');
    return this.#applied(slice(symbol), [left], { span, operator: opSpan }, label);
  }

  /** `x[0, 1:]`, `table[ids]` */
  #pick(e: Picking, label?: string): Tensor {
    const computed = computedIn(e, this.#picks());
    return computed.length > 0 ? this.#taken(e, computed, label) : this.#part(e, label);
  }

  #part(e: Picking, label?: string): Tensor {
    const operation = pick(picksOf(e, this.#picks()));
    return this.#applied(operation, [e.object], { span: e.span, operator: e.picksSpan }, label);
  }

  /** What tensors index, once what the template knows is taken. */
  #taken(e: Picking, computed: readonly ComputedIndex[], label?: string): Tensor {
    const { object, span, picksSpan: operator } = e;
    const indices = computed.map(({ index }) => index);
    const hasOthers = [e.batch, e.input, e.output].flat().length > computed.length;
    const [x, ids] = both(
      () => (hasOthers ? this.#part(e) : this.tensor(object)),
      () => this.#tensors(indices),
      this.#solver,
    );
    const row = rowTaken(computed);
    const name = row === 'batch' ? 'take_batch' : 'take';
    const written = { span, operator, operands: this.#written([object, ...indices]) };
    return applyIndexing(taking(row), name, [x, ...ids], written, { solver: this.#solver, label });
  }

  #picks(): PickContext {
    const { holes, settings, names } = this.#environment;
    return {
      valueOf: place => {
        if (place.kind === 'hole') return holes[place.index];
        return names.has(place.name) ? undefined : settings.get(place.name);
      },
      symbolOf: symbol => this.#symbol(symbol, 'slice'),
    };
  }

  #view(name: ViewName, e: Apply, label?: string): Tensor {
    const { callee, args, span } = e;
    const written = { span, operator: callee.span, operands: this.#written(args) };
    return applyView(name, e, {
      ...this.#picks(),
      tensor: arg => this.tensor(arg),
      tensors: all => this.#tensors(all),
      apply: (operation, operands, isLast) => {
        const context = { solver: this.#solver, label: isLast ? label : undefined };
        return applyOperation(operation, operands, written, context);
      },
    });
  }

  #einsum(e: Einsum, label?: string): Tensor {
    const { op, opSpan, span } = e;
    const given = specOf(e.spec, this.#environment.holes);
    const operation = einsumOperation(op, given, e.operands, opSpan);
    const written = { span, operator: opSpan, operands: this.#written(e.operands) };
    const operands = this.#tensors(e.operands);
    const context = { solver: this.#solver, label };
    const { spec } = given;
    const result = applyEinsum(op, operation, { spec, operands }, written, context);
    if (result.source.kind !== 'computed') return result;
    const { projections } = result.source.by;
    for (const [name, size] of capture(e.captures, spec, projections, this.#solver)) {
      this.#environment.captures.set(name, size);
    }
    return result;
  }

  #literal(e: TensorLit, label?: string): Tensor {
    const { span, items, row } = e;
    const literal = literalValues(e);
    if (!literal && e.basis) {
      throw fail('EINC0224', 'only a literal of numbers takes a basis', e.basis.span, {
        help: ['give the basis to the tensors in it: { w; o = [rgb:3] }'],
      });
    }
    if (!literal) {
      return this.#applied(stack(row, items.length, span), items, { span, operator: span }, label);
    }
    const { values, rows } = literal;
    return dataTensor(label ?? 'literal', { kind: 'values', values }, { rows }, span);
  }

  #apply(e: Apply, label?: string): Tensor {
    const { callee, args, rows, span } = e;
    const isBuiltin =
      rows.length > 0 || !(callee.kind === 'name' && this.#environment.names.has(callee.name));
    const built = isBuiltin && callee.kind === 'name' ? this.#builtin(callee, e, label) : undefined;
    if (built) return built;
    const called = this.#value(callee);
    if (called instanceof Tensor) {
      throw notAFunction(called, args, callee.span);
    }
    const definition = definitionOf(called);
    const { label: name, arity } = definition;
    if (args.length !== arity) throw wrongArity(name, arity, args.length, { span });
    const operands = this.#tensors(args);
    const context = { solver: this.#solver, label: label ?? labelOfCall(name, operands) };
    const written = { span, operator: callee.span, operands: this.#written(args) };
    return applyDefinition(definition, operands, context, written);
  }

  /** Undefined where no function of the language has this name. */
  #builtin({ name, span: operator }: Name, e: Apply, label?: string): Tensor | undefined {
    const { args, span } = e;
    const operation = operationNamed(name);
    if (operation) {
      const arity = arityOf(operation);
      if (args.length !== arity) throw wrongArity(operation.operator, arity, args.length, { span });
      return this.#applied(operation, args, { span, operator }, label);
    }
    if (isView(name)) return this.#view(name, e, label);
    if (name === 'dim') return sizeCaptured(args, this.#environment.captures, span);
    if (isTransform(name)) return this.#transformed(name, args, span, label);
    if (name === 'scan') return this.#scan(args, span, label);
    if (isCumulative(name)) return this.#cumulative(name, args, span, label);
    const indexing = indexings.get(name) ?? randomFunctions.get(name);
    if (!indexing) return undefined;
    const operands = this.#tensors(args);
    const written = { span, operator, operands: this.#written(args) };
    return applyIndexing(indexing, name, operands, written, { solver: this.#solver, label });
  }

  /** `scan(step, init, xs)`: what the step gives for each cell of the axis. */
  #scan(args: readonly Expr[], span: Span, label?: string): Tensor {
    const [first, ...rest] = args;
    if (!first) throw wrongArity('scan', 3, args.length, { span });
    const step = this.#value(first);
    if (step instanceof Tensor) throw notAStep(first.span);
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
    return this.#tensors(args).map((tensor, i) => ({ ...written[i], tensor }));
  }

  #transformed(name: TransformName, args: readonly Expr[], span: Span, label?: string): Tensor {
    const [y, x, third = y] = this.#tensors(args);
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
    const operands = this.#tensors(args);
    const written = { ...place, operands: this.#written(args) };
    return applyOperation(operation, operands, written, { solver: this.#solver, label });
  }

  #tensors(args: readonly Expr[]): readonly Tensor[] {
    return each(args, arg => this.tensor(arg), this.#solver);
  }

  #written(args: readonly Expr[]): Written['operands'] {
    const { text } = this.#environment.source;
    return args.map(({ span }) => ({
      span,
      text: text.slice(span.start, span.end).replaceAll(holeMark, '${…}'),
    }));
  }
}
