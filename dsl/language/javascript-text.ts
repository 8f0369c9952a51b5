/**
 * Just enough of JavaScript's lexical grammar to skip the expression in a `${…}`. A `/` is
 * distinguished from a regular expression by the preceding token, which is right for all but contrived
 * code; a wrong guess only makes the column of an error message inexact.
 */

/** `start` is just after `${`; the result is just after the `}` that closes it. */
export function endOfHole(text: string, start: number): number | undefined {
  let depth = 0;
  let before = '';
  for (let at = start; at < text.length;) {
    const word = wordAt(text, at, before);
    if (word === undefined) return undefined;
    at += word.length;
    if (word === '{') depth += 1;
    if (word === '}' && depth-- === 0) return at;
    if (!blank.test(word)) before = word;
  }
  return undefined;
}

const blank = /^(?:\s|\/\/|\/\*)/;
const word =
  /\s+|\/\/[^\n\r]*|\/\*[\s\S]*?\*\/|[\p{ID_Start}$_][\p{ID_Continue}$]*|\d[\w.]*|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|[\s\S]/uy;
const regularExpression = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y;
/** What a value can end with, so that a `/` after it divides. */
const endsValue = /[\p{ID_Continue}$)\]}'"`]$/u;
const beforeValue = /^(?:return|typeof|instanceof|in|of|new|delete|void|throw|case|await|yield)$/;

function wordAt(text: string, at: number, before: string): string | undefined {
  if (text[at] === '`') return templateAt(text, at);
  if (text[at] === '/' && (!endsValue.test(before) || beforeValue.test(before))) {
    const literal = matchAt(regularExpression, text, at);
    if (literal !== undefined && !blank.test(literal)) return literal;
  }
  return matchAt(word, text, at);
}

function templateAt(text: string, start: number): string | undefined {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '`') return text.slice(start, at + 1);
    if (text[at] === '\\') at += 1;
    if (!text.startsWith('${', at)) continue;
    const end = endOfHole(text, at + 2);
    if (end === undefined) return undefined;
    at = end - 1;
  }
  return undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/**
 * The same text with blanks for what is no code: comments, and what stands in quotes and templates but for their
 * `${…}`. Offsets stay valid. The text may end anywhere, also in a template.
 */
export function onlyCode(text: string): string {
  let code = '';
  let before = '';
  /** The number of open braces in each enclosing `${…}`; -1 for a template. */
  const open: number[] = [0];
  for (let at = 0; at < text.length;) {
    const depth = open.at(-1) ?? 0;
    const word = depth < 0 ? wordOfTemplate(text, at) : wordOutside(text, at, before);
    at += word.length;
    follow(open, word);
    code += isCode(word, depth) ? word : word.replaceAll(/[^\n\r]/g, ' ');
    if (!blank.test(word)) before = word;
  }
  return code;
}

/** Updates the open brackets after a word. */
function follow(open: number[], word: string): void {
  const depth = open.at(-1) ?? 0;
  if (depth < 0) {
    if (word === '`') open.pop();
    if (word === '${') open.push(0);
  } else if (word === '`') open.push(-1);
  else if (word === '{') open[open.length - 1] = depth + 1;
  else if (word === '}' && depth > 0) open[open.length - 1] = depth - 1;
  else if (word === '}' && open.length > 1) open.pop();
}

function wordOfTemplate(text: string, at: number): string {
  if (text[at] === '\\') return text.slice(at, at + 2);
  return text.startsWith('${', at) ? '${' : (text[at] ?? '');
}

function wordOutside(text: string, at: number, before: string): string {
  return text[at] === '`' ? '`' : (wordAt(text, at, before) ?? text[at] ?? '');
}

function isCode(word: string, depth: number): boolean {
  if (depth < 0) return word === '`' || word === '${';
  return !/^(?:\/[/*]|['"]|\/.)/.test(word);
}
