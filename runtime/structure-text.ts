/** Plain data as text, such that different data have different texts. */

/**
 * Of numbers, texts, arrays, maps and plain objects; each object is written once, and where it stands again
 * only its number is. Properties named in `omit` are left out, wherever they are. Undefined for data with
 * anything else in them.
 */
export function structureText(data: unknown, omit: readonly string[] = []): string | undefined {
  const left = new Set(omit);
  const numbers = new Map<object, number>();
  const parts: string[] = [];
  const write = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return add(primitiveText(value));
    const known = numbers.get(value);
    if (known !== undefined) return add(`#${known}`);
    numbers.set(value, numbers.size);
    if (Array.isArray(value)) return add('[') && value.every(write) && add(']');
    if (value instanceof Map) return add('{map') && [...value].flat().every(write) && add('}');
    if (Object.getPrototypeOf(value) !== Object.prototype) return false;
    add('{');
    for (const [name, of] of Object.entries(value)) {
      if (!left.has(name) && !(write(name) && write(of))) return false;
    }
    return add('}');
  };
  const add = (part: string | undefined): boolean => part !== undefined && parts.push(part) > 0;
  return write(data) ? parts.join(' ') : undefined;
}

function primitiveText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return value === null ? 'null' : undefined;
    case 'function':
    case 'symbol':
      return undefined;
  }
}
