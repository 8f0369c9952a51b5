/** Numbers that ranks bring to collectives: the same in every process that asks for those of a rank. */
import {
  type AnyCells,
  cellArrays,
  type DType,
  dtypes,
  keyOf,
  kindOf,
  type MutableCells,
  roundTo,
  threefry2x32,
} from '../../compiler/index.ts';

/** How far numbers lie apart, as powers of two: no further than sums of some can be told from infinity. */
const spreads: Readonly<Partial<Record<DType, number>>> = { f64: 40, f32: 20, bf16: 20, f16: 5 };

/** Of widely different sizes, so that the order of adding shows in the last bits. */
export function valuesOf(dtype: DType, cells: number, rank: number, seed: string): AnyCells {
  const key = keyOf(rank, seed);
  const values: AnyCells = new cellArrays[dtype](cells);
  const to: MutableCells = values;
  const isFloat = kindOf(dtype) === 'float';
  const spread = spreads[dtype] ?? 2;
  for (let i = 0; i < cells; i++) {
    const [a, b] = threefry2x32(key, [i, 0]);
    const share = a / 2 ** 32 - 0.5;
    const scale = isFloat ? (b % (2 * spread)) - spread : b % 40;
    to[i] = roundTo(dtype, isFloat ? share * 2 ** scale : Math.round(share * 2 ** (scale + 20)));
  }
  return values;
}

const powersOfTwo = Float64Array.from({ length: 23 }, (_, n) => 2 ** n);

/** The same quickly, for large arrays of f32. */
export function manyValues(cells: number, rank: number): Float32Array {
  const values = new Float32Array(cells);
  for (let i = 0; i < cells; i++) {
    const scale = powersOfTwo[(i * (rank + 1)) % 23] ?? NaN;
    values[i] = (((i * 7919 + rank * 104_729) % 2003) / 7) * scale;
  }
  return values;
}

/** Tells NaN from numbers and -0 from 0. */
export function haveSameBits(a: AnyCells, b: AnyCells): boolean {
  const [one, other] = [a, b].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return one !== undefined && other?.equals(one) === true;
}

/** As text that tells NaN from numbers and -0 from 0. */
export function bitsOf(values: AnyCells): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');
}

export { dtypes };
