/** Operators of TypeScript and C that are functions here, or mean something else. */
import { type Failure, type Hint, segmentBefore, spanning, touches } from './parse-failure.ts';

const comparisons = new Set(['<', '<=', '>', '>=', '==', '!=', '<>']);

/** `where(a = b, …)`, or a second `=` in a definition or an assignment. */
const singleEquals: Hint = ({ found }) =>
  found.text === '='
    ? { message: '`=` does not compare', help: ['two values are compared with `==`'] }
    : undefined;

/** `a === b`, `a !== b`, of which the last sign could not be read. */
const strictEquality: Hint = ({ before, found }) => {
  const first = before.at(-1);
  if (found.text !== '=' || !first || !touches(first, found)) return undefined;
  if (first.text !== '==' && first.text !== '!=') return undefined;
  return {
    message: `\`${first.text}=\` is written \`${first.text}\` here`,
    at: spanning(first, found),
  };
};

/** `a << b` */
const shift: Hint = ({ before, found }) => {
  const first = before.at(-1);
  if (!/^[<>]$/.test(found.text) || first?.text !== found.text || !touches(first, found)) {
    return undefined;
  }
  const name = found.text === '<' ? 'shift_left' : 'shift_right';
  return {
    message: `\`${found.text.repeat(2)}\` is not an operator`,
    at: spanning(first, found),
    help: [`write \`${name}(x, y)\``],
  };
};

/** `a < b < c` */
const chain: Hint = ({ found, expected }) =>
  comparisons.has(found.text) && expected.includes('an operator')
    ? {
        message: 'comparisons do not chain',
        help: ['write `a < b && b < c`, or put one of them in parentheses'],
      }
    : undefined;

/** `x == y` as a statement of `cd` */
const comparedStatement: Hint = failure => {
  const compares = segmentBefore(failure).find(({ text }) => text === '==');
  if (!compares || !failure.expected.includes('an assignment such as `=:`')) return undefined;
  return {
    message: '`==` compares, it does not assign',
    at: compares,
    help: ['write `name =: …` to assign'],
  };
};

const negation: Hint = ({ found, expected }) =>
  found.text === '!' && expected.includes('an expression')
    ? { message: '`!` is not an operator', help: ['write `not(x)`'] }
    : undefined;

const instead: ReadonlyMap<string, string> = new Map([
  ['?', 'a choice is written `where(condition, x, y)`'],
  ['&', 'write `x && y` for conditions, `bit_and(x, y)` for the bits of integers'],
  ['|', 'write `x || y` for conditions, `bit_or(x, y)` for the bits of integers'],
  ['^', 'write `x **. y` for a power, `bit_xor(x, y)` for the bits of integers'],
]);

const unlikeC: Hint = ({ found, expected }) => {
  const help = expected.includes('an operator') ? instead.get(found.text) : undefined;
  return help === undefined
    ? undefined
    : { message: `\`${found.text}\` is not an operator`, help: [help] };
};

export const operatorHints: readonly Hint[] = [
  strictEquality,
  singleEquals,
  shift,
  chain,
  comparedStatement,
  negation,
  unlikeC,
];

/** Whether a value is being read at `found`, so that nothing can be named or assigned there. */
export function isInValue(failure: Failure): boolean {
  const segment = segmentBefore(failure);
  if (segment.some(({ kind }) => kind === 'assignment')) return true;
  const before = failure.before.slice(0, failure.before.length - segment.length);
  // A statement begins after `;`; what is in brackets may be of a value around them.
  const isStatement = before.length === 0 || before.at(-1)?.text === ';';
  return !isStatement && isInValue({ ...failure, before: before.slice(0, -1) });
}
