/** Words that are valid by themselves but not after the preceding ones. */
import { notARow } from './not-a-row.ts';
import { described, type Hint } from './parse-failure.ts';
import { beginsOperand } from './parse-tokens.ts';

const holeAfterKeyword: Hint = ({ language, found, before }) => {
  if (language !== 'cd' || found.kind === 'hole') return undefined;
  const last = before.at(-1)?.text;
  if (last === 'if') {
    return {
      message: 'the condition of `if` stands in a `${…}`',
      help: ['write `if ${…} then (…)`: the condition is decided in TypeScript'],
    };
  }
  if (last !== 'in' || before.at(-3)?.text !== 'for') return undefined;
  return {
    message: 'the range of `for` stands in a `${…}`',
    help: ['write `for i in ${…} (…)`, with a static symbol in the hole'],
  };
};

const logicWithoutString: Hint = ({ before }) => {
  const last = before.at(-1)?.text;
  if (last !== '~logic' && (last !== ':' || before.at(-2)?.text !== '~logic')) return undefined;
  return {
    message: '`~logic` takes a string',
    help: ['write `~logic:"."` for pointwise, `~logic:"@"` for a product, or an einsum string'],
  };
};

const missingSpec: Hint = ({ expected, before }) => {
  if (!expected.includes('a string in double quotes')) return undefined;
  const op = before.findLast(({ text }) => text === '++' || text === '+*')?.text;
  if (op === undefined) return undefined;
  const example = op === '++' ? 'x ++ "...|... => 0"' : 'a +* "ij; jk => ik" b';
  return { help: [`\`${op}\` takes an einsum string: \`${example}\``] };
};

/** `x ++ "…" /. n` */
const looseEinsum: Hint = ({ found, before }) => {
  if (before.at(-1)?.kind !== 'string' || !/^(?:[*/]|\.$)/.test(found.text)) return undefined;
  const op = before.findLast(({ text }) => text === '++' || text === '+*')?.text;
  if (op === undefined) return undefined;
  return {
    message: `\`${op}\` with its string takes parentheses before \`${found.text}\``,
    help: [`write \`(x ${op} "…")${found.text === '.' ? '.' : ` ${found.text} `}…\``],
  };
};

const sectionWithoutBody: Hint = ({ found, expected }) =>
  found.text === ')' && expected.includes('a string in double quotes')
    ? { help: ['a section is `~~("title"; statements)`'] }
    : undefined;

const axesOfInline: Hint = ({ found, expected, open }) => {
  if (open.at(-1)?.text === '[' && found.text === ';') {
    return { help: ['axes are separated by `,`'] };
  }
  return expected.includes('`[`') ? { help: ['axes stand in brackets: `o = [16]`'] } : undefined;
};

/** `{ w; any_label = 3 }` */
const labelOfInline: Hint = ({ expected, before, open }) => {
  const [name, sign] = before.slice(-2);
  if (open.at(-1)?.text !== '{' || sign?.text !== '=' || !expected.includes('`[`')) {
    return undefined;
  }
  if (!name || /^(?:[oib]|output|input|batch)$/.test(name.text)) return undefined;
  return { code: 'EINC0208', at: name, ...notARow(name.text) };
};

/** `x.sum()`, `loss.forward()` */
const methodCall: Hint = ({ before, found }) => {
  const [dot, name] = before.slice(-2);
  if (found.text !== '(' || dot?.text !== '.' || name?.kind !== 'name') return undefined;
  const isCode = /^(?:forward|backprop|zero_grads|init_params)$/.test(name.text);
  return {
    message: `\`.${name.text}\` is no method`,
    at: name,
    help: [
      isCode
        ? `leave out the parentheses: \`.${name.text}\``
        : `functions stand before what they are applied to: \`${name.text}(x)\``,
    ],
  };
};

/** An operand after one that cannot be applied; on a new line it likely begins something new. */
const notApplicable: Hint = ({ text, before, found, expected }) => {
  if (!beginsOperand(found) || !expected.includes('an operator')) return undefined;
  if (expected.includes('an expression')) return undefined;
  if (expected.includes('`;`') && text.slice(before.at(-1)?.end, found.start).includes('\n')) {
    return { message: `expected an operator or \`;\` before ${described(found)}` };
  }
  return {
    message: `expected an operator before ${described(found)}`,
    help: [
      'only a name, a `${…}`, a call or a parenthesis takes arguments; ' +
        'a product is written `*` or `*.`',
    ],
  };
};

const unknownAnnotation: Hint = ({ found }) =>
  found.text === '~' ? { help: ['`~logic:"…"` may follow an assignment'] } : undefined;

const unknownOperator: Hint = ({ found, expected }) => {
  if (!expected.includes('an operator') || !/^[!#%&^|<>?]/.test(found.text)) return undefined;
  return {
    help: ['the operators are `+ - * *. / /. % ** **. < <= > >= == != && || @^ @- @| ++ +*`'],
  };
};

export const structureHints: readonly Hint[] = [
  holeAfterKeyword,
  logicWithoutString,
  missingSpec,
  looseEinsum,
  sectionWithoutBody,
  labelOfInline,
  axesOfInline,
  methodCall,
  notApplicable,
  unknownAnnotation,
  unknownOperator,
];
