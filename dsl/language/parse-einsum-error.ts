/** Error messages for einsum specifications that cannot be parsed. */
import type { FailedMatchResult } from 'ohm-js';
import { UserError } from '../../compiler/index.ts';
import { expectedWords, oneOf, theEnd } from './parse-expected.ts';
import type { SpecText } from './spec-text.ts';

export function einsumError(text: SpecText, match: FailedMatchResult): UserError {
  const { message, at, length, help } = adviceOn(text.text, match);
  const labels = [{ span: text.spanOf(at, at + length) }];
  return new UserError({ code: 'EINC0102', message, labels, help: [help] });
}

interface Advice {
  readonly message: string;
  readonly at: number;
  readonly length: number;
  readonly help: string;
}

const axisForms = 'axes are separated by `,`; an axis is `i`, `3`, `_`, `2*o<+k`, `a^b` or `k:3`';
const form = 'a specification is `rhs; rhs => result`, each of them `batch | input -> output`';

function adviceOn(text: string, match: FailedMatchResult): Advice {
  if (!text.includes('=>')) return withoutArrow(text);
  const at = match.getRightmostFailurePosition();
  const found = wordAt(text, at);
  return { at, length: found.length, ...adviceAt(found, match) };
}

function withoutArrow(text: string): Advice {
  const arrow = text.lastIndexOf('->');
  const [at, length] = arrow < 0 ? [text.length, 0] : [arrow, 2];
  const message = 'an einsum specification has a `=>` before its result';
  return { message, at, length, help: inOurStyle(text) ?? form };
}

function adviceAt(found: string, match: FailedMatchResult): Pick<Advice, 'message' | 'help'> {
  if (/^\.\.[\p{L}_]/u.test(found)) {
    const help = `write \`...\`, or \`${found}..\` for a row variable with a name`;
    return { message: `\`${found}\` is not closed`, help };
  }
  if (found !== '' && !/^(?:[\p{L}\d_,;|.*+^<=:]|->|=>)/u.test(found)) {
    const message = `\`${found}\` has no meaning in an einsum specification`;
    return { message, help: 'an axis is a letter, a number or `_`; a `,` allows longer names' };
  }
  const expected = expectedWords(match);
  const isList = expected.includes('`,`');
  const startsAxis = isList && /^[\p{L}\d_]/u.test(found);
  const words = startsAxis ? '`,`' : oneOf(expected, false).replace(theEnd, end);
  const message = `expected ${words}, found ${found === '' ? end : `\`${found}\``}`;
  return { message, help: isList ? axisForms : form };
}

const end = 'the end of the string';

/** NumPy's `ij,jk->ik`. */
function inOurStyle(text: string): string | undefined {
  const [, operands, result] = /^([^>;|]+)->([^>;|,]*)$/.exec(text) ?? [];
  if (operands === undefined || result === undefined) return undefined;
  const ours = `${operands
    .split(',')
    .map(operand => operand.trim())
    .join('; ')} => ${result.trim()}`;
  return `NumPy's \`${text.trim()}\` is written \`${ours}\``;
}

function wordAt(text: string, offset: number): string {
  const word = /->|=>|\.\.[\p{L}_][\p{L}\d_]*|\.+|\d+|[^]/uy;
  word.lastIndex = offset;
  return word.exec(text)?.[0] ?? '';
}
