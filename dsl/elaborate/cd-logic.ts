import type { Expr, StringLit } from '../language/ast.ts';
import type { LogicLit } from '../language/ast-cd.ts';
import type { Logic } from '../shape/logic.ts';
import type { Operands } from './cd-operands.ts';
import type { CdScope } from './cd-scope.ts';
import { fail } from './errors.ts';
import { specOf, textOfSpec } from './spec.ts';

/** The logic of an assignment, from `~logic`; without it an assignment is pointwise. */
export function logicOf(
  written: LogicLit | undefined,
  value: Expr,
  operands: Operands,
  scope: CdScope,
): Logic {
  if (!written) return { kind: 'pointwise' };
  const { text, captures } = written;
  const count = operands.tensors.length;
  const name = textOfSpec(text, scope.holes);
  const [captured] = captures;
  if (captured && !name.includes('=>')) {
    throw fail('EINC0304', `the logic \`${name}\` has no axes to capture`, captured.span);
  }
  switch (name) {
    case '.':
      return { kind: 'pointwise' };
    case '@':
      if (value.kind === 'infix' && value.op === '*' && count === 2) return { kind: 'compose' };
      throw fail('EINC0218', 'the logic `@` is about one product of two tensors', value.span, {
        help: ['write x * y ~logic:"@", or for anything else an einsum spec'],
      });
    case 'T':
      if (count === 1) return { kind: 'transpose' };
      throw fail('EINC0218', 'the logic `T` is about one tensor', value.span, {
        help: ['write x ~logic:"T", or for anything else an einsum spec'],
      });
    default:
      return einsumOf(text, count, scope);
  }
}

function einsumOf(written: StringLit, count: number, { holes }: CdScope): Logic {
  const { spec, text } = specOf(written, holes);
  if (spec.operands.length === count) return { kind: 'einsum', spec, text };
  const has = spec.operands.length;
  const tensors = count === 1 ? '1 tensor' : `${count} tensors`;
  throw fail('EINC0304', `the assignment uses ${tensors} but its spec has ${has}`, spec.span, {
    help: [
      count === 0
        ? 'leave the spec out: numbers have no axes'
        : `write the axes of ${count === 1 ? 'that one' : 'each'} before \`=>\`: "${axesOf(count)} => …"`,
      ...(has === 1 && count > 1 ? [`or of what is computed of them: (…) ++ "${text}"`] : []),
    ],
  });
}

/** The spec of a pointwise assignment from `count` tensors, such as `i; i`. */
function axesOf(count: number): string {
  return Array.from({ length: count }, () => 'i').join('; ');
}
