import { distance } from 'fastest-levenshtein';

/** The candidate that `name` most likely misspells, if one is near enough to be worth naming. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const [nearest] = Array.from(candidates, candidate => ({
    candidate,
    edits: distance(name, candidate),
  }))
    // Otherwise every one-letter name would be near every other.
    .filter(({ edits }) => edits <= Math.max(1, name.length / 3) && edits < name.length)
    .sort((a, b) => a.edits - b.edits);
  return nearest?.candidate;
}
