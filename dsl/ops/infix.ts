import type { InfixOp } from '../language/ast.ts';

/** The scalar function of each infix operator that has one; `*`, `/` and `**` also have other meanings. */
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
  // OCANNL's operators: the first operand, the second operand, and the second if the first is positive.
  '-@>': 'fst',
  '-/>': 'snd',
  '-?/': 'relu_gate',
  '-?^': 'sat01_gate',
} as const satisfies Readonly<Record<Exclude<InfixOp, '@|'>, string>>;
