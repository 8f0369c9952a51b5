/** The meaning of names, holes and fields in `cd`. */
import type { StaticSymbol, UserError } from '../../compiler/index.ts';
import { stateTensor } from '../graph/make.ts';
import { ArrayRef, Tensor } from '../graph/tensor.ts';
import type { Expr, Field, Hole, Ident, Inline, Name, Picking } from '../language/ast.ts';
import { javascriptVariable } from '../language/javascript-variable.ts';
import { isFunctionName } from '../ops/names.ts';
import { suggest } from '../language/suggest.ts';
import type { TemplateSource } from '../language/template-source.ts';
import type { Solver } from '../shape/solve.ts';
import { fail, unknownName, wrongHole } from './errors.ts';
import { adviceOnFunction } from './foreign-names.ts';
import { isSymbol } from './hole.ts';
import type { Picks } from '../shape/pick.ts';
import { inlineParts } from './inline.ts';
import { computedIn, type PickContext, picksOf } from './picks.ts';

export interface CdScope {
  readonly source: TemplateSource;
  readonly holes: readonly unknown[];
  readonly solver: Solver;
  /** Arrays that the template has introduced so far, and those that a `let` of this or an enclosing sequence names. */
  readonly names: Map<string, Tensor>;
  /** The names among them that come from a `let`. */
  readonly lets: Set<string>;
  /** The enclosing loops: `i` of `for i in ${batch}`. */
  readonly symbols: ReadonlyMap<string, StaticSymbol>;
  /** The sizes that specs have captured so far, as tensors. */
  readonly captures: Map<string, Tensor>;
  /** The tensor that the enclosing section is about. */
  readonly section: Tensor | undefined;
}

export function tensorAt(e: Expr, scope: CdScope): Tensor {
  if (e.kind === 'hole') {
    const value = scope.holes[e.index];
    if (value instanceof Tensor) return value;
    throw wrongHole(value, e.span, 'a tensor');
  }
  if (e.kind === 'name') return namedTensor(e.name, e, scope);
  throw fail('EINC0215', 'a tensor must stand here: a name or a hole', e.span);
}

function namedTensor(
  name: string,
  { span }: Pick<Expr, 'span'>,
  { names, symbols }: CdScope,
  hints: () => readonly string[] = () => [],
): Tensor {
  const tensor = names.get(name);
  if (tensor) return tensor;
  const isLoop = symbols.has(name);
  throw unknownName(
    name,
    span,
    [...names.keys()],
    [],
    [...hints(), ...(isLoop ? [`for the value of the loop \`${name}\` write \`!@${name}\``] : [])],
  );
}

/** `p`, `p.value`, `p.grad`, `p.grad.merge`, or a hole that holds one of the latter. */
export function arrayAt(e: Expr, scope: CdScope): ArrayRef {
  const held = e.kind === 'hole' ? scope.holes[e.index] : undefined;
  if (held instanceof ArrayRef) return held;
  if (e.kind !== 'field') return tensorAt(e, scope).value;
  if (e.field.text === 'merge') return mergeOf(arrayAt(e.object, scope), e.field);
  checkNotMerged(e);
  const tensor = tensorAt(e.object, scope);
  if (e.field.text === 'value') return tensor.value;
  if (e.field.text === 'grad') return gradOf(tensor, e.field);
  if (isCodeField(e.field.text)) {
    throw fail('EINC0211', `\`.${e.field.text}\` is code, not an array`, e.field.span);
  }
  throw unknownField(e.field);
}

function mergeOf(array: ArrayRef, { span }: Ident): ArrayRef {
  if (!array.isMerge) return array.merge;
  throw fail('EINC0226', `\`${array.hint}\` is a merge buffer and has none itself`, span);
}

/** `p.merge.grad` */
function checkNotMerged({ object, field, span }: Field): void {
  if (object.kind !== 'field' || object.field.text !== 'merge') return;
  throw fail('EINC0226', `a merge buffer has no \`.${field.text}\``, span, {
    help: [`\`.merge\` comes last: write \`.${field.text}.merge\``],
  });
}

export function gradOf(tensor: Tensor, { span }: Ident): ArrayRef {
  if (tensor.requiresGrad) return tensor.grad;
  const { label, hint } = tensor;
  throw fail('EINC0402', `\`${label ?? hint}\` has no gradient`, span, {
    notes: ['gradients flow only to parameters and to what is computed from them'],
  });
}

/** The target of an assignment; `{ x }` introduces a new one. */
export function targetOf(e: Expr, scope: CdScope): ArrayRef {
  if (e.kind === 'inline') return introduce(e, scope).value;
  if (e.kind === 'name' && scope.lets.has(e.name)) throw assignedLet(e);
  if (e.kind === 'name') {
    return namedTensor(e.name, e, scope, () => introductionOf(e, scope)).value;
  }
  const array = arrayAt(e, scope);
  const { kind } = array.tensor.source;
  if (array.isMerge) {
    const message = `\`${array.hint}\` holds what another device has sent, so code cannot assign it`;
    throw fail('EINC0226', message, e.span, { help: ['read it: ${p}.grad =+ ${p}.grad.merge'] });
  }
  if (array.part === 'value' && (kind === 'computed' || kind === 'constant' || kind === 'symbol')) {
    const what = array.label ?? array.hint;
    throw fail('EINC0216', `\`${what}\` is computed by \`op\`, so code cannot assign it`, e.span, {
      help: ['introduce an array of your own: { x } =: …'],
    });
  }
  return array;
}

