/** Error messages for templates that cannot be parsed. */
import type { FailedMatchResult, Grammar, MatchResult } from 'ohm-js';
import { type Diagnostic, type Label, UserError } from '../../compiler/index.ts';
import { expectedWords, oneOf } from './parse-expected.ts';
import { type Advice, described, type Failure } from './parse-failure.ts';
import { hints } from './parse-hints.ts';
import { withoutFailed } from './parse-recovery.ts';
import { closerOf, isMark, openBrackets, tokensOf } from './parse-tokens.ts';
import type { TemplateSource } from './template-source.ts';

type Language = Failure['language'];

/** The result of `build` for the whole template; a template that does not parse is a `UserError`. */
export function matched<T>(
  language: Language,
  source: TemplateSource,
  grammar: Grammar,
  build: (match: MatchResult) => T,
): T {
  try {
    const match = grammar.match(source.text, 'Program');
    if (match.failed()) throw new UserError(...syntaxErrors(language, source, grammar, match));
    return build(match);
  } catch (error) {
    if (error instanceof RangeError && error.message.includes('call stack')) throw tooDeep(source);
    throw error;
  }
}

/** The first error, and those in the definitions or statements after it. */
function syntaxErrors(
  language: Language,
  source: TemplateSource,
  grammar: Grammar,
  failed: FailedMatchResult,
): readonly [Diagnostic, ...Diagnostic[]] {
  const failure = failureOf(language, source.text, failed);
  let advice = adviceOn(failure);
  const errors: [Diagnostic, ...Diagnostic[]] = [syntaxError(source, advice)];
  let last = failure;
  for (let text = withoutFailed(last); text !== undefined; text = withoutFailed(last)) {
    const match = grammar.match(text, 'Program');
    if (!match.failed()) break;
    const next = failureOf(language, text, match);
    // Stops: later errors are likely consequences of the same mistake.
    if (next.found.start <= last.found.start) break;
    const also = adviceOn(next);
    // A hint may refer to words before both.
    if (also.at.start !== advice.at.start) errors.push(syntaxError(source, also));
    [last, advice] = [next, also];
  }
  return errors;
}

function failureOf(language: Language, text: string, match: FailedMatchResult): Failure {
  const tokens = tokensOf(text);
  const offset = match.getRightmostFailurePosition();
  const next = tokens.findIndex(token => token.end > offset);
  const index = next < 0 ? tokens.length - 1 : next;
  const [found = endOf(text), ...after] = tokens.slice(index);
  const before = tokens.slice(0, index);
  const expected = expectedWords(match);
  return {
    language,
    text,
    before,
    found,
    after,
    open: openBrackets(before),
    expected,
  };
}

function endOf(text: string): Failure['found'] {
  return { kind: 'end', text: '', start: text.length, end: text.length };
}

/** The first hint that applies, on top of the generic message. */
function adviceOn(failure: Failure): Advice {
  const plain = plainAdvice(failure);
  const { found } = failure;
  for (const hint of hints) {
    const advice = hint(failure);
    if (!advice) continue;
    const { message } = advice;
    return message === undefined ? { ...plain, ...advice } : { at: found, ...advice, message };
  }
  return plain;
}

function plainAdvice({ found, expected, open }: Failure): Advice {
  const message = `expected ${oneOf(expected, isMark(found))}, found ${described(found)}`;
  const bracket = open.at(-1);
  const closer = closerOf(bracket);
  if (!bracket || closer === undefined || !expected.includes(`\`${closer}\``)) {
    return { message, at: found };
  }
  const text = `this \`${bracket.text}\` is still open`;
  return { message, at: found, also: [{ at: bracket, text }] };
}

function syntaxError(source: TemplateSource, advice: Advice): Diagnostic {
  const { code = 'EINC0101', message, at, also = [], help = [] } = advice;
  const labels: Label[] = [{ at, text: '' }, ...also].map(({ at: { start, end }, text }) => {
    return { span: { source, start, end }, text };
  });
  return { code, message, labels, help };
}

function tooDeep(source: TemplateSource): UserError {
  const start = source.text.search(/\S/);
  return new UserError({
    code: 'EINC0101',
    message: 'the template is nested too deeply to be read',
    labels: [{ span: { source, start, end: start + 1 } }],
    help: ['give its parts names: put them in templates of their own, or in definitions'],
  });
}
