/** A template of a file that TypeScript has read, as the languages take it. */
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
  const texts = pieces.map(piece => textOf(piece, file.text));
  const raw = texts.map(({ text }) => text);
  const offsets = texts.flatMap(({ offsets }) => offsets);
  const places = { file, offsets, isStandIn: false };
  return new TemplateSource({ raw }, placedTemplate, { places, declarationOf });
}

interface Piece {
  readonly text: string;
  /** Of each character of the text, and of its end. */
  readonly offsets: readonly number[];
}

/** JavaScript reads every line break of a template as `\n`. */
function textOf(piece: ts.TemplateLiteralLikeNode, file: string): Piece {
  const isLast = ts.isTemplateTail(piece) || ts.isNoSubstitutionTemplateLiteral(piece);
  const start = piece.getStart() + 1;
  const end = piece.end - (isLast ? 1 : '${'.length);
  const offsets: number[] = [];
  for (let at = start; at < end; at += file.startsWith('\r\n', at) ? 2 : 1) offsets.push(at);
  const text = file.slice(start, end).replaceAll(/\r\n?/g, '\n');
  return { text, offsets: [...offsets, end] };
}
