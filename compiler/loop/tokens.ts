/** Tokens of the printed loop IR. */
import { InternalError } from '../support/errors.ts';

const kinds = {
  comment: /\/\*.*?\*\//y,
  number: /(?:-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity)|NaN)(?!\w|\.\w)/y,
  // Before names: `max=` is one word.
  sign: /\.\.|(?:max|min|relu_gate|sat01_gate)=(?!=)|:=|(?:\*\*|&&|\|\||[-+*/])=|\*\*|[=!<]=|&&|\|\||[-+*/%<()[\]{}:;,]/y,
  name: /[A-Za-z_]\w*(?:\.\w+)*/y,
} as const;

export interface Token {
  readonly kind: keyof typeof kinds | 'end';
  readonly text: string;
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  for (;;) {
    while (/\s/.test(text.charAt(position))) position += 1;
    if (position >= text.length) return tokens;
    const found = tokenAt(text, position);
    if (!found)
      throw new InternalError(`loop IR text: cannot read ${text.slice(position, position + 20)}`);
    tokens.push(found);
    position += found.text.length;
  }
}

function tokenAt(text: string, position: number): Token | undefined {
  for (const [kind, pattern] of Object.entries(kinds)) {
    pattern.lastIndex = position;
    const match = pattern.exec(text)?.[0];
    if (match !== undefined) return { kind: kind as Token['kind'], text: match };
  }
  return undefined;
}

/** Reads tokens one by one; every failure says what was expected and what stood there. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  peek(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end', text: '' };
  }

  is(text: string): boolean {
    return this.peek().text === text;
  }

  /** Reads these words if they come next. */
  accept(...texts: readonly string[]): boolean {
    const isNext = texts.every((text, i) => this.#tokens[this.#position + i]?.text === text);
    if (isNext) this.#position += texts.length;
    return isNext;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail(`"${text}"`);
  }

  take(kind: Token['kind']): string {
    const { kind: found, text } = this.peek();
    if (found !== kind) this.fail(`a ${kind}`);
    this.#position += 1;
    return text;
  }

  takeNumber(): number {
    return Number(this.take('number'));
  }

  /** `item, item, …` up to `close`, which is read too; may be empty. */
  list<T>(close: string, item: () => T): readonly T[] {
    const items: T[] = [];
    while (!this.accept(close)) {
      if (items.length > 0) this.expect(',');
      items.push(item());
    }
    return items;
  }

  fail(expected: string): never {
    const rest = this.#tokens.slice(this.#position, this.#position + 6).map(t => t.text);
    throw new InternalError(`loop IR text: expected ${expected} before "${rest.join(' ')}"`);
  }
}
