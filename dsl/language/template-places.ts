/** Finds a template in the text of the user's file, character by character. */
import type { Frame } from './call-site.ts';
import { endOfHole } from './javascript-text.ts';
import { shownPath, TextFile } from './text-file.ts';

/** For each offset of the template's text, including its end, the offset of that character in `file`. */
export interface TemplatePlaces {
  readonly file: TextFile;
  readonly offsets: readonly number[];
  /** The file is the template alone, because the user's could not be read or has changed. */
  readonly isStandIn: boolean;
}

/**
 * The first template at or after the frame whose text is exactly `raw`; failing that (the frame of
 * a transpiled file may be off), the first such template of the file.
 */
export function placeTemplate(
  file: TextFile,
  raw: readonly string[],
  { line, column }: Frame,
): TemplatePlaces | undefined {
  const offsets =
    findTemplate(file.text, raw, file.offsetOf(line, column)) ?? findTemplate(file.text, raw, 0);
  return offsets && { file, offsets, isStandIn: false };
}

function findTemplate(
  text: string,
  raw: readonly string[],
  from: number,
): readonly number[] | undefined {
  for (let at = text.indexOf('`', from); at >= 0; at = text.indexOf('`', at + 1)) {
    const offsets = matchTemplate(text, at, raw);
    if (offsets) return offsets;
  }
  return undefined;
}

function matchTemplate(
  text: string,
  backtick: number,
  raw: readonly string[],
): readonly number[] | undefined {
  const offsets: number[] = [];
  let at = backtick + 1;
  for (const [i, quasi] of raw.entries()) {
    for (const character of quasi.split('')) {
      const written = text.startsWith('\r\n', at) ? '\r\n' : text.charAt(at);
      // JavaScript normalises every line break of a template to `\n`.
      if (character !== (written.startsWith('\r') ? '\n' : written)) return undefined;
      offsets.push(at);
      at += written.length;
    }
    offsets.push(at);
    if (i === raw.length - 1) break;
    const end = text.startsWith('${', at) ? endOfHole(text, at + 2) : undefined;
    if (end === undefined) return undefined;
    at = end;
  }
  return text[at] === '`' ? offsets : undefined;
}

/** Shown if the file is not available: the template alone, its holes numbered from 1. */
export function standIn(raw: readonly string[], frame: Frame | undefined): TemplatePlaces {
  const offsets: number[] = [];
  let text = '';
  for (const [i, quasi] of raw.entries()) {
    for (const character of quasi.split('')) {
      offsets.push(text.length);
      text += character;
    }
    offsets.push(text.length);
    if (i < raw.length - 1) text += `\${${i + 1}}`;
  }
  const name = frame ? shownPath(frame.path) : '<template>';
  return { file: new TextFile(name, text, frame?.line), offsets, isStandIn: true };
}
