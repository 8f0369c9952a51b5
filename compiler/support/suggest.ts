/** The candidate that `name` most likely misspells, if one is near enough to be worth naming. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const [nearest] = Array.from(candidates, candidate => ({
    candidate,
    // Capitals are the likeliest slip.
    edits: name.toLowerCase() === candidate.toLowerCase() ? 0.5 : edits(name, candidate),
  }))
    // Otherwise every one-letter name would be near every other.
    .filter(({ edits }) => edits <= Math.max(1, name.length / 3) && edits < name.length)
    .sort((a, b) => a.edits - b.edits);
  return nearest?.candidate;
}

/**
 * How many letters to add, drop, change or swap with their neighbour to get from `a` to `b`: optimal
 * string alignment (Damerau 1964, no letter edited twice). Rows are prefixes of `a`.
 */
function edits(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = at(row, j - 1) + Number(a[i - 1] !== b[j - 1]);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? at(before, j - 2) + 1 : Infinity;
      next.push(Math.min(at(row, j) + 1, at(next, j - 1) + 1, change, swap));
    }
    [before, row] = [row, next];
  }
  return at(row, b.length);
}

function at(row: readonly number[], j: number): number {
  return row[j] ?? Infinity;
}
