/** The names that `op` knows as functions. */
import { cumulative } from './cumulative.ts';
import { indexings } from './indexing.ts';
import { conversions, functions } from './operations.ts';
import { randomFunctions } from './random.ts';
import { arities } from './transforms.ts';

export const functionNames: readonly string[] = [
  ...functions.keys(),
  ...Object.keys(arities),
  ...Object.keys(cumulative),
  'scan',
  ...indexings.keys(),
  ...randomFunctions.keys(),
  'dim',
];

export function isFunctionName(name: string): boolean {
  return functionNames.includes(name) || conversions.has(name);
}
