/** Functions, operators and labels of OCANNL that are spelled differently here. */
import { ops } from '../../compiler/index.ts';
import { type Hint, spanning, touches } from './parse-failure.ts';
import type { Token } from './parse-tokens.ts';

/** Its functions of an einsum string, as operators. */
const einsums: ReadonlyMap<string, string> = new Map([
  ['einsum', 'a +* "…" b'],
  ['einsum1', 'a ++ "…"'],
  ['einsum3', '(a, b, c) +* "…"'],
  ['outer_sum', 'a +++ "…" b'],
  ['einmax1', 'a @^^ "…"'],
  ['tropical', 'a @^+ "…" b'],
  ['concat_sum', '(a, b) ++^ "…"'],
  ['concat', '(a, b) ++^ "…"'],
]);

/** `einsum "…" a b`, `einsum("…", a, b)` */
const einsumFunction: Hint = ({ found, before }) => {
  const last = before.at(-1);
  const name = last?.text === '(' ? before.at(-2) : last;
  const instead = name?.kind === 'name' ? einsums.get(name.text) : undefined;
  if (found.kind !== 'string' || !name || instead === undefined) return undefined;
  return {
    message: `\`${name.text}\` of a string is an operator here`,
    at: name,
    help: [`write \`${instead}\``],
  };
};

/** `~-x` */
const tildeMinus: Hint = ({ found, after: [next] }) => {
  if (found.text !== '~' || !next || !/^-\.?$/.test(next.text) || !touches(found, next)) {
    return undefined;
  }
  const written = `~${next.text}`;
  return {
    message: `\`${written}\` is written \`-\` here`,
    at: spanning(found, next),
    help: ['write `-x`'],
  };
};

/** `key ^^ counter`, `key ^^^^ counter` */
const threefry: Hint = ({ found, after, expected }) => {
  const marks = [found, ...after];
  const count = marks.findIndex(
    ({ text }, i) => text !== '^' || (i > 0 && !touches(marks[i - 1], marks[i])),
  );
  const last = marks[count - 1];
  if (!last || (count !== 2 && count !== 4) || !expected.includes('an operator')) return undefined;
  const name = `threefry4x32_${count === 2 ? 'light' : 'crypto'}`;
  return {
    message: `\`${'^'.repeat(count)}\` is not an operator`,
    at: spanning(found, last),
    help: [`for OCANNL's threefry write \`${name}_first(a, b, counter)\`, and \`_second\`, of u64`],
  };
};

/** `y =: x ~projections:p` */
const projectionsOf: Hint = ({ found, before, after: [value] }) => {
  const word = before.at(-1);
  if (found.text !== ':' || word?.text !== '~projections' || !value) return undefined;
  return {
    message: '`~projections` takes nothing: projections are not values here',
    at: spanning(found, value),
    help: ['leave it out, or say which axes meet: `~logic:"…"`'],
  };
};

/** `layer ~hid:16 x`, `relu ~spec:"…" x` */
const bareLabel: Hint = ({ language, found, before, after: [name, colon] }) => {
  if (language !== 'op' || found.text !== '~') return undefined;
  if (name?.kind !== 'name' || colon?.text !== ':') return undefined;
  const callee = before.at(-1);
  const layer = callee?.kind === 'hole' ? '${…}' : callee?.kind === 'name' ? callee.text : 'layer';
  if (isOfSpec(name) || Object.hasOwn(ops, layer)) {
    return {
      message: `\`${layer}\` takes no settings`,
      help: [withoutSetting(layer, name)],
    };
  }
  return {
    message: 'the settings of a layer stand in parentheses',
    help: [`write \`${layer}(~${name.text}: …)\``],
  };
};

function withoutSetting(operation: string, setting: Token): string {
  if (isOfSpec(setting)) return `write \`${operation}(x) ++ "…"\``;
  if (setting.text === 'label') return `name what it makes: \`y = ${operation}(x)\``;
  return `leave out \`~${setting.text}\``;
}

function isOfSpec({ text }: Token): boolean {
  return text === 'spec' || text === 'capture_dims';
}

export const ocannlHints: readonly Hint[] = [
  einsumFunction,
  tildeMinus,
  threefry,
  projectionsOf,
  bareLabel,
];
