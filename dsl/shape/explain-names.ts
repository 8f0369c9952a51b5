/** Axes of einsum specs whose names are not read as the user probably meant. */

/**
 * Without a comma or a sign of a richer axis each letter is an axis: `row col => col row` has six on
 * the left. Undefined where no name of several letters seems meant: names that are apart by a space,
 * or have digits.
 */
export function meantAsNames(spec: string): string | undefined {
  if (/[,*+^<:]|=(?!>)/.test(spec)) return undefined;
  const isApart = /[\p{L}\d_]{2,} +[\p{L}\d_]/u.test(spec);
  if (!isApart && !/[\p{L}_]\d/u.test(spec)) return undefined;
  const [left, right] = spec.split('=>').map(withCommas);
  const name = /[\p{L}_][\p{L}\d_]+/u.exec(spec)?.[0];
  if (left === undefined || right === undefined || name === undefined) return undefined;
  const isWhole = wordsOf(right).every(word => wordsOf(left).includes(word));
  const comma = left.includes(',') || right.includes(',') ? '' : ',';
  return `a name of more than one letter needs a comma beside it: \`${isWhole ? `${left}${comma} => ${right}` : `${name},`}\``;
}

function withCommas(side: string): string {
  return side.trim().replaceAll(/(?<=[\p{L}\d_.]) +(?=[\p{L}\d_.])/gu, ', ');
}

function wordsOf(side: string): readonly string[] {
  return side.match(/[\p{L}_][\p{L}\d_]*/gu) ?? [];
}

/** A comma or `^` makes `ij` one name: the same spec with a comma between all letters. */
export function meantAsLetters(spec: string): string {
  return spec.replaceAll(/(?<!\.)\p{L}{2,}(?!\.)/gu, name => Array.from(name).join(', '));
}
