/** A second definition or assignment that runs into the first, and parameters without brackets. */
import { type Failure, type Hint, segmentBefore, spanning } from './parse-failure.ts';
import { closerOf, endsOperand, isCloser, type Token } from './parse-tokens.ts';

/** `a = x b = y`; the target of the second may be just what could not be read. */
const missingSemicolon: Hint = failure => {
  const segment = segmentBefore(failure);
  const words = [...segment, failure.found, ...failure.after];
  const assignment = words.findIndex((word, i) => i >= segment.length && assigns(failure, word));
  const target = targetStart(words.slice(0, assignment));
  const [previous, first] = words.slice(target - 1);
  const isHere = assignment >= 0 && target >= 1 && target <= segment.length;
  if (!isHere || !first || !previous) return undefined;
  const isSecond = segment.slice(0, target).some(word => assigns(failure, word));
  if (!isSecond || !(endsOperand(previous) || previous.text === '~projections')) return undefined;
  const thing = failure.language === 'op' ? 'definition' : 'assignment';
  return { message: `expected \`;\` before the next ${thing}`, at: first };
};

/** `x =: y let z = …` */
const missingBeforeLet: Hint = ({ language, found, before }) => {
  const previous = before.at(-1);
  if (language !== 'cd' || found.text !== 'let' || !previous || !endsOperand(previous)) {
    return undefined;
  }
  return { message: 'expected `;` before `let`' };
};

/** `mlp x = …` */
const bareParameters: Hint = failure => {
  if (failure.language !== 'op' || !assigns(failure, failure.found)) return undefined;
  const [name, first, ...others] = segmentBefore(failure);
  const params = first ? [first, ...others] : [];
  if (!name || !first || ![name, ...params].every(({ kind }) => kind === 'name')) return undefined;
  const list = params.map(({ text }) => text).join(', ');
  return {
    message: `the parameters of \`${name.text}\` stand in parentheses`,
    at: spanning(first, params.at(-1) ?? first),
    help: [`write \`${name.text}(${list}) = …\``],
  };
};

function assigns({ language }: Failure, { kind, text }: Token): boolean {
  return kind === 'assignment' || (language === 'op' && kind === 'symbol' && text === '=');
}

/** Where in the segment begins what it ends with: `b`, `b(x, y)`, `{ b }`, `${p}.grad`. */
function targetStart(segment: readonly Token[]): number {
  let at = segment.length - 1;
  while (segment[at - 1]?.text === '.') at -= 2;
  const opened = openerIndex(segment, at);
  const isCall = segment[opened]?.text === '(' && segment[opened - 1]?.kind === 'name';
  return isCall ? opened - 1 : opened;
}

/** The index of the bracket that the one at `index` closes; `index` itself for any other word. */
function openerIndex(tokens: readonly Token[], index: number): number {
  let depth = 0;
  return tokens.findLastIndex((token, i) => {
    if (i > index) return false;
    if (isCloser(token)) depth += 1;
    else if (closerOf(token) !== undefined) depth -= 1;
    return depth <= 0;
  });
}

export const separatorHints: readonly Hint[] = [missingSemicolon, missingBeforeLet, bareParameters];
