/** The state of a failed parse, from which hints build messages. */
import { isCloser, closerOf, type Token } from './parse-tokens.ts';

export interface Failure {
  readonly language: 'op' | 'cd';
  readonly text: string;
  readonly before: readonly Token[];
  /** The word that could not be parsed; of kind `end` if there are none left. */
  readonly found: Token;
  readonly after: readonly Token[];
  /** The brackets open at `found`, the innermost last. */
  readonly open: readonly Token[];
  /** What would have been accepted instead, in words. */
  readonly expected: readonly string[];
}

export interface Advice {
  /** EINC0101 if none is given. */
  readonly code?: string;
  readonly message: string;
  /** The position of the caret. */
  readonly at: Token;
  readonly also?: readonly { readonly at: Token; readonly text: string }[];
  readonly help?: readonly string[];
}

/** Declines by returning `undefined`; fields that it omits have the values they would have without a hint. */
export type Hint = (failure: Failure) => Partial<Advice> | undefined;

/** The words since the last `;` of the innermost open bracket. */
export function segmentBefore({ before }: Failure): readonly Token[] {
  let depth = 0;
  const start = before.findLastIndex(token => {
    if (isCloser(token)) depth += 1;
    else if (closerOf(token) !== undefined) depth -= 1;
    return depth < 0 || (depth === 0 && token.text === ';');
  });
  return before.slice(start + 1);
}

export function touches(left: Token | undefined, right: Token | undefined): boolean {
  return left !== undefined && left.end === right?.start;
}

export function spanning(first: Token, last: Token): Token {
  return { ...first, end: last.end };
}

/** How a message refers to a word. */
export function described({ kind, text }: Token): string {
  if (kind === 'end') return 'the end of the template';
  if (kind === 'hole') return 'a `${…}`';
  if (/^[\p{C}\p{Z}]/u.test(text)) {
    return `the character U+${text.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return `\`${text}\``;
}
