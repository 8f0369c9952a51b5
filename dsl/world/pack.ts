import { type AnyCells, cellArrays, type DType, type MutableCells } from '../../compiler/index.ts';
import { type DeviceBuffer, HostBuffer } from '../../runtime/index.ts';

/** A message of its own costs as much as the copying of so many bytes. */
const smallBytes = 64 << 10;

/**
 * Calls `use` with each large buffer, and with one for all small ones of a dtype together, whose values go
 * back to where they are from.
 */
export async function packed(
  named: readonly Named[],
  use: (buffer: DeviceBuffer, about: string) => Promise<void>,
): Promise<void> {
  const isSmall = ({ buffer }: Named): boolean => buffer.bytes < smallBytes;
  for (const large of named.filter(n => !isSmall(n))) await use(large.buffer, large.name);
  const small = named.filter(isSmall);
  for (const dtype of new Set(small.map(({ buffer }) => buffer.dtype))) {
    await together(
      small.filter(({ buffer }) => buffer.dtype === dtype),
      dtype,
      use,
    );
  }
}

export interface Named {
  readonly buffer: DeviceBuffer;
  readonly name: string;
}

async function together(
  parts: readonly Named[],
  dtype: DType,
  use: (buffer: DeviceBuffer, about: string) => Promise<void>,
): Promise<void> {
  const [only] = parts;
  if (parts.length === 1 && only) {
    await use(only.buffer, only.name);
    return;
  }
  const all: AnyCells = new cellArrays[dtype](parts.reduce((sum, p) => sum + p.buffer.cells, 0));
  let at = 0;
  for (const { buffer } of parts) {
    copy(buffer.read(), all, at);
    at += buffer.cells;
  }
  await use(new HostBuffer(dtype, all), aboutOf(parts));
  at = 0;
  for (const { buffer } of parts) {
    buffer.write(all.subarray(at, at + buffer.cells));
    at += buffer.cells;
  }
}

export function copy(from: AnyCells, to: MutableCells, at: number): void {
  // What nearly all arrays are, and many times as fast.
  if (from instanceof Float32Array && to instanceof Float32Array) to.set(from, at);
  else from.forEach((value, i) => (to[at + i] = value));
}

export function aboutOf(parts: readonly Named[]): string {
  const names = parts.slice(0, 3).map(({ name }) => name);
  return parts.length > 3 ? `${names.join(', ')} and ${parts.length - 3} more` : names.join(', ');
}
