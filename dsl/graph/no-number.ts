import { UserError } from '../../compiler/index.ts';
import { type AnyFunction, callSite } from '../language/call-site.ts';

/** As what JavaScript wants a value: `+x` and `x < 1` as a number, `${x}` as a string, `x + 1` and `x == 1` as either. */
export type PrimitiveHint = 'number' | 'string' | 'default';

interface Named {
  toString(): string;
}

/**
 * What `Symbol.toPrimitive` of a tensor or of one of its arrays gives: text for messages. With anything else JavaScript would
 * compute NaN or compare texts.
 */
export function textOnly(of: Named, name: string, hint: PrimitiveHint): string {
  if (hint === 'string') return of.toString();
  const method = Reflect.get(of, Symbol.toPrimitive) as AnyFunction;
  throw new UserError({
    code: 'EINC0511',
    message: `JavaScript cannot compute with \`${name}\`, which stands for an array`,
    labels: [{ span: callSite(method) }],
    help: [
      'for a number that a routine has computed: ctx.item(x)',
      'for a tensor computed from it: op`${x} + 1`',
      'for its name and shape in a text: `${x}`',
    ],
  });
}
