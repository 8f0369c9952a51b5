/** Derivatives are taken only with respect to floats; checked now or once the dtype is decided. */
import { type DType, kindOf, type Span } from '../../compiler/index.ts';
import type { Solver } from '../shape/solve.ts';
import { demand, type DTypeVar, resolveDType } from './dtype-var.ts';

/** A tensor with respect to which `call`, one of `grad vjp jvp`, at `span`, differentiates. */
export interface DerivativeBy {
  readonly call: string;
  readonly name: string;
  readonly dtype: DTypeVar;
  readonly span: Span;
}

export function demandFloat({ call, name, dtype, span }: DerivativeBy, solver: Solver): void {
  const isDecided = resolveDType(dtype).decision !== undefined;
  const refusal = {
    code: 'EINC0404' as const,
    message: (found: DType) =>
      `\`${call}\` is asked for a derivative by \`${name}\`, which is ${found}: there are none by ${plural(found)}`,
    span,
    help: () => [
      isDecided
        ? `convert first, and compute with the floats that you differentiate by: z = f32(${name})`
        : 'convert what it meets first: f32(…)',
    ],
  };
  demand(dtype, { accepts: found => kindOf(found) === 'float', refusal }, solver);
}

function plural(dtype: DType): string {
  return dtype === 'bool' ? 'bools' : 'integers';
}
