/** OCaml's ways of leaving a language and of entering one, and its exact numbers. */
import { type Hint, spanning } from './parse-failure.ts';

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

export const ocamlHints: readonly Hint[] = [hostCode, extensionPoint, exactBits];
