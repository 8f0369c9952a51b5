/** Converts a template found by TypeScript to the form that the languages take. */
import { ts } from 'ts-morph';
import { type KnownPlace, TemplateSource, type TextFile } from '../../dsl/dry-run/index.ts';

/** `file` is the text that `node` is part of. */
export function placedTemplate(
  { template }: ts.TaggedTemplateExpression,
  file: TextFile,
  declarationOf: KnownPlace['declarationOf'],
): TemplateSource {
  const pieces = ts.isNoSubstitutionTemplateLiteral(template)
    ? [template]
    : [template.head, ...template.templateSpans.map(span => span.literal)];
  const ranges = pieces.map(rangeOf);
  const raw = ranges.map(range => textAt(range, file.text));
  const places = {
    file,
    isStandIn: false,
    // Most templates are correct, and then their places are never needed.
    get offsets(): readonly number[] {
      return ranges.flatMap(range => offsetsAt(range, file.text));
    },
  };
  return new TemplateSource({ raw }, placedTemplate, { places, declarationOf });
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function rangeOf(piece: ts.TemplateLiteralLikeNode): Range {
  const isLast = ts.isTemplateTail(piece) || ts.isNoSubstitutionTemplateLiteral(piece);
  return { start: piece.getStart() + 1, end: piece.end - (isLast ? 1 : '${'.length) };
}

/** JavaScript reads every line break of a template as `\n`. */
function textAt({ start, end }: Range, file: string): string {
  return file.slice(start, end).replaceAll(/\r\n?/g, '\n');
}

/** The place of each character of the text, and of its end. */
function offsetsAt({ start, end }: Range, file: string): readonly number[] {
  const offsets: number[] = [];
  for (let at = start; at < end; at += file.startsWith('\r\n', at) ? 2 : 1) offsets.push(at);
  return [...offsets, end];
}
