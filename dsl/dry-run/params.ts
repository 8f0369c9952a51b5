/** The parameters of a template's definitions, from its text and from its holes. */
import { subexpressions } from '../elaborate/walk.ts';
import type { Configure, Expr, StringLit } from '../language/ast.ts';
import type { Definition, OpProgram } from '../language/ast-op.ts';

/** Parameters with the same name are distinguished by the places where they are introduced. */
export interface Param {
  readonly label: string;
  readonly place: object;
}

export interface Params {
  readonly known: readonly Param[];
  /** There are no others. */
  readonly isAll: boolean;
}

export interface DefinedPart {
  readonly name: string;
  readonly kind: 'tensor' | 'function' | 'layer';
  /** The settings of a layer. */
  readonly settings: readonly string[];
  /** Whether a layer makes functions; otherwise it makes tensors. */
  readonly makesFunctions: boolean;
  readonly params: Params;
}

/** The parameters of each named definition. `ofHole` returns those of a hole's value. */
export function definedParts(
  { definitions }: OpProgram,
  ofHole: (index: number) => Params,
): readonly DefinedPart[] {
  // Any definition may use what another introduces, but for what a layer does.
  const shared = definitions.filter(({ settings }) => !settings).flatMap(own);
  const parts = new Map<string, Params>(shared.map(p => [p.label, { known: [p], isAll: true }]));
  const layers = new Map<string, LayerPart>();
  return definitions.flatMap(definition => {
    const { name, settings, params } = definition;
    const made = layersIn(definition).map(layer => madeBy(layer, layers));
    const all = paramsIn(definition, made, { parts, ofHole });
    // A function lists its own parameters and those of layers in it, not those of what it uses.
    const listed = params ? together([{ known: own(definition), isAll: true }, ...made]) : all;
    if (!name) return [];
    if (settings) layers.set(name.text, { definition, made, listed });
    else parts.set(name.text, all);
    const kind = settings ? 'layer' : params ? 'function' : 'tensor';
    const names = (settings ?? []).map(s => s.text);
    const makesFunctions = params !== undefined;
    return [{ name: name.text, kind, settings: names, makesFunctions, params: listed }];
  });
}

function own({ body }: Definition): readonly Param[] {
  return subexpressions(body).flatMap(e =>
    e.kind === 'inline' ? [{ label: e.name.text, place: e }] : [],
  );
}

/** The parameters in the cone of a definition: those that it introduces and those of what it uses. */
function paramsIn(
  definition: Definition,
  made: readonly Params[],
  { parts, ofHole }: Known,
): Params {
  const layers = new Set<Expr>(layersIn(definition).map(({ callee }) => callee));
  const used = subexpressions(definition.body).flatMap((e): readonly Params[] => {
    if (layers.has(e)) return [];
    if (e.kind === 'hole') return [ofHole(e.index)];
    const part = e.kind === 'name' ? parts.get(e.name) : undefined;
    return part ? [part] : [];
  });
  return together([{ known: own(definition), isAll: true }, ...made, ...used]);
}

interface Known {
  readonly parts: ReadonlyMap<string, Params>;
  readonly ofHole: (index: number) => Params;
}

/** The union, without duplicates. */
function together(all: readonly Params[]): Params {
  const known = all.flatMap(params => params.known);
  const distinct = new Map(known.map(param => [param.place, param]));
  return { known: [...distinct.values()], isAll: all.every(({ isAll }) => isAll) };
}

// ── Layers given their settings ─────────────────────────────────────────────────────────────────

interface LayerPart {
  readonly definition: Definition;
  /** The parameters made by layers in it. */
  readonly made: readonly Params[];
  readonly listed: Params;
}

function layersIn({ body }: Definition): readonly Configure[] {
  return subexpressions(body).filter(e => e.kind === 'configure');
}

/** The parameters that `layer(~hid: 3, ~label: "l1")` makes: new ones, with the label behind. */
function madeBy({ callee, settings }: Configure, layers: ReadonlyMap<string, LayerPart>): Params {
  const layer = callee.kind === 'name' ? layers.get(callee.name) : undefined;
  const label = settings.find(({ name }) => name.text === 'label')?.value;
  const suffix = label && wordOf(label);
  if (!layer || (label && suffix === undefined)) return { known: [], isAll: false };
  const introduced = new Set(own(layer.definition).map(({ place }) => place));
  const inner = new Set(layer.made.flatMap(params => params.known));
  const known = layer.listed.known.map((param): Param => {
    const isOwn = introduced.has(param.place);
    // Parameters of what the layer uses are the same in each application.
    if (!isOwn && !inner.has(param)) return param;
    const name = param.label;
    return { label: isOwn && suffix !== undefined ? `${name}_${suffix}` : name, place: {} };
  });
  return { known, isAll: layer.listed.isAll };
}

function wordOf(value: Expr | StringLit): string | undefined {
  if (value.kind !== 'string') return undefined;
  const words = value.parts.map(part => ('text' in part ? part.text : undefined));
  return words.includes(undefined) ? undefined : words.join('');
}
