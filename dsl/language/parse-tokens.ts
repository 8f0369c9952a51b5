/** Splits a template into words, only to explain why it could not be parsed. */
import { holeMark } from './template-source.ts';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** `end` is the empty word after the last. */
export type TokenKind = keyof typeof patterns | 'unclosedComment' | 'end';

const patterns = {
  name: /[\p{L}_][\p{L}0-9_]*/uy,
  number: /[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?/y,
  string: /"[^"\n]*"/y,
  unclosedString: /"[^"\n]*/y,
  hole: new RegExp(holeMark, 'y'),
  assignment: /=:?(?:\*\*|@\^|@-|\|\||&&|\?[/^]|[-+*/])|=:/y,
  symbol:
    /~logic|~projections|~~|[=!<>]=|<>|&&|\|\||=>|-@>|-\/>|-\?[/^]|@[-^](?![-+^])|->|\*\*\.?|[-+*/]\.|\+\+|\+\*|@\||!@|!\.\.?|[^]/uy,
};

export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = afterBlanks(text, 0); at < text.length;) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at = afterBlanks(text, token.end);
  }
  return [...tokens, { kind: 'end', text: '', start: text.length, end: text.length }];
}

function tokenAt(text: string, start: number): Token {
  if (text.startsWith('(*', start)) {
    return { kind: 'unclosedComment', text: '(*', start, end: text.length };
  }
  for (const [kind, pattern] of Object.entries(patterns)) {
    pattern.lastIndex = start;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) continue;
    return { kind: kind as TokenKind, text: found, start, end: start + found.length };
  }
  // Half of a surrogate pair.
  return { kind: 'symbol', text: text.charAt(start), start, end: start + 1 };
}

/** Skips spaces and comments; stops at an unclosed comment. */
function afterBlanks(text: string, start: number): number {
  let at = start;
  for (;;) {
    const next = afterBlank(text, at);
    if (next === at) return at;
    at = next;
  }
}

function afterBlank(text: string, at: number): number {
  if (text.startsWith('//', at)) {
    const lineEnd = text.indexOf('\n', at);
    return lineEnd < 0 ? text.length : lineEnd;
  }
  if (text.startsWith('(*', at)) return afterComment(text, at);
  return at < text.length && text.charAt(at) <= ' ' ? at + 1 : at;
}

function afterComment(text: string, start: number): number {
  const edge = /\(\*|\*\)/g;
  edge.lastIndex = start;
  let depth = 0;
  for (let found = edge.exec(text); found; found = edge.exec(text)) {
    depth += found[0] === '(*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return start;
}

const closers = new Map([
  ['(', ')'],
  ['{', '}'],
  ['[', ']'],
]);

/** The bracket that closes this one; `undefined` for any other word. */
export function closerOf(token: Token | undefined): string | undefined {
  return token?.kind === 'symbol' ? closers.get(token.text) : undefined;
}

export function isCloser({ kind, text }: Token): boolean {
  return kind === 'symbol' && [...closers.values()].includes(text);
}

/** True of what closes, separates or ends. */
export function isMark(token: Token): boolean {
  return isCloser(token) || token.kind === 'end' || token.text === ';' || token.text === ',';
}

/** True of what may follow a name and no word that begins something: `f(if) = …`. */
export function endsName(token: Token | undefined): boolean {
  return token !== undefined && (isMark(token) || token.text === '=');
}

/** The brackets that these words leave open, the innermost last. */
export function openBrackets(tokens: readonly Token[]): readonly Token[] {
  const open: Token[] = [];
  for (const token of tokens) {
    if (closerOf(token) !== undefined) open.push(token);
    else if (isCloser(token) && token.text === closerOf(open.at(-1))) open.pop();
  }
  return open;
}

export const keywords: ReadonlySet<string> = new Set(['if', 'then', 'else', 'for', 'in']);

/** True of what an expression can begin with, operators apart. */
export function beginsOperand(token: Token): boolean {
  return isAtom(token) || token.text === '(' || token.text === '{';
}

/** True of what an expression can end with. */
export function endsOperand(token: Token): boolean {
  return isAtom(token) || token.kind === 'string' || token.text === ')' || token.text === '}';
}

function isAtom({ kind, text }: Token): boolean {
  return kind === 'number' || kind === 'hole' || (kind === 'name' && !keywords.has(text));
}
