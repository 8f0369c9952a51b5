/** The names that `op` knows as functions. */
import { cumulative } from './cumulative.ts';
import { indexings } from './indexing.ts';
import { conversions, functions } from './operations.ts';
import { randomFunctions } from './random.ts';
import { arities } from './transforms.ts';

/** Functions that move cells. */
export const viewNames = [
  'concat',
  'flatten',
  'flip',
  'pad',
  'repeat',
  'reshape',
  'roll',
  'tile',
  'transpose',
] as const;

export type ViewName = (typeof viewNames)[number];

export function isView(name: string): name is ViewName {
  return viewNames.some(known => known === name);
}

export const functionNames: readonly string[] = [
  ...functions.keys(),
  ...viewNames,
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
