/** A template with the TypeScript types of its holes, as data that can be sent to another thread. */
import type { HoleType, Language, Made } from '../../dsl/dry-run/index.ts';

export interface SentTemplate {
  readonly language: Language;
  readonly text: string;
  readonly holes: readonly SentHole[];
}

export interface SentHole {
  readonly type: HoleType;
  readonly expression: string;
  /** The text of the `op` template whose value, or one field of it, the hole holds. */
  readonly maker: { readonly text: string; readonly property: string | undefined } | undefined;
}

/** The type of a template's value, which its TypeScript type does not tell. */
export function typeOfMade(
  type: HoleType,
  made: Made | undefined,
  property: string | undefined,
): HoleType {
  const held =
    property === undefined ? made : made?.kind === 'several' ? made.named[property] : undefined;
  if (!held) return type;
  return held.kind === 'several' ? { kind: 'foreign', like: 'object' } : held;
}
