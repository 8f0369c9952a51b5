/** The definitions of an `op` template, with the parameters they introduce. */
import { type Diagnostic, type Span, UserError } from '../../compiler/index.ts';
import { distinctNames } from '../graph/distinct-names.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Definition, OpProgram } from '../language/ast-op.ts';
import type { Inline } from '../language/ast.ts';
import type { TemplateSource } from '../language/template-source.ts';
import { Solver } from '../shape/solve.ts';
import { Collector, each } from './collect.ts';
import { fail } from './errors.ts';
import type { Environment, Value } from './environment.ts';
import { ExpressionElaborator } from './expression.ts';
import { makeLayer } from './layer.ts';
import { layersIn } from './layers-in-template.ts';
import { checkNames, inlinesIn, nameOf, namesCaptured } from './names-used.ts';
import { definedTwice, type Made, TemplateScope } from './op-scope.ts';
import { parameter } from './parameter.ts';
import { makeTensorFunction } from './tensor-function.ts';
import { subexpressions } from './walk.ts';

/** The value of the last definition if it has no name, else an object with all named ones. */
export function elaborateOp(
  { definitions }: OpProgram,
  source: TemplateSource,
  holes: readonly unknown[],
): Made | Readonly<Record<string, Made>> {
  return Solver.transaction(solver => {
    const errors = new Collector(solver);
    const scope = new TemplateScope(source, holes, errors);
    for (const definition of definitions) {
      errors.try(() => checkDefinition(definition, definition === definitions.at(-1)));
    }
    const shared = definitions
      .filter(d => d.settings === undefined)
      .flatMap(d => inlinesIn(d.body));
    for (const inline of shared) scope.introduce(inline, solver);
    const results = definitions.flatMap((definition, i) => {
      const after = definitions.slice(i + 1).flatMap(d => d.name?.text ?? []);
      const made = errors.try(
        () =>
          inOrder(after, () => {
            const value = elaborateDefinition(definition, scope, solver);
            if (definition.name) scope.define(definition.name, value);
            return [definition.name?.text ?? '', value] as const;
          }),
        namesOf(definition),
      );
      return made ? [made.value] : [];
    });
    errors.finish(source);
    const last = results.at(-1);
    const isOne = results.length === 1 || definitions.at(-1)?.name === undefined;
    return isOne && last ? last[1] : Object.fromEntries(results);
  });
}

/** Checks of names that need no values. */
function checkDefinition({ name, params = [], body }: Definition, isLast: boolean): void {
  if (!name && !isLast) {
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

/** An unknown name may be defined further down. */
function inOrder<T>(after: readonly string[], elaborate: () => T): T {
  try {
    return elaborate();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [first, ...others] = error.diagnostics.map((d): Diagnostic => {
      const { unknownName: name } = d;
      if (name === undefined || !after.includes(name)) return d;
      return {
        ...d,
        notes: [],
        help: [`\`${name}\` is defined further on: put its definition first`],
      };
    });
    throw first ? new UserError(first, ...others) : error;
  }
}

/** The names that a definition introduces: its own, and the sizes that its specs capture. */
function namesOf({ name, body }: Definition): readonly string[] {
  return [...(name ? [name.text] : []), ...subexpressions(body).flatMap(namesCaptured)];
}

function elaborateDefinition(
  definition: Definition,
  { environment }: TemplateScope,
  solver: Solver,
): Made {
  const { name, settings, body } = definition;
  if (!settings) return elaborateBody(definition, environment, solver);
  const known = [...namesKnown(environment), ...settings.map(s => s.text)];
  const own = [...(definition.params ?? []), ...inlinesIn(body).map(nameOf)];
  checkNames(body, [...known, ...own.map(n => n.text)], name?.text);
  // Names have their current meaning, not one that the template gives them later.
  const names = new Map(environment.names);
  const layersNamed = new Map(environment.layers?.named);
  return makeLayer({
    label: name?.text ?? 'layer',
    settings: settings.map(s => s.text),
    build: (given, { suffix, solver: own }) => {
      const layers = { named: layersNamed, made: new Map() };
      const inlines = new Map(environment.inlines);
      const scope = { ...environment, names: new Map(names), settings: given, inlines, layers };
      for (const inline of inlinesIn(body)) {
        const param = parameter(inline, scope, own, suffix);
        scope.names.set(inline.name.text, param);
        inlines.set(inline, param);
      }
      return elaborateBody(definition, scope, own, suffix);
    },
  });
}

function elaborateBody(
  { name, params, body }: Definition,
  environment: Environment,
  solver: Solver,
  suffix?: string,
): Value {
  const label = suffix === undefined ? name?.text : `${name?.text ?? 'layer'}_${suffix}`;
  if (!params) return new ExpressionElaborator(environment, solver).tensor(body, label);
  const known = new Map(environment.names);
  const names = [...namesKnown(environment), ...params.map(p => p.text)];
  checkNames(body, names, name?.text, { parametersAreMade: true });
  const layers = layersIn(body, params);
  const elaborator = new ExpressionElaborator(environment, solver);
  const made = each(layers, layer => elaborator.layer(layer), solver);
  return makeTensorFunction({
    label: label ?? 'function',
    arity: params.length,
    parameters: params.map(p => p.text),
    params: paramsOf(inlinesIn(body), environment, made),
    body: (args, context) => {
      const names = new Map(
        [...known, ...params.map((p, i) => [p.text, args[i]] as const)].flatMap(([key, value]) =>
          value ? [[key, value] as const] : [],
        ),
      );
      const inner = { ...environment, names, captures: new Map() };
      return new ExpressionElaborator(inner, context.solver).tensor(body, context.label);
    },
  });
}

function namesKnown({ names, settings, layers }: Environment): readonly string[] {
  return [...names.keys(), ...settings.keys(), ...(layers?.named.keys() ?? [])];
}

/** The parameters of a function's own definitions, then those of the layers in it. */
function paramsOf(
  inlines: readonly Inline[],
  environment: Environment,
  layers: readonly Value[],
): Readonly<Record<string, Tensor>> {
  const own = inlines.flatMap(inline => {
    const param = environment.inlines.get(inline);
    return param ? [[inline.name.text, param] as const] : [];
  });
  const inner = layers.flatMap(({ params }) =>
    Object.entries(params).map(([name, param]) => [param.label ?? name, param] as const),
  );
  const all = [...own, ...inner];
  const names = distinctNames(all.map(([name]) => name));
  return Object.fromEntries(all.map(([name, param], i) => [names[i] ?? name, param]));
}
