/** Statements are broken to fit. */
const width = 100;

/** Collects indented lines. Every printer and every emitter writes through one of these. */
export class Writer {
  readonly #lines: string[] = [];
  #depth = 0;

  /** Characters in a line. */
  get room(): number {
    return width - 2 * this.#depth;
  }

  line(text: string): this {
    this.#lines.push(text === '' ? '' : '  '.repeat(this.#depth) + text);
    return this;
  }

  /** A line that may be broken where it has spaces; what follows is indented by four. */
  statement(text: string): this {
    const { room } = this;
    let rest = text;
    let margin = '';
    while (margin.length + rest.length > room) {
      const cut = breakBefore(rest, room - margin.length);
      if (cut <= 0) break;
      this.line(margin + rest.slice(0, cut));
      rest = rest.slice(cut + 1);
      margin = '    ';
    }
    return this.line(margin + rest);
  }

  /** Texts that are not broken, as many in a line as it has room for. */
  words(texts: readonly string[]): this {
    const { room } = this;
    let line = '';
    for (const text of texts) {
      const longer = line === '' ? text : `${line} ${text}`;
      if (line !== '' && longer.length > room) this.line(line);
      line = line !== '' && longer.length > room ? text : longer;
    }
    return line === '' ? this : this.line(line);
  }

  /** `head {`, the indented body, `}`. */
  block(head: string, body: () => void): this {
    this.line(`${head} {`);
    this.indented(body);
    return this.line('}');
  }

  indented(body: () => void): this {
    this.#depth += 1;
    body();
    this.#depth -= 1;
    return this;
  }

  toString(): string {
    return this.#lines.map(line => line + '\n').join('');
  }
}

/** The last space that leaves at most `room` characters before it, outside subscripts if possible. */
function breakBefore(text: string, room: number): number {
  let depth = 0;
  let best = { at: -1, depth: Infinity };
  for (let i = 0; i <= room; i++) {
    const c = text.charAt(i);
    depth += Number(c === '[') - Number(c === ']');
    if (c === ' ' && depth <= best.depth) best = { at: i, depth };
  }
  return best.at;
}
