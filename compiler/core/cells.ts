/** Arrays of cells on the host. */
import { type DType, roundingTo, roundTo, type Value } from './dtype.ts';
import { fromBits, isNarrowFloat, toBits } from './narrow-float.ts';

/** The array type for the values of each dtype; narrow floats are held as f32. */
export const cellArrays = {
  f64: Float64Array,
  f32: Float32Array,
  f16: Float32Array,
  bf16: Float32Array,
  f8e4m3: Float32Array,
  f8e5m2: Float32Array,
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  i64: BigInt64Array,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  u64: BigUint64Array,
  bool: Uint8Array,
} as const satisfies Readonly<Record<DType, unknown>>;

/** Row-major cells, one array per tensor, of the numbers that are not of 64-bit integers. */
export type Cells =
  | Float64Array
  | Float32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/** Cells of all dtypes, including those whose values are bigints. */
export type AnyCells = Cells | BigInt64Array | BigUint64Array;

/** AnyCells to write to; what is written must be a value of their dtype. */
export interface MutableCells {
  readonly length: number;
  [cell: number]: Value;
}

/** Stores as the dtype does; an array of the right kind is taken as it is. */
export function cellsFrom(dtype: DType, values: ArrayLike<Value>): AnyCells {
  if (isOfKind(dtype, values)) return values;
  const cells: AnyCells = new cellArrays[dtype](values.length);
  round(dtype, values, cells);
  return cells;
}

export function store(dtype: DType, values: ArrayLike<Value>, to: AnyCells): void {
  // Whose values are the dtype's already is copied as a whole: to round each takes many times as long.
  if (isOfKind(dtype, values) && isOfKind(dtype, to)) copyCells(values, to);
  else round(dtype, values, to);
}

function round(dtype: DType, values: ArrayLike<Value>, to: MutableCells): void {
  const rounded = roundingTo(dtype);
  for (let i = 0; i < values.length; i++) to[i] = rounded(values[i] ?? NaN);
}

/** Whether each of its numbers is one that the dtype has. */
function isOfKind(dtype: DType, values: ArrayLike<Value>): values is AnyCells {
  return dtype !== 'bool' && !isNarrowFloat(dtype) && values instanceof cellArrays[dtype];
}

/** Between two of one kind. */
function copyCells(from: AnyCells, { buffer, byteOffset }: AnyCells): void {
  const bytes = new Uint8Array(buffer, byteOffset, from.byteLength);
  bytes.set(new Uint8Array(from.buffer, from.byteOffset, from.byteLength));
}

// ── In the memory of a device ───────────────────────────────────────────────────────────────────

const patternArrays = {
  f16: Uint16Array,
  bf16: Uint16Array,
  f8e4m3: Uint8Array,
  f8e5m2: Uint8Array,
} as const;

/** An array for cells as a device holds them: narrow floats as patterns of bits. */
export function deviceCells(dtype: DType, length: number): AnyCells {
  return new (isNarrowFloat(dtype) ? patternArrays[dtype] : cellArrays[dtype])(length);
}

/** The same over bytes that are there. */
export function deviceView(dtype: DType, bytes: ArrayBuffer, offset: number): AnyCells {
  return new (isNarrowFloat(dtype) ? patternArrays[dtype] : cellArrays[dtype])(bytes, offset, 1);
}

export function toDevice(dtype: DType, values: ArrayLike<Value>): AnyCells {
  if (!isNarrowFloat(dtype)) return cellsFrom(dtype, values);
  const patterns = new patternArrays[dtype](values.length);
  for (let i = 0; i < values.length; i++) {
    patterns[i] = toBits(dtype, roundTo(dtype, values[i] ?? NaN));
  }
  return patterns;
}

export function fromDevice(dtype: DType, cells: AnyCells): AnyCells {
  if (!isNarrowFloat(dtype)) return cells;
  const values = new Float32Array(cells.length);
  for (let i = 0; i < values.length; i++) values[i] = fromBits(dtype, Number(cells[i]));
  return values;
}
