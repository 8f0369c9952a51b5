/** Plain data as text, such that different data have different texts. */

/**
 * Of numbers, texts, arrays, maps and plain objects; each object is written once, and where it stands again
 * only its number is. Properties named in `omit` are left out, wherever they are. Undefined for data with
 * anything else in them.
 */
export function structureText(data: unknown, omit: readonly string[] = []): string | undefined {
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
    const entries = Object.entries(value).filter(([name]) => !omit.includes(name));
    return add('{') && entries.every(([name, of]) => write(name) && write(of)) && add('}');
  };
  const add = (part: string | undefined): boolean => part !== undefined && parts.push(part) > 0;
  return write(data) ? parts.join(' ') : undefined;
}

function primitiveText(value: unknown): string | undefined {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  const isPlain = ['number', 'boolean', 'undefined'].includes(typeof value) || value === null;
  return isPlain ? String(value) : undefined;
}
