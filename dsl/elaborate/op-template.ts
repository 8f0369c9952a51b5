/** The definitions of an `op` template, with the parameters they introduce. */
import { type Span, UserError } from '../../compiler/index.ts';
import { paramTensor } from '../graph/make.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Definition, Expr, Ident, Inline, OpProgram } from '../language/ast.ts';
import type { TemplateSource } from '../language/template-source.ts';
import { functionNames, isFunctionName } from '../ops/names.ts';
import { Solver } from '../shape/solve.ts';
import { fail, unknownName } from './errors.ts';
import { type Environment, ExpressionElaborator, type Value } from './expression.ts';
import { inlineParts } from './inline.ts';
import { makeTensorFunction } from './tensor-function.ts';
import { subexpressions } from './walk.ts';

/** The value of the last definition if that has no name, else an object of all that have one. */
export function elaborateOp(
  { definitions }: OpProgram,
  source: TemplateSource,
  holes: readonly unknown[],
): Value | Readonly<Record<string, Value>> {
  return Solver.transaction(solver => {
    const names = new Map<string, Value>();
    const places = new Map<string, Span>();
    const inlines = new Map<Inline, Tensor>();
    const environment: Environment = { source, holes, names, symbols: new Map(), inlines };
    const define = ({ text, span }: Ident, value: Value, help?: string): void => {
      const first = places.get(text);
      if (first) throw definedTwice(text, span, first, help);
      places.set(text, span);
      names.set(text, value);
    };
    checkDefinitions(definitions);
    for (const inline of definitions.flatMap(d => inlinesIn(d.body))) {
      const { rows, initial } = inlineParts(inline, hole => holes[hole.index]);
      const param = paramTensor(inline.name.text, initial, rows, inline.span);
      inlines.set(inline, param);
      define(inline.name, param, `to use it again write \`${inline.name.text}\` without braces`);
    }
    const results = definitions.map(definition => {
      const value = elaborateDefinition(definition, environment, solver);
      if (definition.name) define(definition.name, value);
      return [definition.name?.text ?? '', value] as const;
    });
    const last = results.at(-1);
    const isOne = results.length === 1 || definitions.at(-1)?.name === undefined;
    return isOne && last ? last[1] : Object.fromEntries(results);
  });
}

/** What can be wrong about names before any of them means something. */
function checkDefinitions(definitions: readonly Definition[]): void {
  for (const { name, params = [], body } of definitions) {
    if (!name && body !== definitions.at(-1)?.body) {
      throw fail('EINC0217', 'only the last of several definitions needs no name', body.span, {
        help: ['write `name = …`'],
      });
    }
    const first = new Map<string, Span>();
    for (const { text, span } of [
      ...params,
      ...(params.length > 0 ? inlinesIn(body) : []).map(nameOf),
    ]) {
      const before = first.get(text);
      if (before) throw definedTwice(text, span, before, 'give one of them another name');
      if (params.some(p => p.text === text)) first.set(text, span);
    }
  }
}

function elaborateDefinition(
  { name, params, body }: Definition,
  environment: Environment,
  solver: Solver,
): Value {
  if (!params) return new ExpressionElaborator(environment, solver).tensor(body, name?.text);
  const known = new Map(environment.names);
  checkNames(body, [...known.keys(), ...params.map(p => p.text)], name?.text);
  return makeTensorFunction({
    label: name?.text ?? 'function',
    arity: params.length,
    params: Object.fromEntries(
      inlinesIn(body).flatMap(inline => {
        const param = environment.inlines.get(inline);
        return param ? [[inline.name.text, param]] : [];
      }),
    ),
    body: (args, context) => {
      const names = new Map(
        [...known, ...params.map((p, i) => [p.text, args[i]] as const)].flatMap(([key, value]) =>
          value ? [[key, value] as const] : [],
        ),
      );
      const inner = new ExpressionElaborator({ ...environment, names }, context.solver);
      return inner.tensor(body, context.label);
    },
  });
}

/** A function's body runs only when it is applied; its names are checked where it is written. */
function checkNames(body: Expr, known: readonly string[], own: string | undefined): void {
  for (const e of subexpressions(body)) {
    if (e.kind !== 'name' || known.includes(e.name) || isFunctionName(e.name)) continue;
    const hints = e.name === own ? ['a function cannot use itself'] : [];
    throw unknownName(e.name, e.span, known, functionNames, hints);
  }
}

function inlinesIn(body: Expr): readonly Inline[] {
  return subexpressions(body).filter(e => e.kind === 'inline');
}

function nameOf({ name }: Inline): Ident {
  return name;
}

/** Parameters are defined before the definitions around them: the places may come in either order. */
function definedTwice(
  name: string,
  one: Span,
  other: Span,
  help = 'give one of them another name',
): UserError {
  const [first, span] = one.start < other.start ? [one, other] : [other, one];
  return new UserError({
    code: 'EINC0204',
    message: `\`${name}\` is defined twice in this template`,
    labels: [{ span }, { span: first, text: 'first here' }],
    help: [help],
  });
}
