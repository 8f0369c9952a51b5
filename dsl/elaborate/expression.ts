/** Elaborates expressions of `op` to tensors. */
import { type Span, unreachable } from '../../compiler/index.ts';
import { valuesDemand } from '../dtype/check-initial.ts';
import { openDType } from '../dtype/dtype-var.ts';
import { constantTensor, dataTensor, symbolTensor } from '../graph/make.ts';
import { ArrayRef, Tensor } from '../graph/tensor.ts';
import type {
  Configure,
  Einsum,
  Expr,
  Field,
  GivenSetting,
  Hole,
  Infix,
  Inline,
  Prefix,
  TensorLit,
} from '../language/ast.ts';
import { functionNames, isFunctionName } from '../ops/names.ts';
import { infixOperation, negation, product, slice } from '../ops/operations.ts';
import { stack } from '../ops/stack.ts';
import type { Solver } from '../shape/solve.ts';
import { isPart, unknownField } from './cd-scope.ts';
import { elaborateBracket } from './bracket.ts';
import { elaborateCall } from './call.ts';
import { applyEinsum, capture, einsumOperation } from './einsum.ts';
import { applyTo, type Elaboration, slicingSymbolAt, tensorsOf, writtenIn } from './elaboration.ts';
import {
  type Environment,
  settingValue,
  symbolAt,
  type Value,
  withoutSettings,
} from './environment.ts';
import { fail, unknownName, wrongHole } from './errors.ts';
import { applyLayer } from './layer.ts';
import { layerAt, plainSetting } from './layers-in-template.ts';
import { specOf } from './spec.ts';
import { literalValues } from './tensor-literal.ts';
import { isTensorFunction } from './tensor-function.ts';

export class ExpressionElaborator implements Elaboration {
  readonly environment: Environment;
  readonly solver: Solver;

  constructor(environment: Environment, solver: Solver) {
    this.environment = environment;
    this.solver = solver;
  }

  /** `label` names the tensor that the whole expression makes. */
  tensor(e: Expr, label?: string): Tensor {
    const value = this.value(e, label);
    if (value instanceof Tensor) return value;
    const shown = e.kind === 'hole' ? '${…}' : value.label;
    throw fail('EINC0210', `\`${value.label}\` is a tensor function, not a tensor`, e.span, {
      help: [`apply it: ${shown}(x)`],
    });
  }

  value(e: Expr, label?: string): Value {
    switch (e.kind) {
      case 'number':
        return constantTensor(e.value, [e.span]);
      case 'hole':
        return this.#hole(e);
      case 'name':
        return this.#name(e.name, e.span);
      case 'field':
        return this.#part(e);
      case 'inline':
        return this.#inline(e);
      case 'prefix':
        return this.#prefix(e, label);
      case 'infix':
        return this.#infix(e, label);
      case 'apply':
        return elaborateCall(e, this, label);
      case 'pick':
        return elaborateBracket(e, this, label);
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

  /** The function that a layer makes of its settings; the same one at each call. */
  layer(e: Configure): Value {
    const { layers, holes } = this.environment;
    if (!layers) {
      throw fail('EINC0208', 'a layer makes parameters, which cannot be introduced here', e.span);
    }
    const known = layers.made.get(e);
    if (known) return known;
    const layer = layerAt(e.callee, layers.named, holes);
    const given = e.settings.map(setting => [setting.name.text, this.#setting(setting)] as const);
    const made = applyLayer(layer, Object.fromEntries(given), e.span, this.solver);
    layers.made.set(e, made);
    return made;
  }

  #setting(setting: GivenSetting): unknown {
    const plain = plainSetting(setting, this.environment.holes);
    if (plain) return plain.value;
    const { value } = setting;
    if (value.kind === 'string') return undefined;
    const outer = value.kind === 'name' ? this.environment.settings.get(value.name) : undefined;
    return outer ?? this.value(value);
  }

  #hole(e: Hole): Value {
    const value = this.environment.holes[e.index];
    if (value instanceof Tensor || isTensorFunction(value)) return value;
    if (typeof value === 'number') return constantTensor(value, [e.span]);
    const { part } = this.environment;
    if (part && value instanceof ArrayRef) return part(e);
    throw wrongHole(value, e.span, 'a tensor, a number or a tensor function');
  }

  #part(e: Field): Tensor {
    const { part } = this.environment;
    if (part) return part(e);
    if (!isPart(e.field.text)) throw unknownField(e.field);
    throw fail('EINC0211', `\`op\` has no \`.${e.field.text}\`, only tensors`, e.field.span, {
      help: ['the parts of a tensor are used in `cd`'],
    });
  }

  #name(name: string, span: Span): Value {
    const { names, settings } = this.environment;
    const value = names.get(name);
    if (value) return value;
    const setting = settings.get(name);
    if (setting !== undefined) return settingValue(name, setting, span);
    const layer = this.environment.layers?.named.get(name);
    if (layer) throw withoutSettings(name, layer, span);
    if (isFunctionName(name)) {
      throw fail('EINC0210', `\`${name}\` is a function, not a tensor`, span, {
        help: [`apply it: ${name}(x)`],
      });
    }
    throw unknownName(name, span, [...names.keys(), ...settings.keys()], functionNames);
  }

  #inline(e: Inline): Tensor {
    const tensor = this.environment.inlines.get(e);
    if (tensor) return tensor;
    throw fail('EINC0208', 'a parameter cannot be introduced here', e.span);
  }

  #prefix({ op, operand, span }: Prefix, label?: string): Tensor {
    if (op === '-') {
      if (operand.kind === 'number') return constantTensor(-operand.value, [span]);
      return applyTo(negation, [operand], { span, operator: span }, this, label);
    }
    if (op !== '!@') return this.tensor(operand, label);
    return symbolTensor(symbolAt(operand, this.environment), [span]);
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
    return applyTo(operation, [left, right], { span, operator: opSpan }, this, label);
  }

  #slice({ left, right, span, opSpan }: Infix, label?: string): Tensor {
    const symbol = slicingSymbolAt(right, this.environment);
    return applyTo(slice(symbol), [left], { span, operator: opSpan }, this, label);
  }

  #einsum(e: Einsum, label?: string): Tensor {
    const { op, opSpan, span } = e;
    const given = specOf(e.spec, this.environment.holes);
    const operation = einsumOperation(op, given, e.operands, opSpan);
    const written = { span, operator: opSpan, operands: writtenIn(e.operands, this.environment) };
    const operands = tensorsOf(e.operands, this);
    const context = { solver: this.solver, label };
    const { spec } = given;
    const result = applyEinsum(op, operation, { spec, operands }, written, context);
    if (result.source.kind !== 'computed') return result;
    const { projections } = result.source.by;
    for (const [name, size] of capture(e.captures, spec, projections, this.solver)) {
      this.environment.captures.set(name, size);
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
      return applyTo(stack(row, items.length, span), items, { span, operator: span }, this, label);
    }
    const { values, rows } = literal;
    const dtype = openDType(undefined, [valuesDemand(values, span)]);
    return dataTensor(label ?? 'literal', { kind: 'values', values }, { rows, dtype }, span);
  }
}
