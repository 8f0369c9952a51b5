/** What the elaboration of all kinds of expressions shares; `expression.ts` combines them. */
import type { StaticSymbol } from '../../compiler/index.ts';
import { applyOperation, type Written } from '../graph/apply.ts';
import type { Operation } from '../graph/operation.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Expr } from '../language/ast.ts';
import { holeMark } from '../language/template-source.ts';
import type { Solver } from '../shape/solve.ts';
import { each } from './collect.ts';
import { type Environment, symbolAt, type Value } from './environment.ts';
import { fail } from './errors.ts';

export interface Elaboration {
  readonly environment: Environment;
  readonly solver: Solver;
  /** `label` names the tensor that the whole expression makes. */
  tensor(e: Expr, label?: string): Tensor;
  value(e: Expr, label?: string): Value;
}

/** Applies an operation to the tensors of expressions. */
export function applyTo(
  operation: Operation,
  args: readonly Expr[],
  place: Pick<Written, 'span' | 'operator'>,
  elaboration: Elaboration,
  label?: string,
): Tensor {
  const { environment, solver } = elaboration;
  const operands = tensorsOf(args, elaboration);
  const written = { ...place, operands: writtenIn(args, environment) };
  return applyOperation(operation, operands, written, { solver, label });
}

export function tensorsOf(args: readonly Expr[], elaboration: Elaboration): readonly Tensor[] {
  return each(args, arg => elaboration.tensor(arg), elaboration.solver);
}

export function writtenIn(
  args: readonly Expr[],
  { source: { text } }: Environment,
): Written['operands'] {
  return args.map(({ span }) => ({
    span,
    text: text.slice(span.start, span.end).replaceAll(holeMark, '${…}'),
  }));
}

/** The symbol of a slice, which must have a range. */
export function slicingSymbolAt(e: Expr, environment: Environment): StaticSymbol {
  const symbol = symbolAt(e, environment);
  if (symbol.range !== undefined) return symbol;
  const { name } = symbol;
  throw fail('EINC0501', `\`${name}\` has no range, so it cannot select a slice`, e.span, {
    help: [`give it one: symbol('${name}', count)`],
  });
}
