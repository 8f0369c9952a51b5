/**
 * Finds the templates of a file without TypeScript: those whose tag has its usual name. A
 * missed template, or a false one, costs only time.
 */
import type { Language } from '../../dsl/dry-run/index.ts';
import { endOfHole } from '../../dsl/language/javascript-text.ts';
import { holeMark } from '../../dsl/language/template-source.ts';

export interface LikelyTemplate {
  readonly language: Language;
  /** With a mark in place of each hole. */
  readonly text: string;
}

export function countLikely(file: string): number {
  return file.match(tags)?.length ?? 0;
}

export function likelyTemplates(file: string): readonly LikelyTemplate[] {
  return Array.from(file.matchAll(tags)).flatMap(({ 0: tag, 1: name, index }) => {
    const text = textAt(file, index + tag.length);
    return text === undefined ? [] : { language: name === 'op' ? 'op' : 'cd', text };
  });
}

const tags = /\b(op|cd)\s*(?:<[^`;]*>\s*)?`/g;

/** `start` is just after the back-tick. */
function textAt(file: string, start: number): string | undefined {
  let text = '';
  for (let at = start; at < file.length;) {
    const [plain = ''] = /^(?:[^`\\$]|\\[^]|\$(?!\{))*/.exec(file.slice(at)) ?? [];
    text += plain;
    at += plain.length;
    if (file[at] === '`') return text.replaceAll(/\r\n?/g, '\n');
    const end = endOfHole(file, at + '${'.length);
    if (end === undefined) return undefined;
    text += holeMark;
    at = end;
  }
  return undefined;
}
