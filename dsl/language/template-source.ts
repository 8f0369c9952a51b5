/** The text of one template, and the mapping of its offsets back to the user's file. */
import type { Location, Source, Span } from '../../compiler/index.ts';
import { type AnyFunction, captureFrame, type Frame } from './call-site.ts';
import { placeTemplate, standIn, type TemplatePlaces } from './template-places.ts';
import { readTextFile, type TextFile } from './text-file.ts';

/** Stands for one `${…}` in the text of a template; `language.ohm` uses it too. */
export const holeMark = '\u{E000}';

/** Facts about a template from the user's file: its position, and its scope. */
export interface KnownPlace {
  readonly places: TemplatePlaces;
  /** Where the JavaScript variable of this name is declared. */
  readonly declarationOf: (name: string) => Location | undefined;
}

export class TemplateSource implements Source {
  /** As written, escapes included, with `holeMark` in place of each `${…}`. */
  readonly text: string;
  readonly #raw: readonly string[];
  readonly #call: Span | undefined;
  readonly #findFrame: () => Frame | undefined;
  readonly known: KnownPlace | undefined;
  #places: TemplatePlaces | undefined;

  /**
   * `tag` is the function the user called: the template is located at that call. Of a template of einc's own it is
   * the user's call of the function that contains it, and all of the template is there.
   */
  constructor(
    { raw }: Pick<TemplateStringsArray, 'raw'>,
    tag: AnyFunction | Span,
    known?: KnownPlace,
  ) {
    this.#raw = raw;
    this.text = raw.map(quasi => quasi.replaceAll(holeMark, '\u{FFFD}')).join(holeMark);
    this.#call = typeof tag === 'function' ? undefined : tag;
    this.#findFrame = known || typeof tag !== 'function' ? () => undefined : captureFrame(tag);
    this.known = known;
    this.#places = known?.places;
  }

  /** The index of the hole at this offset. */
  holeIndex(offset: number): number {
    return this.text.slice(0, offset).split(holeMark).length - 1;
  }

  /** A hole is one character of `text`: its offset maps to the `$`, the next offset to what follows the hole. */
  locate(offset: number): Location {
    if (this.#call) return placeOf(this.#call);
    const { file, offsets } = this.#located();
    return file.locate(offsets[offset] ?? file.text.length);
  }

  /** The user's file and where in it the template begins, if they can be found. */
  fileBefore(): { readonly file: TextFile; readonly end: number } | undefined {
    if (this.#call) return undefined;
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

function placeOf({ source, start, end }: Span): Location {
  return { ...source.locate(start), length: end - start };
}

/** Whether something stands behind this that it could be applied to. */
export function isFollowedByArgument({ source, end }: Span): boolean {
  return (
    source instanceof TemplateSource && /^\s*[\p{L}\d_({\u{E000}]/u.test(source.text.slice(end))
  );
}
