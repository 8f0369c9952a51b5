/** The text of an einsum string with its holes filled in, and the mapping of offsets back to the template. */
import type { Span } from '../../compiler/index.ts';
import type { Hole, StringLit } from './ast.ts';

interface Piece {
  readonly part: StringLit['parts'][number];
  readonly text: string;
  readonly start: number;
}

export class SpecText {
  readonly text: string;
  readonly #literal: StringLit;
  readonly #pieces: readonly Piece[];

  constructor(literal: StringLit, valueOf: (hole: Hole) => string) {
    const pieces: Piece[] = [];
    let start = 0;
    for (const part of literal.parts) {
      const text = 'text' in part ? part.text : valueOf(part);
      pieces.push({ part, text, start });
      start += text.length;
    }
    this.text = pieces.map(({ text }) => text).join('');
    this.#literal = literal;
    this.#pieces = pieces;
  }

  /** A text without a template around it: its spans are offsets in the text. */
  static alone(text: string): SpecText {
    const source = { locate: () => ({ file: '', line: 1, column: 1, text }) };
    const span = { source, start: 0, end: text.length };
    const literal = {
      kind: 'string',
      span: { ...span, end: text.length + 1 },
      parts: [{ span, text }],
    } as const;
    return new SpecText(literal, () => '');
  }

  /** Text from a hole maps to the whole hole. The end of the text maps to the closing quote. */
  spanOf(start: number, end: number): Span {
    const { source, end: afterQuote } = this.#literal.span;
    const first = this.#pieceAt(start);
    const from = first ? offsetIn(first, start, first.part.span.start) : afterQuote - 1;
    const last = start < end ? this.#pieceAt(end - 1) : undefined;
    return { source, start: from, end: last ? offsetIn(last, end, last.part.span.end) : from };
  }

  #pieceAt(offset: number): Piece | undefined {
    return this.#pieces.find(({ text, start }) => offset >= start && offset < start + text.length);
  }
}

function offsetIn({ part, start }: Piece, offset: number, ofHole: number): number {
  return 'text' in part ? part.span.start + offset - start : ofHole;
}
