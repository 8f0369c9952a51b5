/** What is known of a template before its program runs, as plain data that can be sent and cached. */

/** What a template makes, as far as its text says. */
export type Made =
  | { readonly kind: 'tensor' }
  | { readonly kind: 'function'; readonly arity: number }
  | { readonly kind: 'layer'; readonly settings: readonly string[] }
  | { readonly kind: 'several'; readonly named: Readonly<Record<string, Made>> };

/** The static type of a `${…}`. */
export type HoleType =
  /** `any`, `unknown`, or a type that nothing is known about: it may stand anywhere. */
  | { readonly kind: 'any' }
  /** Of a template that did not say: a tensor, a tensor function or a layer. */
  | { readonly kind: 'made' }
  | { readonly kind: 'tensor' | 'array-ref' | 'code' | 'codes' | 'symbol' | 'numbers' }
  /** Without an arity, one that takes what it is given. */
  | { readonly kind: 'function'; readonly arity?: number }
  | { readonly kind: 'layer'; readonly settings: readonly string[] }
  /** With a value where the type is a literal. */
  | { readonly kind: 'number'; readonly value?: number }
  | { readonly kind: 'string'; readonly value?: string }
  | { readonly kind: 'boolean' }
  /** Nothing that a template takes. */
  | { readonly kind: 'foreign'; readonly like: 'object' | 'list' | 'function' | 'promise' }
  | { readonly kind: 'union'; readonly members: readonly HoleType[] };

export interface TypedHole {
  readonly type: HoleType;
  /** The type as TypeScript writes it, which is asked for only when something is wrong. */
  readonly typeText: () => string;
  /** What stands between the braces: holes that read alike hold the same. */
  readonly expression: string;
}

/** The types that a hole may turn out to have. */
export function membersOf(type: HoleType): readonly HoleType[] {
  return type.kind === 'union' ? type.members.flatMap(membersOf) : [type];
}
