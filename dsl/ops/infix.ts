import type { InfixOp } from '../language/ast.ts';

/** The scalar function of each infix operator that has one; `*`, `/` and `**` are not only that. */
export const infixFunctions = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '*.': 'mul',
  '/': 'div',
  '/.': 'div',
  '**': 'pow',
  '**.': 'pow',
  '%': 'mod',
  '@^': 'max',
  '@-': 'min',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '==': 'eq',
  '!=': 'ne',
  '<>': 'ne',
  '&&': 'and',
  '||': 'or',
  // OCANNL's: the first, the second, and the second where the first lets it through.
  '-@>': 'fst',
  '-/>': 'snd',
  '-?/': 'relu_gate',
  '-?^': 'sat01_gate',
} as const satisfies Readonly<Record<Exclude<InfixOp, '@|'>, string>>;
