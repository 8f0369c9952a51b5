/** What is known about a template before its program runs, as plain data that can be sent and cached. */

/** The type of a template's value, as far as its text determines it. */
export type Made =
  | { readonly kind: 'tensor' }
  | { readonly kind: 'function'; readonly arity: number }
  | { readonly kind: 'layer'; readonly settings: readonly string[] }
  | { readonly kind: 'several'; readonly named: Readonly<Record<string, Made>> };

/** The static type of a `${…}`. */
export type HoleType =
  /** `any`, `unknown`, or a type that nothing is known about: it may stand anywhere. */
  | { readonly kind: 'any' }
  /** The value of a template of unknown type: a tensor, a tensor function or a layer. */
  | { readonly kind: 'made' }
  | { readonly kind: 'tensor' | 'array-ref' | 'code' | 'codes' | 'symbol' | 'numbers' }
  /** Without an arity, one that takes what it is given. */
  | { readonly kind: 'function'; readonly arity?: number }
  | { readonly kind: 'layer'; readonly settings: readonly string[] }
  /** With a value if the type is a literal. */
  | { readonly kind: 'number'; readonly value?: number }
  | { readonly kind: 'string'; readonly value?: string }
  | { readonly kind: 'boolean' }
  /** A value that no template accepts. */
  | { readonly kind: 'foreign'; readonly like: 'object' | 'list' | 'function' | 'promise' }
  | { readonly kind: 'union'; readonly members: readonly HoleType[] };

export interface TypedHole {
  readonly type: HoleType;
  /** The type as TypeScript writes it, which is asked for only when something is wrong. */
  readonly typeText: () => string;
  /** The text between the braces: holes with equal texts hold the same value. */
  readonly expression: string;
}

/** The types that a hole may turn out to have. */
export function membersOf(type: HoleType): readonly HoleType[] {
  return type.kind === 'union' ? type.members.flatMap(membersOf) : [type];
}
