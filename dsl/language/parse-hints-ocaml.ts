/** Constructs of OCaml, and of OCANNL in it, that TypeScript or other words have here. */
import { type Hint, segmentBefore, spanning } from './parse-failure.ts';

/** `[%oc e]` */
const hostCode: Hint = ({ found, before, after }) => {
  const words = found.text === '[' ? [found, ...after] : [...before.slice(-1), found, ...after];
  const [open, percent, name] = words;
  if (open?.text !== '[' || percent?.text !== '%' || name?.text !== 'oc') return undefined;
  return {
    message: "`[%oc` is OCaml's way of leaving the language",
    at: spanning(open, name),
    help: ['what TypeScript computes stands in a hole: `${…}`'],
  };
};

/** `let%op f x = …`, `[%cd …]` */
const extensionPoint: Hint = ({ language, text, found, before, after }) => {
  const [percent, name] = found.text === '[' ? after : [found, ...after];
  if (percent?.text !== '%' || (name?.text !== 'op' && name?.text !== 'cd')) return undefined;
  const previous = before.at(-1);
  const at = spanning(previous?.text === 'let' ? previous : found, name);
  const written = text.slice(at.start, at.end);
  return {
    message: `\`${written}\` is OCaml's way; here the tag of the template says \`${language}\``,
    at,
    help: [`leave out \`${written}\``],
  };
};

/** `let x = … in …`; and in `cd`, which has `let`, what is not like it. */
const letIn: Hint = failure => {
  const [first, name] = segmentBefore(failure);
  if (first?.text !== 'let') return undefined;
  const { language, found } = failure;
  if (language === 'op') {
    return {
      message: 'there is no `let` in `op`',
      at: first,
      help: ['write one after the other: `x = …; relu(x)`'],
    };
  }
  if (found.text === 'in') {
    return {
      message: '`let` has no `in` here: it holds to the end of its sequence',
      help: ['write `let x = …; y =: relu(x)`'],
    };
  }
  if (found.kind !== 'assignment') return undefined;
  return {
    message: `\`let\` takes \`=\`, not \`${found.text}\``,
    help: [
      `write \`let ${name?.text ?? 'x'} = …\`, or for an array that changes \`{ ${name?.text ?? 'x'} } ${found.text} …\``,
    ],
  };
};

/** `fun x -> …`, `match x with | …`, `while c do … done` */
const hostConstruct: Hint = failure => {
  const { before } = failure;
  const starts = (i: number): boolean => [undefined, ';', '('].includes(before[i - 1]?.text);
  const first = before.find(({ text }, i) => text === 'while' && starts(i));
  if (first) {
    const loop = { op: 'loop in TypeScript', cd: 'loop over a static symbol: `for i in ${…} (…)`' };
    return {
      message: 'there is no `while`: what a routine does is settled when it is compiled',
      at: first,
      help: [loop[failure.language]],
    };
  }
  const word = segmentBefore(failure).find(({ text }) => text === 'fun' || text === 'match');
  if (word?.text === 'fun' && failure.found.text === '->') return { at: word, ...aboutFunctions };
  if (word?.text !== 'match' || failure.found.text !== '|') return undefined;
  const instead = { op: '`${condition ? x : y}`', cd: '`if ${…} then (…) else (…)`' };
  return {
    message: "`match` is OCaml's; here TypeScript chooses, when the template is made",
    at: word,
    help: [`write ${instead[failure.language]}`],
  };
};

const aboutFunctions = {
  message: "`fun` is OCaml's; here a function has a name or is one of TypeScript's",
  help: ['write `name(x, y) = …` in `op`, or `x => cd`…`` around the template'],
};

/** `!%bits` */
const exactBits: Hint = ({ found, before, after: [next] }) => {
  const [mark, percent] = found.text === '!' ? [found, next] : [before.at(-1), found];
  if (mark?.text !== '!' || percent?.text !== '%') return undefined;
  return {
    message: "`!%` is OCaml's way of giving the bits of a number",
    at: spanning(mark, percent),
    help: ['what TypeScript knows stands in a hole: `${…}`'],
  };
};

/** `layer ~hid:16 x` */
const bareLabel: Hint = ({ language, found, before, after: [name, colon] }) => {
  if (language !== 'op' || found.text !== '~') return undefined;
  if (name?.kind !== 'name' || colon?.text !== ':') return undefined;
  const callee = before.at(-1);
  const layer = callee?.kind === 'hole' ? '${…}' : callee?.kind === 'name' ? callee.text : 'layer';
  return {
    message: 'the settings of a layer stand in parentheses',
    help: [`write \`${layer}(~${name.text}: …)\``],
  };
};

export const ocamlHints: readonly Hint[] = [
  hostCode,
  extensionPoint,
  letIn,
  hostConstruct,
  exactBits,
  bareLabel,
];
