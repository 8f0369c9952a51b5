/** Looks for a JavaScript variable that the user may have meant as `${name}`. */
import type { Location, Source } from '../../compiler/index.ts';
import { onlyCode } from './javascript-text.ts';
import { TemplateSource } from './template-source.ts';

/**
 * Where the user's file declares the JavaScript variable `name` before the template: the last such
 * position. Based on regular expressions, so a guess, used only for a hint.
 */
export function javascriptVariable(source: Source, name: string): Location | undefined {
  if (source instanceof TemplateSource && source.known) return source.known.declarationOf(name);
  const before = source instanceof TemplateSource ? source.fileBefore() : undefined;
  if (!before || !/^\w+$/.test(name)) return undefined;
  const { file, end } = before;
  const code = onlyCode(file.text.slice(0, end));
  const places = declarations(name)
    .flatMap(({ pattern, isParameter }) =>
      Array.from(code.matchAll(pattern), m => ({
        place: m.index + m[0].lastIndexOf(name),
        isThere: isInScope(code, m.index, isParameter),
      })),
    )
    .filter(
      ({ place, isThere }) => isThere && !isBeingDefined.test(code.slice(place + name.length)),
    )
    .map(({ place }) => place);
  return places.length === 0 ? undefined : file.locate(Math.max(...places));
}

/** `const y = op` right before the template: there is no `y` yet. */
const isBeingDefined = /^\s*(?::[^=;]*)?=\s*[\w$.]+(?:<[^`]*>)?`$/;

interface Declaration {
  /** Up to and including the name. */
  readonly pattern: RegExp;
  readonly isParameter: boolean;
}

function declarations(name: string): readonly Declaration[] {
  const patterns = [
    String.raw`\b(?:const|let|var|function\*?|class)\s+NAME`,
    String.raw`\b(?:const|let|var)\s+[^=;]*?[,:{[\s]NAME(?=\s*[,\]}=])(?=[^;]*=)`,
    String.raw`\bimport\s[^;'"]*?\bNAME(?=\s*[,}]|\s+from\b)`,
  ];
  const parameters = [
    String.raw`\bNAME(?=\s*=>)`,
    // A list that is followed by an arrow or a body.
    String.raw`\((?:[^()]*[,{\s[:])?(?:\.\.\.)?NAME(?=[?:,=}\]\s)][^()]*\)\s*(?::[^=(){}]+)?(?:=>|\{)|\)\s*(?::[^=(){}]+)?(?:=>|\{))`,
  ];
  const named = (pattern: string): RegExp =>
    new RegExp(pattern.replace('NAME', String.raw`${name}\b`), 'g');
  return [
    ...patterns.map(pattern => ({ pattern: named(pattern), isParameter: false })),
    ...parameters.map(pattern => ({ pattern: named(pattern), isParameter: true })),
  ];
}

/** Whether a declaration at `start` is still in scope at the end: in its block, or in the function of which it is a parameter. */
function isInScope(code: string, start: number, isParameter: boolean): boolean {
  const header = /\bfor\s*(?:await\s*)?\(\s*$/.exec(code.slice(0, start));
  const isLocal = isParameter || header !== null;
  let depth = 0;
  for (const bracket of code
    .slice(header ? code.lastIndexOf('(', start) : start)
    .matchAll(/[()[\]{};,]/g)) {
    const [sign] = bracket;
    if ('([{'.includes(sign)) depth += 1;
    else if (')]}'.includes(sign)) depth -= 1;
    if (depth < 0 || (isLocal && depth === 0 && '};,'.includes(sign))) return false;
  }
  return true;
}
