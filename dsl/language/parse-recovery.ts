/** Continues after a definition or statement that does not parse, to find further errors. */
import type { Failure } from './parse-failure.ts';
import { closerOf, isCloser, type Token, tokensOf } from './parse-tokens.ts';

/** A definition of `op`, a statement of `cd`, a title, where nothing may be left out: any word. */
const standIn = 'x';

/**
 * The text with a word in place of the failed definition or statement, padded to the same length;
 * undefined if its end cannot be found. Statements are also found inside the parentheses of
 * `~~(…)`, `for` and `if`.
 */
export function withoutFailed({ language, text, found, open }: Failure): string | undefined {
  const isNested = language === 'cd' && open.at(-1)?.text === '(';
  const level = isNested ? open.length : 0;
  const separators = separatorsAt(level, tokensOf(text), found);
  const start = separators.findLast(token => token.end <= found.start)?.end ?? 0;
  const end = separators.find(token => token.start >= found.start)?.start ?? text.length;
  const [before, failed, after] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
  if (failed.trim() !== '') return `${before}${blank(failed, standIn)}${after}`;
  // Nothing stands between two separators, and the second is what was found.
  return found.text === ';' && before.endsWith(';')
    ? `${before}${failed} ${after.slice(1)}`
    : undefined;
}

function blank(text: string, word: string): string {
  const at = text.search(/\S/);
  return (
    text.replaceAll(/[^\n]/g, ' ').slice(0, at) +
    word +
    text.replaceAll(/[^\n]/g, ' ').slice(at + 1)
  );
}

/** The `;`s at a given bracket depth, and the brackets that open and close that level. */
function separatorsAt(level: number, tokens: readonly Token[], found: Token): readonly Token[] {
  const separators: Token[] = [];
  let depth = 0;
  for (const token of tokens) {
    const before = depth;
    if (closerOf(token) !== undefined) depth += 1;
    if (isCloser(token)) depth = Math.max(0, depth - 1);
    if (before < level && depth >= level) {
      // Text after a closed bracket belongs to another level.
      if (token.start < found.start) separators.length = 0;
      separators.push(token);
    } else if (before === level && (token.text === ';' || depth < level)) {
      separators.push(token);
    }
  }
  return separators;
}
