/** Promises that say so if their user forgets to await them. */
import { UserError } from '../compiler/index.ts';

/**
 * Marks what a call promises: using a method of the value on the promise itself is an error that says what is missing, not
 * `x.compile is not a function`. A promise keeps its own members, and awaiting it is as it was. `fields` are those that the
 * prototype of the value's class does not show.
 *
 *   const promised = promiseOf('context', Context, ['seed']);
 *   return promised(openContext(options));
 */
export function promiseOf<T>(
  call: string,
  { prototype }: { readonly prototype: object },
  fields: readonly string[] = [],
): (promise: Promise<T>) => Promise<T> {
  const names = new Set([...Reflect.ownKeys(prototype), ...fields]);
  const members: PropertyDescriptorMap = {};
  for (const name of names) {
    const isPrinting = name === Symbol.for('nodejs.util.inspect.custom');
    if (name in Promise.prototype || isPrinting) continue;
    members[name] = {
      get() {
        throw forgotten(call, name);
      },
    };
  }
  members[Symbol.toPrimitive] = {
    value: (hint: 'number' | 'string' | 'default') => {
      if (hint !== 'number') return '[object Promise]';
      throw forgotten(call, Symbol.toPrimitive);
    },
  };
  const marked: object = Object.create(Promise.prototype, members) as object;
  return promise => Object.setPrototypeOf(promise, marked) as Promise<T>;
}

function forgotten(call: string, name: string | symbol): UserError {
  const what =
    typeof name === 'string' ? `it has no \`${name}\`` : (uses.get(name) ?? 'it is used');
  return new UserError({
    code: 'EINC0510',
    message: `\`${call}\` gives a promise: ${what} before it is awaited`,
    help: [`write await ${call}(…)`],
  });
}

const uses = new Map<symbol, string>([
  [Symbol.iterator, 'there is nothing in it'],
  [Symbol.toPrimitive, 'it is no number'],
  [Symbol.dispose, 'there is nothing to dispose of'],
]);
