import { inspect } from 'node:util';
import { type DType, inMemoryOrder, product, type Rows, shortest } from '../compiler/index.ts';
import type { HostNumbers } from './backend.ts';

/** The values of a tensor, copied to the host. */
export class HostArray {
  /** In memory order: batch axes, output axes, input axes, the last fastest. */
  readonly data: HostNumbers;
  readonly dtype: DType;
  readonly rows: Rows<number>;

  constructor(data: HostNumbers, dtype: DType, rows: Rows<number>) {
    this.data = data;
    this.dtype = dtype;
    this.rows = rows;
  }

  get dims(): readonly number[] {
    return inMemoryOrder(this.rows);
  }

  /** Nested lists; a number for a scalar. */
  toNested(): Nested {
    return nest(this.data, this.dims);
  }

  /** `f32 10 | 2 [[0.1, 0.2], …]`: dtype, batch | input -> output, values. */
  toString(): string {
    const { batch, input, output } = this.rows;
    const [b, i] = [batch, input].map(row => row.join(', '));
    const shape = `${b ? `${b} | ` : ''}${i ? `${i} -> ` : ''}${output.join(', ')}`;
    return [this.dtype, shape.trim(), format(this.toNested(), this.dtype)]
      .filter(Boolean)
      .join(' ');
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

export type Nested = number | readonly Nested[];

function nest(data: ArrayLike<number>, dims: readonly number[], start = 0): Nested {
  const [length, ...inner] = dims;
  if (length === undefined) return data[start] ?? NaN;
  const stride = product(inner);
  return Array.from({ length }, (_, i) => nest(data, inner, start + i * stride));
}

/** Long lists show their first and last three. */
const shownAtEnds = 3;

function format(value: Nested, dtype: DType): string {
  if (typeof value === 'number') return shortest(dtype, value);
  const [head, tail] = [value.slice(0, shownAtEnds), value.slice(-shownAtEnds)];
  const isLong = value.length > 2 * shownAtEnds;
  const parts = isLong
    ? [...head.map(v => format(v, dtype)), '…', ...tail.map(v => format(v, dtype))]
    : value.map(v => format(v, dtype));
  return `[${parts.join(', ')}]`;
}
