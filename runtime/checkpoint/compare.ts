import { UserError } from '../../compiler/index.ts';
import type { Contents, SavedArray } from './format.ts';

const shownAtMost = 5;

/** Throws a `UserError` when a checkpoint is not of the program that has these arrays. */
export function checkSameProgram(path: string, saved: Contents, own: Omit<Contents, 'step'>): void {
  const notes = [...differences(saved, own)];
  if (notes.length === 0) return;
  const isSeedAlone = saved.seed !== own.seed && notes.length === 1;
  const more = notes.length - shownAtMost;
  throw new UserError({
    code: 'EINC0958',
    message: isSeedAlone
      ? `\`${path}\` is a checkpoint of a run with another seed`
      : `\`${path}\` is a checkpoint of another program`,
    notes: [...notes.slice(0, shownAtMost), ...(more > 0 ? [`and ${more} more`] : [])],
    help: isSeedAlone
      ? [`give the context or the training the seed it was started with: { seed: ${saved.seed} }`]
      : ['run the program that wrote it, or name another file'],
  });
}

function* differences(saved: Contents, own: Omit<Contents, 'step'>): Iterable<string> {
  if (saved.seed !== own.seed) {
    yield `its seed is ${saved.seed}, and that of this context ${own.seed}`;
  }
  const there = new Map(saved.arrays.map(array => [array.name, array]));
  for (const array of own.arrays) {
    const other = there.get(array.name);
    there.delete(array.name);
    if (!other) yield `it has no \`${array.name}\``;
    else if (shown(other) !== shown(array)) {
      yield `\`${array.name}\` is ${shown(other)} there and ${shown(array)} here`;
    }
  }
  for (const name of there.keys()) yield `it has \`${name}\`, which is not here`;
}

function shown({ dtype, dims }: SavedArray): string {
  return dims.length === 0 ? `a scalar ${dtype}` : `${dtype} ${dims.join('×')}`;
}
