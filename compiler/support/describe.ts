/** `an array of 3`, `the string "x"`: what a person would call a value of JavaScript. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length <= 20 ? `the string "${value}"` : 'a string';
    case 'number':
    case 'bigint':
    case 'boolean':
      return `the ${typeof value} ${value}`;
    case 'function':
      return value.name ? `the function ${value.name}` : 'a function';
    case 'object':
      return describeObject(value);
    case 'undefined':
    case 'symbol':
      return String(value);
  }
}

function describeObject(value: object | null): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) {
    const { name } = value.constructor;
    return `${name.startsWith('Int') ? 'an' : 'a'} ${name}`;
  }
  if (value instanceof Promise) return 'a promise';
  return value === null ? 'null' : 'an object';
}
