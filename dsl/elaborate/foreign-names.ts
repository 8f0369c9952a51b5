/** Functions that other libraries have and `op` spells otherwise: what to write for them. */
const sum = 'x ++ "...|... => 0"';

const spellings: Readonly<Record<string, string>> = {
  sum,
  mean: `(${sum}) /. n`,
  matmul: 'w * x',
  dot: 'w * x',
  mm: 'w * x',
  einsum: 'a +* "i; j => i, j" b',
  square: 'x **. 2',
  softmax: 'exp(x) /. (exp(x) ++ "...|... => ...|0")',
};

/** What to write instead of a function that is not known; undefined where that is not known either. */
export function spellingOf(name: string): string | undefined {
  return Object.hasOwn(spellings, name) ? spellings[name] : undefined;
}

/** For a test: the names, and the expressions that are suggested. */
export const foreignNames: readonly string[] = Object.keys(spellings);
export const suggestedSpellings: readonly string[] = [...new Set(Object.values(spellings))];
