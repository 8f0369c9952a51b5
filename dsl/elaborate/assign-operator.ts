import type { AccumulateOp } from '../../compiler/index.ts';
import type { Ident } from '../language/ast.ts';
import { fail } from './errors.ts';

/** The meaning of an assignment operator: the op to accumulate with, and whether to reset first. */
export interface AssignOperator {
  readonly op: 'set' | AccumulateOp;
  readonly reset: boolean;
}

const accumulators: Readonly<Record<string, AccumulateOp>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '**': 'pow',
  '@^': 'max',
  '@-': 'min',
  '&&': 'and',
  '||': 'or',
  '?/': 'relu_gate',
  '?^': 'sat01_gate',
};

/** `=:`, `=+`, `=:+`, … */
export function assignOperator({ text, span }: Ident): AssignOperator {
  if (text === '=:') return { op: 'set', reset: false };
  const reset = text.startsWith('=:');
  const op = accumulators[text.slice(reset ? 2 : 1)];
  if (op !== undefined) return { op, reset };
  const known = ['=:', ...Object.keys(accumulators).flatMap(sign => [`=${sign}`, `=:${sign}`])];
  throw fail('EINC0212', `\`${text}\` is not an assignment einc can accumulate with`, span, {
    help: [`the assignments are ${known.map(k => `\`${k}\``).join(' ')}`],
  });
}
