/** Operators of TypeScript and OCaml that are spelled differently here. */
import { type Hint, spanning, touches } from './parse-failure.ts';
import { isInValue } from './parse-hints-operators.ts';

/** `+.` and `-.` of OCaml */
const floatOperator: Hint = ({ found }) => {
  if (found.text !== '+.' && found.text !== '-.') return undefined;
  const op = found.text.charAt(0);
  return { message: `\`${found.text}\` is not an operator`, help: [`write \`${op}\``] };
};

const arrow: Hint = ({ language, found }) => {
  if (found.text !== '=>') return undefined;
  const instead = {
    op: 'write `name(x, y) = …`',
    cd: 'write the function in TypeScript: `x => cd`…``',
  };
  return { message: 'a function is not written with `=>` here', help: [instead[language]] };
};

const singleQuotes: Hint = ({ found }) =>
  found.text === "'" || found.text === '’'
    ? { message: 'a string stands in double quotes', help: ['write `"…"`'] }
    : undefined;

/** `w @ x` of NumPy */
const matrixProduct: Hint = ({ language, found }) =>
  language === 'op' && found.text === '@'
    ? { message: '`@` is not an operator', help: ['the tensor product is written `w * x`'] }
    : undefined;

/** `y := x` in `op` */
const colonEquals: Hint = ({ language, found, after: [next] }) =>
  language === 'op' && found.text === ':' && next?.text === '='
    ? { message: '`:=` is written `=` in `op`', at: spanning(found, next) }
    : undefined;

/** `{ w: [16] }` */
const colonInBraces: Hint = ({ found, before, open }) => {
  const name = before.at(-1);
  if (found.text !== ':' || open.at(-1)?.text !== '{' || name?.kind !== 'name') return undefined;
  return { help: [`its axes stand behind a semicolon: { ${name.text}; o = [16] }`] };
};

/** `x += y` and `x := y` in `cd` */
const turnedAssignment: Hint = ({ language, found, before, after: [next] }) => {
  if (language !== 'cd') return undefined;
  const previous = before.at(-1);
  if (
    found.text === '=' &&
    previous &&
    /^[-+*/]$/.test(previous.text) &&
    touches(previous, found)
  ) {
    const [turned, op] = [`=${previous.text}`, previous.text];
    return {
      message: `\`${op}=\` is written \`${turned}\` here`,
      at: spanning(previous, found),
    };
  }
  if (found.text !== ':' || next?.text !== '=') return undefined;
  return { message: '`:=` is written `=:` here', at: spanning(found, next) };
};

const equalsInCd: Hint = failure =>
  failure.language === 'cd' && failure.found.text === '=' && !isInValue(failure)
    ? {
        message: '`=` does not assign in `cd`',
        help: ['write `=:` to set, `=+` to add to what is there'],
      }
    : undefined;

/** `y =-x` is a definition, so `=-` is left to other hints. */
const assignmentInOp: Hint = ({ language, found }) =>
  language === 'op' && found.kind === 'assignment' && found.text !== '=-'
    ? {
        message: `\`${found.text}\` assigns, which is for \`cd\``,
        help: ['in `op` a value is named with `=`'],
      }
    : undefined;

export const foreignHints: readonly Hint[] = [
  floatOperator,
  arrow,
  singleQuotes,
  matrixProduct,
  colonEquals,
  colonInBraces,
  turnedAssignment,
  equalsInCd,
  assignmentInOp,
];
