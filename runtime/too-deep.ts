/** Programs that are too deep for the recursion of the language and the compiler. */
import { UserError } from '../compiler/index.ts';

/** The error itself, unless it says that there is no more stack. */
export function orTooDeep(error: unknown, name: string | undefined): unknown {
  if (!(error instanceof RangeError) || !/call stack/.test(error.message)) return error;
  const what = name === undefined ? 'the program' : `\`${name}\``;
  return new UserError({
    code: 'EINC0512',
    message: `${what} is too long a chain of operations, each of which needs the one before`,
    help: [
      'write a step that repeats once: scan(step, init, xs) in `op`, for i in ${symbol} (…) in `cd`',
      'or give Node more stack: node --stack-size=4000, after ulimit -s unlimited',
    ],
  });
}
