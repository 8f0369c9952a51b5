/** Translates the TypeScript types of holes to the types of the languages. */
import { ts } from 'ts-morph';
import type { HoleType } from '../../dsl/dry-run/index.ts';
import type { TypeName } from './einc-symbols.ts';
import type { Maker, Typing } from './evident.ts';
import { initializerOf } from './initializer.ts';
import type { KnownTypes } from './known-types.ts';

export function typingOf(hole: ts.Expression, known: KnownTypes): Typing {
  return known.evident.typeOf(hole) ?? typingByChecker(hole, known);
}

export function typingByChecker(hole: ts.Expression, known: KnownTypes): Typing {
  const type = typeOf(known.checker.getTypeAtLocation(hole), known);
  const isOpen = type.kind === 'made' || type.kind === 'function' || type.kind === 'layer';
  return { type, maker: isOpen ? makerOf(hole, known) : undefined };
}

// ── By type ─────────────────────────────────────────────────────────────────────────────────────

/** A recursive list type has no end; nobody nests deeper than this. */
const mostLists = 4;

function typeOf(type: ts.Type, context: KnownTypes, lists = 0): HoleType {
  const primitive = primitiveOf(type);
  if (primitive) return primitive;
  // The parameter type of the tags: TypeScript infers it for a template that is itself in a hole.
  if (context.einc.isHole(type)) return { kind: 'made' };
  if (type.isUnion()) return unionOf(type.types.map(member => typeOf(member, context, lists)));
  if (type.flags & ts.TypeFlags.Instantiable) {
    const bound = context.checker.getBaseConstraintOfType(type);
    return bound && bound !== type ? typeOf(bound, context, lists) : { kind: 'any' };
  }
  return ofEinc(type, context) ?? listed(type, context, lists) ?? foreign(type);
}

function primitiveOf(type: ts.Type): HoleType | undefined {
  const is = (flags: ts.TypeFlags): boolean => (type.flags & flags) !== 0;
  if (is(ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never)) return { kind: 'any' };
  if (is(ts.TypeFlags.BooleanLike)) return { kind: 'boolean' };
  if (type.isNumberLiteral()) return { kind: 'number', value: type.value };
  if (is(ts.TypeFlags.NumberLike)) return { kind: 'number' };
  if (type.isStringLiteral()) return { kind: 'string', value: type.value };
  return is(ts.TypeFlags.StringLike) ? { kind: 'string' } : undefined;
}

function unionOf(members: readonly HoleType[]): HoleType {
  const distinct = [...new Map(members.map(m => [JSON.stringify(m), m])).values()];
  const [only] = distinct;
  return distinct.length === 1 && only ? only : { kind: 'union', members: distinct };
}

const kinds = {
  Tensor: 'tensor',
  ArrayRef: 'array-ref',
  Code: 'code',
  StaticSymbol: 'symbol',
} as const satisfies Partial<Record<TypeName, HoleType['kind']>>;

function ofEinc(type: ts.Type, { einc: { isA } }: KnownTypes): HoleType | undefined {
  const isFunction = isA(type, 'TensorFunction');
  if (isFunction) return isA(type, 'Tensor') ? { kind: 'made' } : { kind: 'function' };
  for (const name of ['Tensor', 'ArrayRef', 'Code', 'StaticSymbol'] as const) {
    if (isA(type, name)) return { kind: kinds[name] };
    // Perhaps from another copy of einc: nothing is known.
    if (type.getSymbol()?.name === name) return { kind: 'any' };
  }
  return isA(type, 'Layer') ? { kind: 'layer', settings: [] } : undefined;
}

function listed(type: ts.Type, context: KnownTypes, lists: number): HoleType | undefined {
  const { checker } = context;
  if (/^Float(?:32|64)Array$/.test(type.getSymbol()?.name ?? '')) return { kind: 'numbers' };
  if (!checker.isArrayType(type) && !checker.isTupleType(type)) return undefined;
  if (lists === mostLists) return { kind: 'any' };
  const [element, ...more] = checker.getTypeArguments(type as ts.TypeReference);
  const inner = unionOf([element, ...more].flatMap(t => (t ? typeOf(t, context, lists + 1) : [])));
  const members = inner.kind === 'union' ? inner.members : [inner];
  const all = (...wanted: readonly HoleType['kind'][]): boolean =>
    members.every(({ kind }) => wanted.includes(kind));
  // An empty list fits everything.
  if (members.length === 0 || all('any')) return { kind: 'any' };
  if (all('code', 'any')) return { kind: 'codes' };
  if (all('number', 'numbers', 'any')) return { kind: 'numbers' };
  return { kind: 'foreign', like: 'list' };
}

function foreign(type: ts.Type): HoleType {
  if (type.getSymbol()?.name === 'Promise') return { kind: 'foreign', like: 'promise' };
  const isFunction = type.getCallSignatures().length > 0;
  return { kind: 'foreign', like: isFunction ? 'function' : 'object' };
}

// ── By the template that made it ────────────────────────────────────────────────────────────────

function makerOf(hole: ts.Expression, { checker }: KnownTypes): Maker | undefined {
  const { expression, property } = initializerOf(hole, checker) ?? {};
  return expression && ts.isTaggedTemplateExpression(expression)
    ? { template: expression, property }
    : undefined;
}
