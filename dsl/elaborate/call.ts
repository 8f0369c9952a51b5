/** Calls in expressions: of functions of the language, tensor functions and steps of scans. */
import { applyOperation } from '../graph/apply.ts';
import { Tensor } from '../graph/tensor.ts';
import type { Apply, Expr, Name } from '../language/ast.ts';
import { type CumulativeName, isCumulative } from '../ops/cumulative.ts';
import { indexings } from '../ops/indexing.ts';
import { isFunctionName, isView, type ViewName } from '../ops/names.ts';
import { arityOf, operationNamed } from '../ops/operations.ts';
import { randomFunctions } from '../ops/random.ts';
import { isTransform } from '../ops/transforms.ts';
import { pickContextOf } from './bracket.ts';
import { sizeCaptured } from './einsum.ts';
import { applyTo, type Elaboration, tensorsOf, writtenIn } from './elaboration.ts';
import { notAFunction } from './errors.ts';
import { applyIndexing } from './indexing.ts';
import { applyCumulative, applyStep, notAStep, type Operand } from './scan-step.ts';
import { applyDefinition, definitionOf, labelOfCall } from './tensor-function.ts';
import { elaborateTransform } from './transform.ts';
import { applyView } from './views.ts';
import { wrongArity } from './wrong-arity.ts';

export function elaborateCall(e: Apply, elaboration: Elaboration, label?: string): Tensor {
  const { environment, solver } = elaboration;
  const { callee, args, rows, span } = e;
  const isBuiltin =
    rows.length > 0 || !(callee.kind === 'name' && environment.names.has(callee.name));
  const built =
    isBuiltin && callee.kind === 'name' ? builtin(callee, e, elaboration, label) : undefined;
  if (built) return built;
  const called = elaboration.value(callee);
  if (called instanceof Tensor) {
    throw notAFunction(called, args, callee.span);
  }
  const definition = definitionOf(called);
  const { label: name, arity } = definition;
  if (args.length !== arity) throw wrongArity(name, arity, args.length, { span });
  const operands = tensorsOf(args, elaboration);
  const context = { solver, label: label ?? labelOfCall(name, operands) };
  const written = { span, operator: callee.span, operands: writtenIn(args, environment) };
  return applyDefinition(definition, operands, context, written);
}

/** Undefined where no function of the language has this name. */
function builtin(
  { name, span: operator }: Name,
  e: Apply,
  elaboration: Elaboration,
  label?: string,
): Tensor | undefined {
  const { environment, solver } = elaboration;
  const { args, span } = e;
  const operation = operationNamed(name);
  if (operation) {
    const arity = arityOf(operation);
    if (args.length !== arity) throw wrongArity(operation.operator, arity, args.length, { span });
    return applyTo(operation, args, { span, operator }, elaboration, label);
  }
  if (isView(name)) return view(name, e, elaboration, label);
  if (name === 'dim') return sizeCaptured(args, environment.captures, span);
  if (isTransform(name)) return elaborateTransform(name, e, elaboration, label);
  if (name === 'scan') return scan(e, elaboration, label);
  if (isCumulative(name)) return cumulative(name, e, elaboration, label);
  const indexing = indexings.get(name) ?? randomFunctions.get(name);
  if (!indexing) return undefined;
  const operands = tensorsOf(args, elaboration);
  const written = { span, operator, operands: writtenIn(args, environment) };
  return applyIndexing(indexing, name, operands, written, { solver, label });
}

function view(name: ViewName, e: Apply, elaboration: Elaboration, label?: string): Tensor {
  const { environment, solver } = elaboration;
  const { callee, args, span } = e;
  const written = { span, operator: callee.span, operands: writtenIn(args, environment) };
  return applyView(name, e, {
    ...pickContextOf(environment),
    tensor: arg => elaboration.tensor(arg),
    tensors: all => tensorsOf(all, elaboration),
    apply: (operation, operands, isLast) => {
      const context = { solver, label: isLast ? label : undefined };
      return applyOperation(operation, operands, written, context);
    },
  });
}

/** `scan(step, init, xs)`: what the step gives for each cell of the axis. */
function scan({ args, span }: Apply, elaboration: Elaboration, label?: string): Tensor {
  const [first, ...rest] = args;
  if (!first) throw wrongArity('scan', 3, args.length, { span });
  const isBuiltin = first.kind === 'name' && !elaboration.environment.names.has(first.name);
  if (isBuiltin && isFunctionName(first.name)) throw notAStep(first.span, first.name);
  const step = elaboration.value(first);
  if (step instanceof Tensor) throw notAStep(first.span);
  const [init, xs, ...more] = operandsOf(rest, elaboration);
  if (!init || !xs || more.length > 0) throw wrongArity('scan', 3, args.length, { span });
  const context = { span, label, solver: elaboration.solver };
  return applyStep(definitionOf(step), { init, xs }, context);
}

function cumulative(
  name: CumulativeName,
  { args, span }: Apply,
  elaboration: Elaboration,
  label?: string,
): Tensor {
  const [x, ...others] = operandsOf(args, elaboration);
  if (!x || others.length > 0) throw wrongArity(name, 1, args.length, { span });
  return applyCumulative(name, x, {}, { span, label, solver: elaboration.solver });
}

function operandsOf(args: readonly Expr[], elaboration: Elaboration): readonly Operand[] {
  const written = writtenIn(args, elaboration.environment);
  return tensorsOf(args, elaboration).map((tensor, i) => ({ ...written[i], tensor }));
}
