/** Words that are invalid: unfinished, run together, or not allowed at that place. */
import { type Hint, spanning, touches } from './parse-failure.ts';
import { endsName, isCloser, keywords } from './parse-tokens.ts';

const emptyTemplate: Hint = ({ language, found, before }) => {
  if (found.kind !== 'end' || before.length > 0) return undefined;
  const example = { op: 'an expression: `relu(x)`', cd: 'assignments: `{ y } =: relu(x)`' };
  return { message: 'the template is empty', help: [`write ${example[language]}`] };
};

const unclosedComment: Hint = ({ found }) => {
  if (found.kind !== 'unclosedComment') return undefined;
  return {
    message: 'this comment is not closed',
    at: { ...found, end: found.start + found.text.length },
    help: ['a comment ends with `*)`'],
  };
};

const unclosedString: Hint = ({ found, after }) => {
  if (found.kind !== 'unclosedString') return undefined;
  const end = after[0]?.kind === 'end' ? 'the template' : 'the line';
  return {
    message: `expected \`"\`, found the end of ${end}`,
    at: { ...found, start: found.end },
    also: [{ at: { ...found, end: found.start + 1 }, text: 'the string opens here' }],
  };
};

const strayCloser: Hint = ({ found, open }) => {
  if (!isCloser(found) || open.length > 0) return undefined;
  return { message: `\`${found.text}\` closes nothing: no bracket is open here` };
};

const bareFraction: Hint = ({ found, after: [next] }) => {
  if (!found.text.endsWith('.') || next?.kind !== 'number' || !touches(found, next)) {
    return undefined;
  }
  const at = spanning(found, next);
  const op = found.text.slice(0, -1);
  const digits = next.text.replace(/\.$/, '');
  if (['', '+', '-'].includes(op)) {
    return { message: 'a number starts with a digit', at, help: [`write \`0.${digits}\``] };
  }
  return {
    message: `\`${found.text}${next.text}\` can be read in two ways`,
    at,
    help: [`write \`${found.text} ${next.text}\` or \`${op} 0.${digits}\``],
  };
};

const gluedNumber: Hint = ({ found, after: [next] }) => {
  if (found.kind !== 'number' || next?.kind !== 'name' || !touches(found, next)) return undefined;
  if (/^_[\d_]+$/.test(next.text)) {
    return {
      message: `\`${found.text}${next.text}\` has \`_\` between its digits`,
      at: spanning(found, next),
      help: [`write \`${found.text}${next.text.replaceAll('_', '')}\``],
    };
  }
  const isExponent = /^e$/i.test(next.text);
  if (/^l$/i.test(next.text)) {
    return {
      message: `\`${found.text}${next.text}\` is OCaml's way of writing an exact integer`,
      at: spanning(found, next),
      help: [`write \`${found.text}\`: a number becomes what it is used with`],
    };
  }
  return {
    message: `\`${found.text}${next.text}\` is neither a number nor a name`,
    at: spanning(found, next),
    help: [
      isExponent
        ? `an exponent has digits: \`${found.text}e-4\``
        : `for a product write \`${found.text} *. ${next.text}\``,
    ],
  };
};

const misplacedKeyword: Hint = ({ language, found, expected, before, after: [next] }) => {
  const { kind, text } = found;
  const isName = expected.includes('a name');
  const isValue = expected.includes('an expression') && !expected.includes('an operator');
  if (kind !== 'name' || !keywords.has(text) || !(isName || isValue)) return undefined;
  if (text === 'else' && before.at(-1)?.text === ';') {
    return {
      message: '`else` follows a `;`, which ends its `if`',
      help: ['leave out the `;`, or group the statements: `then (…; …) else (…)`'],
    };
  }
  if (isValue && text !== 'in' && !endsName(next)) {
    const where = language === 'op' ? 'belongs to `cd`' : 'is part of a statement, not a value';
    return { message: `\`${text}\` ${where}`, help: ['write `if ${…} then (…) else (…)` in `cd`'] };
  }
  return { message: `\`${text}\` is a keyword and cannot be a name` };
};

const doubleSemicolon: Hint = ({ found, before }) =>
  found.text === ';' && before.at(-1)?.text === ';'
    ? { message: 'nothing stands between this `;` and the one before it' }
    : undefined;

export const wordHints: readonly Hint[] = [
  emptyTemplate,
  unclosedComment,
  unclosedString,
  strayCloser,
  bareFraction,
  gluedNumber,
  misplacedKeyword,
  doubleSemicolon,
];
