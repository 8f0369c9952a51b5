/** `layer(~hid)(x) = …`: applied to its settings, it makes a function with parameters of its own. */
import { type Span, UserError } from '../../compiler/index.ts';
import { Tensor } from '../graph/tensor.ts';
import { callSite } from '../language/call-site.ts';
import { suggest } from '../language/suggest.ts';
import { Solver } from '../shape/solve.ts';
import { describe } from './hole.ts';
import {
  type Layer,
  registerLayer,
  type Setting,
  type Settings,
  settingsOf,
} from './layer-settings.ts';
import { isTensorFunction, type TensorFunction } from './tensor-function.ts';

export type { Layer, Setting, Settings };

export interface LayerDefinition {
  readonly label: string;
  readonly settings: readonly string[];
  readonly build: (
    given: ReadonlyMap<string, Setting>,
    context: { readonly suffix: string | undefined; readonly solver: Solver },
  ) => Tensor | TensorFunction;
}

const definitions = new WeakMap<Layer, LayerDefinition>();

export function makeLayer(definition: LayerDefinition): Layer {
  const { label, settings } = definition;
  const call = (given: unknown): Tensor | TensorFunction => {
    const span = callSite(call);
    if (!isRecord(given)) {
      const example = settings.map(name => `${name}: …`).join(', ');
      throw wrong(
        `\`${label}\` takes its settings by name, not ${describe(given)}`,
        span,
        `write ${label}({ ${example} })`,
      );
    }
    return Solver.transaction(solver => applyLayer(layer, given, span, solver));
  };
  const layer = Object.assign(call, { label }) as Layer;
  registerLayer(layer, settings);
  definitions.set(layer, definition);
  return layer;
}

/** Applies a layer to settings: a function with parameters of its own. `span` is the place of the settings. */
export function applyLayer(
  layer: Layer,
  given: Readonly<Record<string, unknown>>,
  span: Span,
  solver: Solver,
): Tensor | TensorFunction {
  const definition = definitions.get(layer);
  if (!definition) throw new TypeError('not a layer');
  const { label, settings, build } = definition;
  const { label: suffix, ...others } = given;
  if (suffix !== undefined && !(typeof suffix === 'string' && /^\w+$/.test(suffix))) {
    throw wrong(`a label is letters, digits and _, not ${describe(suffix)}`, span);
  }
  checkNames(label, settings, Object.keys(others), span);
  const values = new Map(
    Object.entries(others).map(([name, value]) => [name, checked(label, name, value, span)]),
  );
  return build(values, { suffix, solver });
}

export function isLayer(value: unknown): value is Layer {
  return settingsOf(value) !== undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  const isOurs = value instanceof Tensor || Array.isArray(value);
  return typeof value === 'object' && value !== null && !isOurs;
}

function checkNames(
  label: string,
  wanted: readonly string[],
  given: readonly string[],
  span: Span,
): void {
  const unknown = given.find(name => !wanted.includes(name));
  const listed = wanted.map(name => `\`${name}\``).join(', ');
  if (unknown !== undefined) {
    const similar = suggest(unknown, wanted);
    const help =
      similar === undefined ? `its settings are ${listed}` : `did you mean \`${similar}\`?`;
    throw wrong(`\`${label}\` has no setting \`${unknown}\``, span, help);
  }
  const missing = wanted.find(name => !given.includes(name));
  if (missing === undefined) return;
  throw wrong(`\`${label}\` needs the setting \`${missing}\``, span, `its settings are ${listed}`);
}

/** Callers in JavaScript have no types, so settings are checked at run time. */
function checked(label: string, name: string, value: unknown, span: Span): Setting {
  if (typeof value === 'number' || value instanceof Tensor || isTensorFunction(value)) return value;
  if (Array.isArray(value) && value.every(n => typeof n === 'number')) return value;
  const what = 'a number, a list of sizes, a tensor or a tensor function';
  throw wrong(`the setting \`${name}\` of \`${label}\` is ${describe(value)}, not ${what}`, span);
}

function wrong(message: string, span: Span, help?: string): UserError {
  return new UserError({
    code: 'EINC0221',
    message,
    labels: [{ span }],
    help: help === undefined ? [] : [help],
  });
}
