/**
 * Elaborates the right-hand sides of `cd` assignments: one scalar expression over array cells. The caller
 * supplies the operands: tensors, or the slots of an operation being defined.
 */
import { type Scalar, scalarApply, scalarConst } from '../../compiler/index.ts';
import type { Apply, Expr, Infix, Prefix } from '../language/ast.ts';
import { infixFunctions } from '../ops/infix.ts';
import { type ScalarFunction, scalarFunction, scalarFunctions } from '../ops/scalar-functions.ts';
import { both, each } from './collect.ts';
import { fail } from './errors.ts';
import { wrongArity } from './wrong-arity.ts';

export interface ScalarContext<N> {
  /** A leaf: a cell of an array, or a number. */
  readonly operand: (e: Expr) => Scalar<N>;
  /** Whether `*`, `/` and `**` without a dot are unambiguous here. */
  readonly allowsProducts: boolean;
  /** Names that hide the built-in functions. */
  readonly isName: (name: string) => boolean;
}

export function scalarOf<N>(e: Expr, context: ScalarContext<N>): Scalar<N> {
  switch (e.kind) {
    case 'number':
      return scalarConst(e.value);
    case 'prefix':
      return prefixed(e, context);
    case 'infix':
      return infixed(e, context);
    case 'apply':
      return applied(e, context);
    case 'hole':
    case 'name':
    case 'field':
    case 'inline':
    case 'pick':
    case 'configure':
    case 'einsum':
    case 'tensor':
      return context.operand(e);
  }
}

function prefixed<N>(e: Prefix, context: ScalarContext<N>): Scalar<N> {
  if (e.op === '!@') return context.operand(e);
  const operand = scalarOf(e.operand, context);
  return e.op === '-' ? negated(operand) : operand;
}

function infixed<N>(e: Infix, context: ScalarContext<N>): Scalar<N> {
  if (e.op === '@|') return context.operand(e);
  checkProduct(e, context);
  const f = scalarFunction(infixFunctions[e.op]);
  const [left, right] = both(
    () => scalarOf(e.left, context),
    () => scalarOf(e.right, context),
  );
  return f.of(left, right);
}

function applied<N>(e: Apply, context: ScalarContext<N>): Scalar<N> {
  const builtin = builtinOf(e, context);
  if (!builtin) return context.operand(e);
  return builtin.of(...each(e.args, arg => scalarOf(arg, context)));
}

function negated<N>(x: Scalar<N>): Scalar<N> {
  return x.kind === 'const' ? scalarConst(-x.value) : scalarApply('neg', x);
}

function builtinOf<N>(
  { callee, args, span }: Apply,
  { isName }: ScalarContext<N>,
): ScalarFunction | undefined {
  if (callee.kind !== 'name' || isName(callee.name)) return undefined;
  const builtin = scalarFunctions.get(callee.name);
  if (builtin && args.length !== builtin.arity) {
    throw wrongArity(callee.name, builtin.arity, args.length, { span });
  }
  return builtin;
}

function checkProduct<N>({ op, opSpan }: Infix, { allowsProducts }: ScalarContext<N>): void {
  if (allowsProducts || (op !== '*' && op !== '/' && op !== '**')) return;
  const inner = op === '*' ? ['or, for a tensor product, end the assignment with ~logic:"@"'] : [];
  throw fail('EINC0213', `\`${op}\` does not say which axes meet`, opSpan, {
    help: [`for the element-wise operation write \`${op}.\``, ...inner],
  });
}
