/** The names that `op` knows as functions. */
import { functions } from './operations.ts';
import { arities } from './transforms.ts';

export const functionNames: readonly string[] = [
  ...functions.keys(),
  ...Object.keys(arities),
  'dim',
  'stop_gradient',
];

export function isFunctionName(name: string): boolean {
  return functionNames.includes(name);
}
