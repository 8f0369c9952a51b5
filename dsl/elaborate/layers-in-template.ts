/** `layer(~hid: 16)(x)`: layers applied to their settings inside a template. */
import type { Configure, Expr, GivenSetting, Ident } from '../language/ast.ts';
import { suggest } from '../language/suggest.ts';
import { isFunctionName } from '../ops/names.ts';
import { fail, wrongHole } from './errors.ts';
import { isLayer, type Layer } from './layer.ts';
import { textOfSpec } from './spec.ts';
import { literalValues } from './tensor-literal.ts';
import { subexpressions } from './walk.ts';

/**
 * The layers of a body, each made once, where it is written: all applications of a function share
 * them, as they share its parameters. So their settings cannot use the function's arguments.
 */
export function layersIn(body: Expr, args: readonly Ident[]): readonly Configure[] {
  const layers = subexpressions(body).filter(e => e.kind === 'configure');
  for (const used of layers.flatMap(settingsIn).flatMap(subexpressions)) {
    if (used.kind !== 'name' || !args.some(({ text }) => text === used.name)) continue;
    const message = `a layer is made once, so its settings cannot use the argument \`${used.name}\``;
    throw fail('EINC0221', message, used.span);
  }
  return layers;
}

function settingsIn({ settings }: Configure): readonly Expr[] {
  return settings.flatMap(({ value }) => (value.kind === 'string' ? [] : [value]));
}

/** The layer to which settings are given: a name of the template, or a hole. */
export function layerAt(
  e: Expr,
  named: ReadonlyMap<string, Layer>,
  holes: readonly unknown[],
): Layer {
  if (e.kind === 'hole') {
    const value = holes[e.index];
    if (isLayer(value)) return value;
    throw wrongHole(value, e.span, 'a layer');
  }
  const layer = e.kind === 'name' ? named.get(e.name) : undefined;
  if (layer) return layer;
  if (e.kind === 'name' && isFunctionName(e.name)) {
    throw fail('EINC0221', `\`${e.name}\` takes no settings`, e.span, {
      help: [`it is applied to tensors alone; name what it makes: y = ${e.name}(x)`],
    });
  }
  const similar = e.kind === 'name' ? suggest(e.name, named.keys()) : undefined;
  const unknown = e.kind === 'name' ? { unknownName: e.name } : {};
  const help =
    similar === undefined ? 'define one: layer(~hid)(x) = …' : `did you mean \`${similar}\`?`;
  throw fail('EINC0221', 'only a layer takes settings', e.span, { help: [help], ...unknown });
}

/** A word, a size, a list of sizes, or whatever a hole holds; undefined for an expression. */
export function plainSetting(
  { value }: GivenSetting,
  holes: readonly unknown[],
): { readonly value: unknown } | undefined {
  if (value.kind === 'string') return { value: textOfSpec(value, holes) };
  if (value.kind === 'number') return { value: value.value };
  if (value.kind === 'hole') return { value: holes[value.index] };
  const isList = value.kind === 'tensor' && value.row === 'output';
  const sizes = isList ? literalValues(value)?.values : undefined;
  return sizes && { value: sizes };
}
