/** The error for an unknown field of an inline definition `{ w; … }`. */
export function notARow(name: string): {
  readonly message: string;
  readonly help: readonly string[];
} {
  return {
    message: `\`${name}\` is not a row of axes`,
    help: ['the rows are `o` (output), `i` (input) and `b` (batch): { w; o = [16] }'],
  };
}
