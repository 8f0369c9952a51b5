/** Looks for a JavaScript variable that the user may have meant as `${name}`. */
import type { Location, Source } from '../../compiler/index.ts';
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
  const code = withoutComments(file.text.slice(0, end));
  const places = declarations(name)
    .flatMap(pattern => Array.from(code.matchAll(pattern), m => m.index + m[0].lastIndexOf(name)))
    .filter(place => !isBeingDefined.test(code.slice(place + name.length)));
  return places.length === 0 ? undefined : file.locate(Math.max(...places));
}

/** `const y = op` right before the template: there is no `y` yet. */
const isBeingDefined = /^\s*(?::[^=;]*)?=\s*[\w$.]+(?:<[^`]*>)?`$/;

/** Each matches up to and including the name. */
function declarations(name: string): readonly RegExp[] {
  const patterns = [
    String.raw`\b(?:const|let|var|function\*?|class)\s+NAME`,
    String.raw`\b(?:const|let|var)\s+[^=;]*?[,:{[\s]NAME(?=\s*[,\]}=])(?=[^;]*=)`,
    String.raw`\bimport\s[^;'"]*?\bNAME(?=\s*[,}]|\s+from\b)`,
    String.raw`\bNAME(?=\s*=>)`,
    // A parameter: a list that is followed by an arrow or a body.
    String.raw`\((?:[^()]*[,{\s[:])?(?:\.\.\.)?NAME(?=[?:,=}\]\s)][^()]*\)\s*(?::[^=(){}]+)?(?:=>|\{)|\)\s*(?::[^=(){}]+)?(?:=>|\{))`,
  ];
  return patterns.map(pattern => new RegExp(pattern.replace('NAME', String.raw`${name}\b`), 'g'));
}

/** Keeps the length, so that offsets stay valid. */
function withoutComments(code: string): string {
  const comment = /^\s*\/\/.*$|\/\*[\s\S]*?\*\//gm;
  return code.replace(comment, text => text.replace(/[^\n\r]/g, ' '));
}
