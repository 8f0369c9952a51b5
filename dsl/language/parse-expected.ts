/** What could have come next, in words for the user. */
import type { FailedMatchResult } from 'ohm-js';

export const theEnd = 'the end of the template';

/**
 * The descriptions of rules as the grammar gives them, terminals in back-ticks. Ohm's own text
 * omits alternatives that depend on whether a space was typed, hence the use of the underlying list, which is not
 * in its types.
 */
export function expectedWords(match: FailedMatchResult): readonly string[] {
  const words = (match as unknown as WithFailures).getRightmostFailures().map(failure => {
    if (failure.isStringTerminal()) return `\`${failure.getText()}\``;
    return failure.getText() === 'end of input' ? theEnd : failure.getText();
  });
  return [...new Set(words)];
}

interface WithFailures {
  getRightmostFailures(): readonly { getText(): string; isStringTerminal(): boolean }[];
}

/** If the first is expected, the others are implied or would only distract. */
const covers: readonly (readonly [word: string, covered: readonly string[]])[] = [
  ['an operator', ['an expression', '`=`', '`(`', '`~logic`', '`~projections`']],
  ['a statement', ['an expression']],
  ['an expression', ['a name']],
];

/** `isMark`: what was found is no word that an operator could have been misspelled as. */
export function oneOf(words: readonly string[], isMark: boolean): string {
  const covered = covers.flatMap(([word, others]) => (words.includes(word) ? others : []));
  const kept = words.filter(word => !covered.includes(word));
  const closing = kept.filter(word => word !== 'an operator');
  return listed(isMark && closing.length > 0 ? closing : kept);
}

/** Kinds of things first, then `an operator`, then single words, then the end. */
function listed(words: readonly string[]): string {
  const rank = (word: string): number =>
    word === theEnd ? 3 : word.startsWith('`') ? 2 : word === 'an operator' ? 1 : 0;
  const sorted = words.toSorted((a, b) => rank(a) - rank(b));
  const last = sorted.pop() ?? theEnd;
  return sorted.length === 0 ? last : `${sorted.join(', ')} or ${last}`;
}
