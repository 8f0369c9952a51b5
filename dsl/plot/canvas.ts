/** A rectangle of characters. Columns count from the left, rows from the bottom, as axes do. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #rows: readonly string[][];

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#rows = Array.from({ length: height }, () => Array.from({ length: width }, () => ' '));
  }

  put(column: number, row: number, mark: string): void {
    const cells = this.#rows[this.height - 1 - row];
    if (cells !== undefined && column >= 0 && column < this.width) cells[column] = mark;
  }

  /** Writes a text in the middle. */
  write(text: string): void {
    const start = Math.floor((this.width - text.length) / 2);
    const row = Math.floor(this.height / 2);
    Array.from(text).forEach((letter, i) => this.put(start + i, row, letter));
  }

  isBlank(): boolean {
    return this.#rows.every(row => row.every(cell => cell === ' '));
  }

  /** The rows as text, the top one first. */
  lines(): readonly string[] {
    return this.#rows.map(row => row.join(''));
  }
}
