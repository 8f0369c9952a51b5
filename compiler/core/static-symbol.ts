import type { Span } from '../support/source.ts';

/**
 * An integer that is the same throughout one run of a routine and is given with each run: a batch
 * number, a step. Its identity is the object; two symbols of one name are two symbols.
 */
export interface StaticSymbol {
  readonly kind: 'static-symbol';
  readonly name: string;
  /** It takes the values `0 <= value < range`. Only a symbol with a range may subscript an array. */
  readonly range: number | undefined;
  /** The place where it was made, for errors at run time. */
  readonly made?: Span;
}
