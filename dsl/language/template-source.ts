/** The text of one template, and the way back from its offsets to the user's file. */
import type { Location, Source } from '../../compiler/index.ts';
import { type AnyFunction, captureFrame, type Frame } from './call-site.ts';
import { placeTemplate, standIn, type TemplatePlaces } from './template-places.ts';
import { readTextFile, type TextFile } from './text-file.ts';

/** Stands for one `${…}` in the text of a template; `language.ohm` knows it too. */
export const holeMark = '\u{E000}';

export class TemplateSource implements Source {
  /** As written, escapes included, with `holeMark` in place of each `${…}`. */
  readonly text: string;
  readonly #raw: readonly string[];
  readonly #findFrame: () => Frame | undefined;
  #places: TemplatePlaces | undefined;

  /** `tag` is the function the user called: the template stands where that call stands. */
  constructor({ raw }: TemplateStringsArray, tag: AnyFunction) {
    this.#raw = raw;
    this.text = raw.map(quasi => quasi.replaceAll(holeMark, '\u{FFFD}')).join(holeMark);
    this.#findFrame = captureFrame(tag);
  }

  /** Which of the template's holes stands at this offset. */
  holeIndex(offset: number): number {
    return this.text.slice(0, offset).split(holeMark).length - 1;
  }

  /** A hole is one character of `text`: at its offset stands the `$`, at the next what follows it. */
  locate(offset: number): Location {
    const { file, offsets } = this.#located();
    return file.locate(offsets[offset] ?? file.text.length);
  }

  /** The user's file and where in it the template begins, if they can be found. */
  fileBefore(): { readonly file: TextFile; readonly end: number } | undefined {
    const { file, offsets, isStandIn } = this.#located();
    return isStandIn ? undefined : { file, end: offsets[0] ?? 0 };
  }

  #located(): TemplatePlaces {
    this.#places ??= find(this.#raw, this.#findFrame());
    return this.#places;
  }
}

function find(raw: readonly string[], frame: Frame | undefined): TemplatePlaces {
  const file = frame && readTextFile(frame.path);
  return (file && placeTemplate(file, raw, frame)) ?? standIn(raw, frame);
}
