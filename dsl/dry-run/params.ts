/** The parameters of what a template defines, by its text and by those of what its holes hold. */
import { subexpressions } from '../elaborate/walk.ts';
import type { Definition, Expr, OpProgram } from '../language/ast.ts';

/** A parameter is told from another of its name by where it is introduced. */
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
  /** Of a layer. */
  readonly settings: readonly string[];
  /** Whether a layer makes functions; otherwise it makes tensors. */
  readonly makesFunctions: boolean;
  readonly params: Params;
}

/** Of each definition that has a name. `ofHole` says what the parameters of a hole's value are. */
export function definedParts(
  { definitions }: OpProgram,
  ofHole: (index: number) => Params,
): readonly DefinedPart[] {
  // Any definition may use what another introduces, but for what a layer does.
  const shared = definitions.filter(({ settings }) => !settings).flatMap(own);
  const parts = new Map<string, Params>(shared.map(p => [p.label, { known: [p], isAll: true }]));
  return definitions.flatMap(definition => {
    const { name, settings, params } = definition;
    const all = paramsIn(definition, parts, ofHole);
    if (!name) return [];
    parts.set(name.text, all);
    // A function lists its own parameters, not those of what it uses.
    const listed = params ? { known: own(definition), isAll: true } : all;
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

/** Of the cone of the definition: what it introduces, and what comes with what it uses. */
function paramsIn(
  definition: Definition,
  parts: ReadonlyMap<string, Params>,
  ofHole: (index: number) => Params,
): Params {
  const used = subexpressions(definition.body).flatMap(e => paramsOfPart(e, parts, ofHole));
  const known = new Set([...own(definition), ...used.flatMap(params => params.known)]);
  const distinct = new Map([...known].map(param => [param.place, param]));
  return { known: [...distinct.values()], isAll: used.every(({ isAll }) => isAll) };
}

function paramsOfPart(
  e: Expr,
  parts: ReadonlyMap<string, Params>,
  ofHole: (index: number) => Params,
): readonly Params[] {
  if (e.kind === 'hole') return [ofHole(e.index)];
  const part = e.kind === 'name' ? parts.get(e.name) : undefined;
  return part ? [part] : [];
}