export function assignedLet({ name, span }: Name): UserError {
  return fail('EINC0216', `\`${name}\` is a \`let\`, so code cannot assign it`, span, {
    help: [`for an array that changes write { ${name} } =: …`],
  });
}

/** What to do about an unknown target, unless the user meant a variable of the program (which takes time to find out). */
function introductionOf({ name, span }: Name, { names }: CdScope): readonly string[] {
  const isMeant = javascriptVariable(span.source, name) ?? suggest(name, names.keys());
  return isMeant === undefined ? [`to introduce an array write { ${name} }`] : [];
}

function introduce(e: Inline, scope: CdScope): Tensor {
  const { name, init, span } = e;
  if (init) throw fail('EINC0208', 'an array of `cd` starts at zero; assign it instead', init.span);
  checkNew(name, scope);
  const { rows, dtype } = inlineParts(
    e,
    (size, others = []) => {
      if (size.kind === 'hole') return scope.holes[size.index];
      throw unknownName(size.name, size.span, others);
    },
    noInitial,
  );
  const tensor = stateTensor(labelled(name, scope), { rows, dtype }, span);
  scope.names.set(name.text, tensor);
  return tensor;
}

/** The name of an introduced array, with that of the section's tensor: `delta_w1`. */
export function labelled({ text }: Ident, { section }: CdScope): string {
  const about = section?.label;
  return about === undefined ? text : `${text}_${about}`;
}

function noInitial({ span }: Expr): never {
  throw fail('EINC0208', 'an array of `cd` starts at zero; assign it instead', span);
}

/** Checks that a new name is not already in use: no name hides another. */
export function checkNew({ text, span }: Ident, { names, lets, symbols }: CdScope): void {
  if (!names.has(text) && !symbols.has(text)) return;
  const isArray = names.has(text) && !lets.has(text);
  throw fail('EINC0204', `\`${text}\` is defined twice in this template`, span, {
    help: [
      isArray
        ? `to assign it again write \`${text}\` without braces`
        : 'give one of them another name',
    ],
  });
}

/** A hole that holds a static symbol, or the name of an enclosing loop. */
export function symbolAt(
  e: Expr | Hole,
  { holes, symbols }: CdScope,
  needs?: 'loop over' | 'index with',
): StaticSymbol {
  const value =
    e.kind === 'hole' ? holes[e.index] : e.kind === 'name' ? symbols.get(e.name) : undefined;
  if (!isSymbol(value)) {
    if (e.kind === 'hole') throw wrongHole(value, e.span, 'a static symbol');
    throw fail('EINC0202', 'a static symbol must stand here: a hole or the name of a loop', e.span);
  }
  if (needs && value.range === undefined) {
    throw fail('EINC0501', `\`${value.name}\` has no range to ${needs}`, e.span, {
      help: [`give it one: symbol('${value.name}', count)`],
    });
  }
  return value;
}

/** The context for elaborating the items of brackets in `cd`. */
export function picksIn(e: Picking, scope: CdScope): Picks {
  return picksOf(e, pickContext(scope));
}

export function hasComputedIndex(e: Picking, scope: CdScope): boolean {
  return computedIn(e, pickContext(scope)).length > 0;
}

function pickContext(scope: CdScope): PickContext {
  return {
    valueOf: place => (place.kind === 'hole' ? scope.holes[place.index] : undefined),
    symbolOf: symbol => symbolAt(symbol, scope, 'index with'),
  };
}

// ── Fields ──────────────────────────────────────────────────────────────────────────────────────

export const arrayFields: readonly string[] = ['value', 'grad', 'merge'];
const codeFields = ['forward', 'backprop', 'zero_grads', 'init_params'] as const;

export function isCodeField(field: string): field is (typeof codeFields)[number] {
  return codeFields.some(known => known === field);
}

const parts: readonly string[] = [...arrayFields, ...codeFields];

export function isPart(field: string): boolean {
  return parts.includes(field);
}

export function unknownField({ text, span }: Ident): UserError {
  const similar = suggest(text, parts);
  const known =
    similar === undefined
      ? `the parts are ${parts.map(k => `\`.${k}\``).join(' ')}`
      : `did you mean \`.${similar}\`?`;
  const advice = isFunctionName(text) ? [`write \`${text}(x)\``] : adviceOnFunction(text);
  return fail('EINC0203', `\`.${text}\` is not a part of a tensor`, span, {
    help: advice.length > 0 ? advice : [known],
  });
}
