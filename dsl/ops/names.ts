/** The names that `op` knows as functions. */
import { indexings } from './indexing.ts';
import { functions } from './operations.ts';
import { arities } from './transforms.ts';

export const functionNames: readonly string[] = [
  ...functions.keys(),
  ...Object.keys(arities),
  ...indexings.keys(),
  'dim',
];

export function isFunctionName(name: string): boolean {
  return functionNames.includes(name);
}
