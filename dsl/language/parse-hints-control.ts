/** Declarations and control flow of the host languages: TypeScript has them, around the template. */
import { type Hint, segmentBefore, spanning } from './parse-failure.ts';
import { endsName } from './parse-tokens.ts';

/** `const z = …`; `let` is a word of `cd`, and with `in` one of OCaml. */
const declaration: Hint = failure => {
  const { language, found, after } = failure;
  const [word, name] = segmentBefore(failure);
  const declares =
    /^(?:const|var)$/.test(word?.text ?? '') ||
    (language === 'op' && word?.text === 'let' && after.every(({ text }) => text !== 'in'));
  if (!declares || !word || name?.kind !== 'name' || found.text !== '=') return undefined;
  const write = {
    op: `write \`${name.text} = …\``,
    cd: `write \`let ${name.text} = …\`, or for an array that changes \`{ ${name.text} } =: …\``,
  };
  return {
    message: `a definition in \`${language}\` has no \`${word.text}\``,
    at: word,
    help: [write[language]],
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

/** `open Foo; …`, `let open Foo in …` */
const opened: Hint = failure => {
  const { found, after } = failure;
  const words = [...segmentBefore(failure), found, ...after];
  const open = words.findIndex(({ text }) => text === 'open');
  const [first] = words;
  const isFirst = open === 0 || (open === 1 && first?.text === 'let');
  const [word, name] = words.slice(open);
  if (!isFirst || !first || !word || !/^\p{Lu}/u.test(name?.text ?? '')) return undefined;
  return {
    message: "`open` is OCaml's; here TypeScript's `import` stands above the template",
    at: spanning(first, word),
    help: ['use what it brings through holes: `${f}(x)`'],
  };
};

/** `while c do … done` */
const whileLoop: Hint = ({ language, before }) => {
  const starts = (i: number): boolean => [undefined, ';', '('].includes(before[i - 1]?.text);
  const first = before.find(({ text }, i) => text === 'while' && starts(i));
  if (!first) return undefined;
  const loop = { op: 'loop in TypeScript', cd: 'loop over a static symbol: `for i in ${…} (…)`' };
  return {
    message: 'there is no `while`: what a routine does is settled when it is compiled',
    at: first,
    help: [loop[language]],
  };
};

/** `fun x -> …`, `match x with | …` */
const matchOrFun: Hint = failure => {
  const { language, found } = failure;
  const word = segmentBefore(failure).find(({ text }) => text === 'fun' || text === 'match');
  if (word?.text === 'fun' && found.text === '->') return { at: word, ...aboutFunctions };
  if (word?.text !== 'match' || (found.text !== '|' && found.text !== '->')) return undefined;
  const instead = { op: '`${condition ? x : y}`', cd: '`if ${…} then (…) else (…)`' };
  return {
    message: "`match` is OCaml's; here TypeScript chooses, when the template is made",
    at: word,
    help: [`write ${instead[language]}`],
  };
};

const aboutFunctions = {
  message: "`fun` is OCaml's; here a function has a name or is one of TypeScript's",
  help: ['write `name(x, y) = …` in `op`, or `x => cd`…`` around the template'],
};

/** `if c then x else y`, `for i = 1 to 3 do … done` in `op` */
const controlInOp: Hint = ({ language, found, after: [next], expected }) => {
  const isValue = expected.includes('an expression') && !expected.includes('an operator');
  if (language !== 'op' || !isValue || endsName(next)) return undefined;
  if (found.text === 'if') {
    return {
      message: 'there is no `if` in `op`',
      help: [
        'to choose cell by cell write `where(condition, x, y)`; ' +
          'to choose when the template is made, `${condition ? x : y}`',
      ],
    };
  }
  if (found.text !== 'for') return undefined;
  return {
    message: 'there is no `for` in `op`',
    help: ['loop in TypeScript, or over an axis by `scan`; in `cd` write `for i in ${…} (…)`'],
  };
};

export const controlHints: readonly Hint[] = [
  opened,
  declaration,
  letIn,
  whileLoop,
  matchOrFun,
  controlInOp,
];
