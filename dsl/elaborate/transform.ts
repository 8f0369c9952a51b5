/** `grad(y, x)`, `vjp(y, x, g)` and `jvp(y, x, dx)` in expressions. */
import type { UserError } from '../../compiler/index.ts';
import { demandFloat } from '../dtype/differentiable.ts';
import { Tensor } from '../graph/tensor.ts';
import type { Apply, Expr } from '../language/ast.ts';
import { arities, type TransformName, transforms } from '../ops/transforms.ts';
import { type Elaboration, tensorsOf, writtenIn } from './elaboration.ts';
import type { Environment } from './environment.ts';
import { fail } from './errors.ts';
import { wrongArity } from './wrong-arity.ts';
import { literalValues } from './tensor-literal.ts';

export function elaborateTransform(
  name: TransformName,
  { args, span }: Apply,
  elaboration: Elaboration,
  label?: string,
): Tensor {
  const { environment, solver } = elaboration;
  const [y, x, third = y] = tensorsOf(args, elaboration);
  const by = args[1];
  if (args.length !== arities[name] || !y || !x || !third || !by) {
    throw wrongArity(name, arities[name], args.length, { span });
  }
  if (makesTensor(by, environment) && !y.cone().includes(x)) throw madeHere(name, by, environment);
  const called = x.label ?? x.hint;
  demandFloat({ call: name, name: called, dtype: x.dtypeVar, span: by.span }, solver);
  const { hint, shape, dtypeVar, source } = transforms[name](y, x, third, solver) ?? y;
  return new Tensor({ label, hint, shape, dtype: dtypeVar, source, origins: [span] });
}

/** Whether `e` makes a new tensor, from which nothing can have been computed yet. */
function makesTensor(e: Expr, { holes }: Environment): boolean {
  return e.kind === 'hole' ? typeof holes[e.index] === 'number' : e.kind !== 'name';
}

/** The error about such a tensor: a derivative with respect to it would always be 0. */
function madeHere(name: TransformName, by: Expr, environment: Environment): UserError {
  const [text = ''] = writtenIn([by], environment).map(written => written.text);
  const message = `nothing is computed from \`${text}\`, which is made here, so \`${name}\` by it would be 0`;
  return fail('EINC0403', message, by.span, { help: [helpFor(name, by)] });
}

function helpFor(name: TransformName, by: Expr): string {
  const [one] = examples[name];
  const isNumeric = by.kind === 'tensor' && literalValues(by) !== undefined;
  if (isNumeric || by.kind === 'number' || by.kind === 'hole') {
    return `write ${one}, where x is a tensor that y is computed from`;
  }
  if (by.kind === 'inline') {
    return `write it where y is computed, and here its name, \`${by.name.text}\``;
  }
  if (by.kind !== 'tensor') return `name it, and compute y from the name: x = …; y = f(x); ${one}`;
  if (by.items.length === 1) return `write ${one}, without brackets`;
  const [, each, together] = examples[name];
  return `write ${each}, or in JavaScript ${together}`;
}

/** With respect to one tensor, to each of two, or to both in one JavaScript call. */
const examples: Readonly<Record<TransformName, readonly [string, string, string]>> = {
  grad: ['grad(y, x)', '[grad(y, a), grad(y, b)]', 'grad(y, [a, b])'],
  vjp: ['vjp(y, x, g)', '[vjp(y, a, g), vjp(y, b, g)]', 'vjp(y, [a, b], g)'],
  jvp: ['jvp(y, x, dx)', 'jvp(y, a, da) + jvp(y, b, db)', 'jvp(y, new Map([[a, da], [b, db]]))'],
};
