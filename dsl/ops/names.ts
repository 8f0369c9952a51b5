/** The names that `op` knows as functions. */
import { conversions, functions } from './operations.ts';
import { arities } from './transforms.ts';

export const functionNames: readonly string[] = [
  ...functions.keys(),
  ...Object.keys(arities),
  'dim',
];

export function isFunctionName(name: string): boolean {
  return functionNames.includes(name) || conversions.has(name);
}
