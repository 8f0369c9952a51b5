import { inspect } from 'node:util';
import {
  type AnyCells,
  type DType,
  inMemoryOrder,
  type Cells,
  product,
  type Rows,
  shortest,
  UserError,
  type Value,
} from '../compiler/index.ts';

/** The values of a tensor, copied to the host. */
export class HostArray {
  /**
   * In memory order: batch axes, output axes, input axes, the last fastest. An array of the dtype, a
   * `Float32Array` for the floats below f32. JavaScript has no numbers of 64-bit integers: of these it
   * has the nearest doubles, and `bigints` has themselves.
   */
  readonly data: Cells;
  /** The values of i64 and u64. */
  readonly bigints: BigInt64Array | BigUint64Array | undefined;
  readonly dtype: DType;
  readonly rows: Rows<number>;

  constructor(cells: AnyCells, dtype: DType, rows: Rows<number>) {
    const isWide = cells instanceof BigInt64Array || cells instanceof BigUint64Array;
    this.data = isWide ? Float64Array.from(cells, Number) : cells;
    this.bigints = isWide ? cells : undefined;
    this.dtype = dtype;
    this.rows = rows;
  }

  get dims(): readonly number[] {
    return inMemoryOrder(this.rows);
  }

  /** Nested lists; a number for a scalar. */
  toNested(): Nested {
    return nest<number>(this.data, this.dims);
  }

  /** `f32 10 | 2 [[0.1, 0.2], …]`: dtype, batch | input -> output, values. */
  toString(): string {
    const values = nest<Value>(this.bigints ?? this.data, this.dims);
    return `${this.#kind()} ${format(values, this.dtype)}`;
  }

  /** Its dtype and shape. */
  #kind(): string {
    const { batch, input, output } = this.rows;
    const [b, i] = [batch, input].map(row => row.join(', '));
    const shape = `${b ? `${b} | ` : ''}${i ? `${i} -> ` : ''}${output.join(', ')}`;
    return `${this.dtype} ${shape}`.trim();
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** As text it is `toString()`; a number it is not, and `values < 1` would be false whatever they are. */
  [Symbol.toPrimitive](hint: 'number' | 'string' | 'default'): string {
    if (hint !== 'number') return this.toString();
    throw new UserError({
      code: 'EINC0511',
      message: `these are the values of an array, ${this.#kind()}, and no number`,
      help: ['for one of its numbers: .data[0]'],
    });
  }
}

export const hostArrayFields = [
  'data',
  'bigints',
  'dtype',
  'rows',
] as const satisfies readonly (keyof HostArray)[];

export type Nested = NestedOf<number>;

type NestedOf<T> = T | readonly NestedOf<T>[];

function nest<T>(data: ArrayLike<T>, dims: readonly number[], start = 0): NestedOf<T> {
  const [length, ...inner] = dims;
  if (length === undefined) return data[start] as T;
  const stride = product(inner);
  return Array.from({ length }, (_, i) => nest(data, inner, start + i * stride));
}

/** Long lists show their first and last three. */
const shownAtEnds = 3;

function format(value: NestedOf<Value>, dtype: DType): string {
  if (typeof value === 'number' || typeof value === 'bigint') return shortest(dtype, value);
  const [head, tail] = [value.slice(0, shownAtEnds), value.slice(-shownAtEnds)];
  const isLong = value.length > 2 * shownAtEnds;
  const parts = isLong
    ? [...head.map(v => format(v, dtype)), '…', ...tail.map(v => format(v, dtype))]
    : value.map(v => format(v, dtype));
  return `[${parts.join(', ')}]`;
}
