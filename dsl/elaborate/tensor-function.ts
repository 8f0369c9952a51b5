import { describe, type Diagnostic, type Span, UserError } from '../../compiler/index.ts';
import { callSite } from '../language/call-site.ts';
import type { Written } from '../graph/apply.ts';
import { constantTensor } from '../graph/make.ts';
import { Tensor } from '../graph/tensor.ts';
import { Solver } from '../shape/solve.ts';
import { wrongArity } from './wrong-arity.ts';

/** `mlp(x) = …`: call it in a template, `${mlp}(${input})`, or from JavaScript. */
export interface TensorFunction {
  (...args: readonly (Tensor | number)[]): Tensor;
  readonly label: string;
  /** The parameters its body introduces, by name: one set, shared by all applications. */
  readonly params: Readonly<Record<string, Tensor>>;
}

export interface FunctionDefinition {
  readonly label: string;
  readonly arity: number;
  /** The names of its arguments in its body. */
  readonly parameters?: readonly string[];
  readonly params: Readonly<Record<string, Tensor>>;
  readonly body: (args: readonly Tensor[], context: Context, written: Written) => Tensor;
}

export interface Context {
  readonly solver: Solver;
  /** The name of the result. */
  readonly label: string | undefined;
}

const definitions = new WeakMap<object, FunctionDefinition>();

export function makeTensorFunction(definition: FunctionDefinition): TensorFunction {
  const { label, params, arity } = definition;
  const call = (...args: readonly (Tensor | number)[]): Tensor => {
    const span = callSite(call);
    if (args.length !== arity) throw wrongArity(label, arity, args.length, { span });
    const operands = args.map(arg => operandOf(arg, definition, span));
    return Solver.transaction(solver => {
      const context = { solver, label: labelOfCall(label, operands) };
      const written = { span, operator: span, operands: [] };
      return applyDefinition(definition, operands, context, written);
    });
  };
  // The name in a debugger and in errors about JavaScript values.
  Object.defineProperty(call, 'name', { value: label });
  const result = Object.assign(call, { label, params });
  definitions.set(result, definition);
  return result;
}

/** Callers in JavaScript have no types, so arguments are checked at run time. */
function operandOf(arg: unknown, { label }: FunctionDefinition, span: Span): Tensor {
  if (arg instanceof Tensor) return arg;
  if (typeof arg === 'number') return constantTensor(arg, [span]);
  const message = `\`${label}\` takes tensors and numbers, not ${describe(arg)}`;
  const isData = Array.isArray(arg) || ArrayBuffer.isView(arg);
  const help = isData ? ["make it a tensor first: tensor(values, { label: 'x' })"] : [];
  throw new UserError({ code: 'EINC0207', message, labels: [{ span }], help });
}

/** Elaborates the body of a function. Errors in it show the place in the body and the application. */
export function applyDefinition(
  { label, body }: FunctionDefinition,
  operands: readonly Tensor[],
  context: Context,
  written: Written,
): Tensor {
  try {
    return body(operands, context, written);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const applied = { span: written.span, text: `in this application of \`${label}\`` };
    const shown = (diagnostic: Diagnostic): Diagnostic => {
      const { labels = [] } = diagnostic;
      const isThere = labels.some(({ span }) => span === written.operator);
      return isThere ? diagnostic : { ...diagnostic, labels: [...labels, applied] };
    };
    const [first, ...others] = error.diagnostics;
    throw new UserError(shown(first), ...others.map(shown));
  }
}

export function isTensorFunction(value: unknown): value is TensorFunction {
  return typeof value === 'function' && definitions.has(value);
}

export function definitionOf(value: TensorFunction): FunctionDefinition {
  const definition = definitions.get(value);
  if (!definition) throw new TypeError('not a tensor function');
  return definition;
}

/** The result of `mlp(moons_input)` is named `mlp_moons_input`. */
export function labelOfCall(label: string, args: readonly Tensor[]): string {
  return [label, ...args.flatMap(t => t.label ?? [])].join('_');
}
