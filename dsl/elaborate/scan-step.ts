/** Scans whose step is a function of two tensors, or one scalar op. */
import { neutralOf, type Span, type UserError } from '../../compiler/index.ts';
import { applyOperation, type Written } from '../graph/apply.ts';
import { constantTensor } from '../graph/make.ts';
import { Tensor } from '../graph/tensor.ts';
import { cumulative, type CumulativeName } from '../ops/cumulative.ts';
import { extreme, range } from '../ops/indexed.ts';
import { elementwise } from '../ops/operations.ts';
import { sizeOf } from '../shape/row.ts';
import type { Solver } from '../shape/solve.ts';
import { applyScan, type Scanned } from './scan.ts';
import type { Part, ScanSettings } from './scan-call.ts';
import { applyDefinition, type FunctionDefinition } from './tensor-function.ts';
import { wrongArity } from './wrong-arity.ts';
import { fail } from './errors.ts';

/** A tensor with its text. */
export interface Operand {
  readonly tensor: Tensor;
  readonly span?: Span | undefined;
  readonly text?: string | undefined;
}

export interface ScanContext {
  readonly span: Span;
  readonly label: string | undefined;
  readonly solver: Solver;
}

/** `scan(step, init, xs)`: the result of the step for each iteration, which is also the next carry. */
export function applyStep(
  definition: FunctionDefinition,
  { init, xs }: { readonly init: Operand; readonly xs: Operand },
  { span, label, solver }: ScanContext,
): Tensor {
  const { label: name, arity, parameters = [] } = definition;
  if (arity !== 2) throw wrongArity(name, arity, 2, { span });
  const [carryName = 'carry', sliceName = 'x'] = parameters;
  return onlyOf(
    applyScan(
      {
        operator: 'scan',
        span,
        init: [{ ...init, name: carryName }],
        xs: [{ ...xs, name: sliceName }],
        step: (carry, slices) => {
          const context = { solver, label: undefined };
          const written = { span, operator: span, operands: [] };
          const next = applyDefinition(definition, [...carry, ...slices], context, written);
          return { carry: [next], ys: [{ each: next, label }] };
        },
        options: {},
      },
      solver,
    ),
  );
}

/** `cumsum` and the like; by default along the last output axis. */
export function applyCumulative(
  name: CumulativeName,
  x: Operand,
  options: ScanSettings,
  { span, label, solver }: ScanContext,
): Tensor {
  const operation = elementwise(cumulative[name], name);
  const written = { span, operator: span, operands: [] };
  const start: Part = { tensor: startOf(name, x.tensor, written, solver), name: 'so_far' };
  return onlyOf(
    applyScan(
      {
        operator: name,
        span,
        init: [start],
        xs: [{ ...x, name: 'x' }],
        step: (carry, slices) => {
          const context = { solver, label: undefined };
          const next = applyOperation(operation, [...carry, ...slices], written, context);
          return { carry: [next], ys: [{ each: next, label }] };
        },
        options: { ...options, axis: options.axis ?? 'last' },
      },
      solver,
    ),
  );
}

/** The neutral value of the op; for extremes the reduction of no cells, because it depends on the dtype. */
function startOf(
  name: CumulativeName,
  { dtypeVar }: Tensor,
  written: Written,
  solver: Solver,
): Tensor {
  const op = cumulative[name];
  if (op === 'add' || op === 'mul') {
    return constantTensor(Number(neutralOf(op)), [written.span]);
  }
  const context = { solver, label: undefined };
  const because = { text: `\`${name}\` starts from no cells` };
  const none = applyOperation(range(sizeOf(0, because)), [], written, context);
  const { label, hint, shape, source, origins } = applyOperation(
    extreme(op),
    [none],
    written,
    context,
  );
  return new Tensor({ label, hint, shape, dtype: dtypeVar, source, origins });
}

function onlyOf({ ys }: Pick<Scanned, 'ys'>): Tensor {
  const [all] = ys;
  if (all) return all;
  throw new TypeError('a scan without a result');
}

export function notAStep(span: Span, builtin?: string): UserError {
  const which = builtin === undefined ? 'is a function' : 'you define';
  const body = builtin === undefined ? 'tanh({ w } * x + { u } * h)' : `${builtin}(…)`;
  return fail('EINC0312', `\`scan\` takes a step, which ${which}`, span, {
    help: [`define one: step(h, x) = ${body}`],
  });
}
